package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IDX and CIFAR files: what is read, and what each damage is called. */
class ImageFilesTest {
    @TempDir
    private Path folder;

    private Path file(String name, byte[] bytes) {
        return Samples.write(folder.resolve(name), bytes);
    }

    private void fourFiles(String trainName, String testName, String dash, byte[] trainLabels, byte[] testLabels) {
        file(trainName + "-images" + dash + "idx3-ubyte", Samples.idx(new int[] {trainLabels.length, 2, 3},
            new byte[trainLabels.length * 6]));
        file(trainName + "-labels" + dash + "idx1-ubyte.gz", Samples.gzip(Samples.idx(new int[] {trainLabels.length},
            trainLabels)));
        file(testName + "-images" + dash + "idx3-ubyte.gz", Samples.gzip(Samples.idx(new int[] {testLabels.length, 2, 3},
            new byte[testLabels.length * 6])));
        file(testName + "-labels" + dash + "idx1-ubyte", Samples.idx(new int[] {testLabels.length}, testLabels));
    }

    private static void refused(String part, Runnable read) {
        var e = assertThrows(DataException.class, read::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void idxIsReadPlainAndGzip() {
        byte[] bytes = Samples.idx(new int[] {2, 1, 3}, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 255);
        for (Path f : List.of(file("a", bytes), file("a.gz", Samples.gzip(bytes)))) {
            var content = Idx.read(f);
            assertEquals(Shape.of(2, 1, 3), content.shape());
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, -1}, content.values());
        }
    }

    @Test
    void idxDamageIsNamed() {
        byte[] good = Samples.idx(new int[] {2, 2, 2}, new byte[8]);
        refused("magic number is 3", () -> Idx.read(file("m", new byte[] {0, 0, 0, 3, 0, 0, 0, 1})));
        refused("the file ends at byte 2, within the magic number", () -> Idx.read(file("s", new byte[2])));
        refused("the header declares 8 bytes of values from byte 16, but the file ends at byte 23", () -> Idx.read(file("t",
            Arrays.copyOf(good, 23))));
        refused("more bytes after", () -> Idx.read(file("l", Arrays.copyOf(good, 25))));
        refused("dimension 1 at byte 8 is 0", () -> Idx.read(file("z", Samples.idx(new int[] {2, 0, 2}))));
        refused("declares", () -> Idx.read(file("h", Samples.idx(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE,
            Integer.MAX_VALUE}))));
        refused("8 bytes short", () -> Idx.read(file("g", Samples.gzip(Samples.idx(new int[] {2, 2, 2})))));
        byte[] gz = Samples.gzip(good);
        gz[gz.length - 6] ^= 1;
        refused("is damaged", () -> Idx.read(file("c", gz)));
        refused("no such file", () -> Idx.read(folder.resolve("absent")));
        refused("is a folder", () -> Idx.read(folder));
        refused("label 3 of example 1 is out of range, expected 0 to 2", () -> Idx.dataset("d", file("i", good),
            file("o", Samples.idx(new int[] {2}, (byte) 0, (byte) 3)), 3));
        refused("holds 2 examples, but p holds 3 labels", () -> Idx.dataset("d", file("i", good), file("p",
            Samples.idx(new int[] {3}, new byte[3])), 3));
    }

    @Test
    void aDecompressionBombIsRefusedBeforeItIsHeld() {
        byte[] zeros = new byte[64 << 20];
        byte[] bomb = Samples.gzip(Samples.idx(new int[] {zeros.length / 64, 8, 8}, zeros));
        refused("over 100 times", () -> Idx.read(file("bomb.gz", bomb)));
        refused("over 100 times", () -> CifarBinary.read("b", List.of(file("bomb.bin", bomb))));
    }

    @Test
    void folderTakesOtherNamesSizesAndClasses() {
        fourFiles("emnist-train", "emnist-test", ".", new byte[] {0, 1, 3}, new byte[] {1, 1});
        Splits splits = Idx.folder("own", folder);
        assertEquals(Shape.of(1, 2, 3), splits.train().shape());
        assertEquals(4, splits.test().classes());
        assertEquals(List.of("Only 3 of the 4 classes from 0 to 3 occur in training."), splits.notes());
    }

    @Test
    void labelsThatStartAtOneAreRenumbered() {
        fourFiles("train", "t10k", "-", new byte[] {1, 26, 5, 1}, new byte[] {5, 26});
        Splits splits = Idx.folder("letters", folder);
        assertArrayEquals(new int[] {0, 2, 1, 0}, splits.train().labels());
        assertArrayEquals(new int[] {1, 2}, splits.test().labels());
        assertEquals(List.of("1", "5", "26"), splits.test().classNames());
        assertEquals(List.of("The labels run from 1 to 26 and were renumbered 0 to 2."), splits.notes());
    }

    @Test
    void folderDamageIsNamed() {
        refused("there is no train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz", () -> Idx.folder("x", folder));
        fourFiles("train", "t10k", "-", new byte[] {0, 1}, new byte[] {1, 2});
        refused("label 2 of test example 1 does not occur in the training labels", () -> Idx.folder("x", folder));
        file("letters-train-labels-idx1-ubyte", new byte[0]);
        refused("keep one set to a folder", () -> Idx.folder("x", folder));
    }

    @Test
    void cifarIsReadFromFilesAndArchive() {
        file("data_batch_1.bin", Samples.cifar(3));
        file("data_batch_2.bin.gz", Samples.gzip(Samples.cifar(2)));
        file("test_batch.bin", Samples.cifar(1));
        Splits files = CifarBinary.folder("c", folder);
        assertArrayEquals(new int[] {0, 1, 2, 0, 1}, files.train().labels());
        assertEquals(Shape.of(3, 32, 32), files.train().shape());
        var image = new float[3072];
        files.train().read(4, image, 0);
        assertEquals(1 / 255f, image[0]);
        assertEquals(3 / 255f, image[3071]);
        Splits archive = CifarBinary.archive("c", file("cifar-10-binary.tar.gz", Samples.cifarArchive()));
        assertEquals(files.train().fingerprint(), archive.train().fingerprint());
        assertEquals(files.test().fingerprint(), archive.test().fingerprint());
    }

    @Test
    void cifarDamageIsNamed() {
        byte[] bad = Samples.cifar(2);
        bad[3073] = 10;
        refused("starts at byte 3073 has label 10", () -> CifarBinary.read("c", List.of(file("a.bin", bad))));
        refused("1 records of 3073 bytes and 7 bytes more", () -> CifarBinary.read("c", List.of(file("b.bin",
            Arrays.copyOf(bad, 3080)))));
        refused("is empty", () -> CifarBinary.read("c", List.of(file("c.bin", new byte[0]))));
        byte[] tar = Samples.tarEntry("data_batch_1.bin", Samples.cifar(1));
        refused("holds no test_batch.bin", () -> CifarBinary.archive("c", file("d.tar", Samples.concat(tar, new byte[1024]))));
        tar[3] ^= 4;
        refused("wrong checksum", () -> CifarBinary.archive("c", file("e.tar", tar)));
    }
}
