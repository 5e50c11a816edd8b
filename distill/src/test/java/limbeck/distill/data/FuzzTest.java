package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import limbeck.tensor.Key;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand damaged files: each is read, or refused by one {@link DataException} of one short sentence, and none costs more memory
 * than twice its size plus 64 MiB. A failure prints format, case and the file, which Key.of(SEED) makes again.
 */
class FuzzTest {
    private static final long SEED = 20_260_101;
    private static final int PER_FORMAT = 840;
    private static final long ALLOWANCE = 64L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    @Test
    void idx() {
        byte[] images = Samples.idx(new int[] {12, 5, 4}, Samples.noise(240, 1));
        fuzz("idx", images, 16, Idx::read);
        fuzz("idx.gz", Samples.gzip(images), 10, Idx::read);
        Path labels = Samples.write(folder.resolve("labels"), Samples.idx(new int[] {12}, Samples.labels(12, 3)));
        Path pixels = Samples.write(folder.resolve("images"), images);
        fuzz("idx labels", Samples.idx(new int[] {12}, Samples.labels(12, 3)), 8, file -> Idx.dataset("f", pixels, file, 3));
        fuzz("idx set", images, 16, file -> Idx.dataset("f", file, labels, 3));
    }

    @Test
    void cifar() {
        fuzz("cifar", Samples.cifar(2), 1, file -> CifarBinary.read("f", List.of(file)));
        fuzz("cifar.gz", Samples.gzip(Samples.cifar(3)), 10, file -> CifarBinary.read("f", List.of(file)));
        fuzz("cifar.tar.gz", Samples.cifarArchive(), 10, file -> CifarBinary.archive("f", file));
        fuzz("cifar.tar", Samples.concat(Samples.tarEntry("data_batch_1.bin", Samples.cifar(1)),
            Samples.tarEntry("test_batch.bin", Samples.cifar(1)), new byte[1024]), 512, file -> CifarBinary.archive("f", file));
    }

    @Test
    void csv() {
        var text = new StringBuilder("width,height,\"kind of \"\"shape\"\"\",price\r\n");
        for (int i = 0; i < 40; i++) text.append(i * 0.25).append(',').append(-i).append("e-2,").append(i % 3 == 0
            ? "\"a,b\"" : "round").append(',').append(i % 4).append("\r\n");
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        fuzz("csv", bytes, 60, file -> Csv.read(file, CsvOptions.DEFAULTS));
        fuzz("csv label", bytes, 60, file -> Csv.read(file, CsvOptions.parse("label=price&fill=drop&missing=-0.03&categories=ids")));
        fuzz("csv mean", bytes, 60, file -> Csv.read(file, CsvOptions.parse("target=price&fill=mean&test=last:0.25")));
        fuzz("csv.gz", Samples.gzip(bytes), 10, file -> Csv.read(file, CsvOptions.DEFAULTS));
    }

    private void fuzz(String format, byte[] valid, int headerSize, Consumer<Path> read) {
        read.accept(Samples.write(folder.resolve("valid"), valid));   // also loads the classes, which cost memory too
        Key key = Key.of(SEED).split(format);
        int refused = 0;
        for (int i = 0; i < PER_FORMAT; i++) {
            byte[] damaged = damage(valid, headerSize, key.split(i));
            Path file = Samples.write(folder.resolve("damaged"), damaged);
            String where = format + " case " + i + ": " + HexFormat.of().formatHex(damaged, 0, Math.min(64, damaged.length));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                read.accept(file);
            } catch (DataException e) {
                refused++;
                assertTrue(e.getMessage().length() < 300 && e.getMessage().chars().noneMatch(Character::isISOControl),
                    where + ": " + e.getMessage());
                assertFalse(e.getMessage().contains("null"), where + ": " + e.getMessage());
            } catch (RuntimeException | Error e) {
                fail(where + ": " + e, e);
            }
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated <= 2L * damaged.length + ALLOWANCE, where + " allocated " + allocated);
        }
        assertTrue(refused > PER_FORMAT / 10, format + ": only " + refused + " of " + PER_FORMAT + " were refused");
    }

    /** One of six kinds of damage, at a place and of a size drawn from the key. */
    private static byte[] damage(byte[] valid, int headerSize, Key key) {
        byte[] bytes = valid.clone();
        int at = key.below(bytes.length, 1);
        switch (key.below(6, 0)) {
            case 0 -> {
                for (int flip = 0; flip <= key.below(8, 2); flip++) bytes[key.below(bytes.length,
                    10 + flip)] ^= (byte) (1 << key.below(8, 20 + flip));
            }
            case 1 -> bytes = Arrays.copyOf(bytes, at);
            case 2 -> {
                int more = 1 + key.below(5000, 3);
                byte[] tail = key.below(2, 4) == 0 ? new byte[more] : Samples.noise(more, key.value());
                bytes = Samples.concat(bytes, tail);
            }
            case 3 -> {
                for (int edit = 0; edit <= key.below(4, 2); edit++) bytes[key.below(headerSize,
                    10 + edit)] = (byte) key.bits(20 + edit);
            }
            case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + key.below(64, 3)), (byte) (key.below(2,
                4) == 0 ? 0xff : key.bits(5)));
            default -> bytes = Samples.concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, Math.min(bytes.length,
                at + 1 + key.below(40, 3)), bytes.length));
        }
        return bytes;
    }
}
