package limbeck.nn.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Valid files, damaged in thousands of ways: each is read rightly or refused in one sentence, and none takes much memory. */
class SafetensorsFuzzTest {
    private static final int MUTATIONS = 2_500;
    private static final long SEED = Long.getLong("limbeck.seed", 20_240_229);
    private static final String[] WORDS = {"\"", "{", "}", "[", "]", ",", ":", "0", "-1", "1e9", "9223372036854775807",
        "18446744073709551616", "4294967296", "F32", "I64", "\"dtype\":\"F64\",", "\"shape\":[],", "\"data_offsets\":[0,0]", "__metadata__", "\\u0000", "\\ud800",
        "\\", "null", "true", "[[[[[[[[", " ", "\n", "\0", "\u00ff"};
    private static final Device DEVICE = Device.reference();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    @Test
    void damagedFilesAreReadRightlyOrRefused() throws IOException {
        List<byte[]> valid = validFiles();
        int read = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            var random = new SplittableRandom(SEED + i);
            byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
            for (int k = random.nextInt(1, 4); k > 0; k--) {
                bytes = mutated(bytes, random);
            }
            try {
                read += check(bytes) ? 1 : 0;
            } catch (Throwable e) {
                fail("seed " + (SEED + i) + ": " + e, e);
            }
        }
        System.out.println("safetensors: of " + MUTATIONS + " damaged files from seed " + SEED + ", " + read + " could be read");
        assertTrue(read > MUTATIONS / 100 && read < MUTATIONS / 2, "both outcomes must be tried, " + read + " files could be read");
    }

    private List<byte[]> validFiles() throws IOException {
        var files = new ArrayList<byte[]>();
        var all = new LinkedHashMap<String, Tensor>();
        for (DType type : DType.values()) {
            all.put("layer." + type, DEVICE.normal(Key.of(1).split(type.ordinal()), 3, 5).cast(type));
        }
        files.add(written(all, Map.of("format", "pt", "note", "a \"quoted\" line\n")));
        Tensor weight = DEVICE.normal(Key.of(2), 4, 1, 3);
        files.add(written(Map.of("weight", weight, "bias", DEVICE.zeros(0), "\u00e9", DEVICE.scalar(1)), Map.of()));
        files.add(written(Map.of("x", DEVICE.ones(2).cast(DType.F32)), Map.of()));
        return files;
    }

    private byte[] written(Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path path = folder.resolve("valid.safetensors");
        Safetensors.write(path, tensors, metadata);
        return Files.readAllBytes(path);
    }

    private static byte[] mutated(byte[] bytes, SplittableRandom random) {
        if (bytes.length < 10) {
            return bytes;
        }
        int header = Math.clamp(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(), 2, bytes.length - 8);
        switch (random.nextInt(8)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[random.nextInt(8)] = (byte) random.nextInt(256);
            case 2 -> bytes[8 + random.nextInt(header)] = (byte) random.nextInt(256);
            case 3 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            }
            case 4 -> {
                return edited(bytes, header, random, WORDS[random.nextInt(WORDS.length)], 0);
            }
            case 5 -> {
                return edited(bytes, header, random, "", random.nextInt(1, 12));
            }
            case 6 -> {
                // A digit for a digit keeps the text well formed, but not what it says.
                int at = 8 + random.nextInt(header);
                for (int i = 0; i < header && !(bytes[at] >= '0' && bytes[at] <= '9'); i++) {
                    at = at + 1 < 8 + header ? at + 1 : 8;
                }
                bytes[at] = (byte) ('0' + random.nextInt(10));
            }
            default -> {
                int from = 8 + random.nextInt(header);
                int length = Math.min(random.nextInt(1, 60), 8 + header - from);
                return edited(bytes, header, random, new String(bytes, from, length, ISO_8859_1), 0);
            }
        }
        return bytes;
    }

    /** Text put in place of other text in the header, and the header's length set right, so that more of it is looked at. */
    private static byte[] edited(byte[] bytes, int header, SplittableRandom random, String text, int removed) {
        int at = 8 + random.nextInt(header);
        int gone = Math.min(removed, 8 + header - at);
        byte[] insert = text.getBytes(ISO_8859_1);
        byte[] result = new byte[bytes.length - gone + insert.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(insert, 0, result, at, insert.length);
        System.arraycopy(bytes, at + gone, result, at + insert.length, bytes.length - at - gone);
        ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header - gone + insert.length);
        return result;
    }

    /** Whether the file could be read; if so, what was read must be what the file holds. */
    private boolean check(byte[] bytes) throws IOException {
        Path path = Bytes.write(folder, bytes);
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
        Map<String, Tensor> tensors;
        Map<String, String> metadata;
        try (var file = Safetensors.open(path)) {
            metadata = file.metadata();
            tensors = Safetensors.read(path, DEVICE);
        } catch (SafetensorsException e) {
            assertTrue(e.getMessage().length() < 300 && e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
            return false;
        } finally {
            long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before;
            assertTrue(allocated <= 2L * bytes.length + (64 << 20), bytes.length + " bytes took " + allocated);
        }
        // The tensors in the file's order are its last bytes, and written again they are the same tensors.
        int at = bytes.length - Math.toIntExact(tensors.values().stream().mapToLong(t -> t.shape().size() * t.dtype().bytes()).sum());
        for (Tensor tensor : tensors.values()) {
            int size = tensor.shape().intSize() * tensor.dtype().bytes();
            assertElements(tensor, ByteBuffer.wrap(bytes, at, size).order(ByteOrder.LITTLE_ENDIAN));
            at += size;
        }
        Path again = folder.resolve("again.safetensors");
        Safetensors.write(again, tensors, metadata);
        Map<String, Tensor> back = Safetensors.read(again, DEVICE);
        assertEquals(tensors.keySet(), back.keySet());
        tensors.forEach((name, tensor) -> assertArrayEquals(tensor.toDoubles(), back.get(name).toDoubles()));
        return true;
    }

    private static void assertElements(Tensor tensor, ByteBuffer bytes) {
        for (double element : tensor.toDoubles()) {
            double expected = switch (tensor.dtype()) {
                case F32 -> bytes.getFloat();
                case F64 -> bytes.getDouble();
                case BF16 -> DType.bfloat16ToFloat(bytes.getShort());
                case F16 -> Float.float16ToFloat(bytes.getShort());
                case I8 -> bytes.get();
                case I32 -> bytes.getInt();
                case BOOL -> bytes.get() == 0 ? 0 : 1;
            };
            assertEquals(expected, element);
        }
    }
}
