package limbeck.distill.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import limbeck.distill.Fingerprint;
import limbeck.distill.Frozen;
import limbeck.distill.Tap;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Loader;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done with files that are not as they should be. */
class DamageTest {
    private static final Shape EXAMPLE = Shape.of(1, 28, 28);
    private static final int HEADER = 4096;

    @TempDir
    private Path folder;

    private final Dataset data = Small.images(20, EXAMPLE);
    private final Loader loader = Small.loader(data, 8, 2);
    private final Frozen teacher = new Frozen(Small.model("mlp-32", EXAMPLE, "teacher"));

    private Cached cached(CacheFormat format) {
        return new Cached(teacher, loader.teacherInputs(), folder, format);
    }

    /** Writes as many epochs, and tells the file. */
    private Path written(int epochs) throws IOException {
        try (var cached = cached(CacheFormat.F32)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                Small.look(cached, loader, epoch, 99);
            }
        }
        return Small.file(folder);
    }

    private String refusal() {
        try (var cached = cached(CacheFormat.F32)) {
            return assertThrows(IllegalStateException.class, () -> Small.look(cached, loader, 0, 1)).getMessage();
        }
    }

    @Test
    void aFlippedBitIsFoundWhereverItIs() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        int text = new String(whole, 0, HEADER, StandardCharsets.ISO_8859_1).indexOf(0);
        int records = whole.length - 40 * 40;
        Key key = Key.of(7);
        for (int i = 0; i < 60; i++) {
            // In the text of the header, among the checksums, and in the records.
            int at = switch (i % 3) {
                case 0 -> key.below(text, i);
                case 1 -> HEADER + key.below(40 * 4, i);
                default -> records + key.below(40 * 40, i);
            };
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << i % 8);
            Files.write(file, damaged);
            String sentence = refusal();
            assertTrue(sentence.startsWith("cache: " + file + " is ") && sentence.contains("delete it"), "byte " + at + ": " + sentence);
        }
        Files.write(file, whole);
        assertEquals(file, written(2), "the undamaged file is taken");
    }

    /** Half of it is not written, so the other half alone can be damaged. */
    @Test
    void soItIsInAFileThatIsNotComplete() throws Exception {
        Path file = written(1);
        byte[] half = Files.readAllBytes(file);
        half[half.length - 40 * 40 + 5] ^= 16;
        Files.write(file, half);
        assertTrue(refusal().contains("is damaged, since record 0 does not have the checksum it was written with; delete it, and the next run writes "
                + "it anew"));
    }

    @Test
    void aRecordInAnothersPlaceIsFound() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        int records = whole.length - 40 * 40;
        System.arraycopy(whole, records, whole, records + 40, 40);
        System.arraycopy(whole, HEADER, whole, HEADER + 4, 4);
        Files.write(file, whole);
        assertTrue(refusal().contains("record 1 "));
    }

    @Test
    void aRecordThatChangesAfterItWasCheckedIsFound() throws Exception {
        Path file = written(2);
        try (var cached = cached(CacheFormat.F32)) {
            Small.look(cached, loader, 0, 1);
            byte[] whole = Files.readAllBytes(file);
            Arrays.fill(whole, whole.length - 40 * 40, whole.length, (byte) 1);
            Files.write(file, whole);
            assertThrows(IllegalStateException.class, () -> Small.look(cached, loader, 0, 1));
        }
    }

    @Test
    void aTruncatedOrLongerFileIsRefused() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        for (int size : new int[] {whole.length - 1, whole.length + 1, HEADER + 900, HEADER + 1}) {
            Files.write(file, Arrays.copyOf(whole, size));
            assertEquals("cache: " + file + " is damaged, since it has " + size + " bytes and not " + whole.length
                    + "; delete it, and the next run writes it anew", refusal());
        }
    }

    /** What a run leaves that is killed before its first record, at any byte, the empty file included. */
    @Test
    void aFileThatGotNoFurtherThanItsHeaderIsBegunAgain() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        for (int size = 0; size <= HEADER; size += size < 500 ? 31 : 601) {
            Files.write(file, Arrays.copyOf(whole, size));
            assertArrayEquals(whole, Files.readAllBytes(written(2)), "after " + size + " bytes");
        }
    }

    /** What a run leaves that is killed while it writes a record: parts of it, without a checksum. */
    @Test
    void aRecordWithoutItsChecksumIsWrittenAgain() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        byte[] torn = whole.clone();
        for (int place = 0; place < 40; place += 3) {
            Arrays.fill(torn, HEADER + 4 * place, HEADER + 4 * place + 4, (byte) 0);
            int record = whole.length - 40 * 40 + 40 * place;
            Arrays.fill(torn, record + place % 40, record + 40, (byte) 0);
        }
        Files.write(file, torn);
        assertArrayEquals(whole, Files.readAllBytes(written(2)));
    }

    @Test
    void anythingElseUnderItsNameIsRefused() throws Exception {
        Path file = written(2);
        byte[] whole = Files.readAllBytes(file);
        Files.writeString(file, "limbeck teacher cache 2\n");
        assertEquals("cache: " + file + " is no teacher cache, or its beginning is damaged; delete it, or give another folder", refusal());
        Files.write(file, new byte[whole.length]);
        assertTrue(refusal().contains("is no teacher cache"));
        // The header of another file that is whole in itself.
        Files.write(file, "limbeck teacher cache 1\nfoo\n".getBytes(StandardCharsets.UTF_8));
        assertTrue(refusal().contains("is no teacher cache"));
    }

    /** A file under another one's name, as after a copy. */
    @Test
    void aFileOfAnotherOriginIsRefusedInWords() throws Exception {
        byte[] whole = Files.readAllBytes(written(2));
        Device cpu = Device.cpu();
        var inputs = loader.teacherInputs();
        String print = new Fingerprint("teacher").add(teacher.fingerprint().orElseThrow()).hex();
        refused(whole, CacheOrigin.of("ab".repeat(32), inputs, CacheFormat.F32, cpu, Set.of()),
                "is of another teacher (its teacher is " + print + ", this run's " + "ab".repeat(32) + ")");
        refused(whole, CacheOrigin.of(print, inputs, CacheFormat.F16, cpu, Set.of()), "is of another format (its format is f32, this run's f16)");
        refused(whole, CacheOrigin.of(print, inputs, new TopK(3), cpu, Set.of()), "is of another format (its format is f32, this run's top-3)");
        refused(whole, CacheOrigin.of(print, inputs, CacheFormat.F32, cpu, Set.of(Tap.teacher("b"), Tap.teacher("a"))),
                "is of other layers (its layers are none, this run's a b)");
        refused(whole, CacheOrigin.of(print, inputs, CacheFormat.F32, Device.reference(), Set.of()),
                "is of another precision or device (its arithmetic is FP32 on cpu, this run's FP32 on reference)");
        refused(whole, CacheOrigin.of(print, Small.loader(data, 9, 2).teacherInputs(), CacheFormat.F32, cpu, Set.of()), "is of another batch size");
        refused(whole, CacheOrigin.of(print, Small.loader(data, 8, 3).teacherInputs(), CacheFormat.F32, cpu, Set.of()),
                "is of other data, or another augmentation, seed or normalisation");
        Precision.use(Precision.STRICT);
        try {
            refused(whole, CacheOrigin.of(print, inputs, CacheFormat.F32, cpu, Set.of()), "its arithmetic is FP32 on cpu, this run's STRICT on cpu");
        } finally {
            Precision.use(Precision.FP32);
        }
    }

    private void refused(byte[] file, CacheOrigin origin, String words) throws IOException {
        Path copy = Files.write(folder.resolve(origin.fileName()), file);
        String sentence = assertThrows(IllegalStateException.class, () -> CacheFile.open(copy, origin)).getMessage();
        assertTrue(sentence.startsWith("cache: " + copy + " ") && sentence.contains(words) && sentence.endsWith("; delete it, or give another folder"),
                sentence);
    }

    /** All that is seen of the data and its augmentation is in the name. */
    @Test
    void inputsAreToldApart() {
        var prints = new HashSet<String>();
        prints.add(loader.teacherInputs().fingerprint());
        Key key = Key.of(1);
        var augment = Augment.shift(2);
        Loader.Builder[] others = {Loader.of(data, 8), Loader.of(data, 8).normalise(data.statistics()),
            Loader.of(data, 8).augment(augment, key).views(1), Loader.of(data, 8).augment(augment, key).views(2),
            Loader.of(data, 8).augment(augment, Key.of(2)).views(2), Loader.of(data, 8).augment(Augment.shift(3), key).views(2),
            Loader.of(data, 8).augment((image, _, _, _, _, _) -> image[0] = 0, key).views(2),
            Loader.of(data, 8).augment((image, _, _, _, _, _) -> image[1] = 0, key).views(2),
            Loader.of(data, 8).augment(augment, key).teacherAugment(augment, key).views(2),
            Loader.of(data.range(0, 19), 8), Loader.of(data.range(1, 20), 8)};
        for (Loader.Builder other : others) {
            prints.add(other.build().teacherInputs().fingerprint());
        }
        assertEquals(1 + others.length, prints.size());
        assertTrue(prints.contains(Loader.of(data, 8).augment(augment, key).shuffle(key).views(2).build().teacherInputs().fingerprint()),
                "the order decides nothing");
    }

    @Test
    void twoWritersOfOneFileAreRefused() throws Exception {
        try (var one = cached(CacheFormat.F32); var other = cached(CacheFormat.F32)) {
            Small.look(one, loader, 0, 1);
            String sentence = assertThrows(IllegalStateException.class, () -> Small.look(other, loader, 0, 1)).getMessage();
            assertEquals("cache: " + Small.file(folder) + " is being written by another run; wait until it ends, or give another folder", sentence);
            Small.look(one, loader, 0, 99);
            Small.look(one, loader, 1, 99);
            // Complete, it is everyone's.
            Small.look(other, loader, 0, 1);
            Small.look(one, loader, 0, 1);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToIsToldInOneSentence() throws Exception {
        Path nowhere = Files.writeString(folder.resolve("file"), "not a folder");
        try (var cached = new Cached(teacher, loader.teacherInputs(), nowhere, CacheFormat.F32)) {
            String sentence = assertThrows(UncheckedIOException.class, () -> Small.look(cached, loader, 0, 1)).getMessage();
            assertTrue(sentence.matches("cache: .* cannot be written \\(there is a file of the folder's name\\); give a folder that can be, or "
                    + "make room"), sentence);
        }
    }

    /** The sentence of any failure while records are written, such as a disk that is full. */
    @Test
    void aFailureTellsWhatIsKept() {
        try (var cached = cached(CacheFormat.F32)) {
            Small.look(cached, loader, 0, 1);
            Thread.currentThread().interrupt();
            String sentence = assertThrows(UncheckedIOException.class, () -> Small.look(cached, loader, 1, 1)).getMessage();
            assertTrue(sentence.endsWith(" cannot be written (ClosedByInterruptException); 8 of 40 records are kept, so make room and run again, or "
                    + "choose a smaller format such as f16 or top-5"), sentence);
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aCompleteFileIsReadFromWhereNothingCanBeWritten() throws Exception {
        Path file = written(2);
        assertTrue(file.toFile().setReadOnly());
        try (var cached = cached(CacheFormat.F32)) {
            Small.look(cached, loader, 1, 99);
        }
        assertTrue(file.toFile().setWritable(true));
    }

    /** The bytes of a file of forty records, so that whoever reads one with other tools can rely on what is documented. */
    @Test
    void theFormatIsWhatItIsSaidToBe() throws Exception {
        Path file = written(2);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        String text = new String(bytes.array(), 0, HEADER, StandardCharsets.UTF_8);
        assertTrue(text.matches("(?s)limbeck teacher cache 1\nteacher [0-9a-f]{64}\ninputs [0-9a-f]{64}\nexamples 20\nviews 2\nbatch 8\n"
                + "arithmetic FP32 on cpu\nformat f32\nlayers none\nlogits 10 row-major\nchecksum [0-9a-f]{8}\n\0*"), text);
        int records = HEADER + 40 * 4 + 32;
        assertEquals(records + 40 * 40, bytes.capacity(), "the records begin at a multiple of 64");
        for (int place = 0; place < 40; place++) {
            var crc = new CRC32C();
            crc.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(place).flip());
            crc.update(bytes.slice(records + 40 * place, 40));
            assertEquals((int) crc.getValue(), bytes.getInt(HEADER + 4 * place));
        }
    }
}
