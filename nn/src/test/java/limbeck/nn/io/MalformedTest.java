package limbeck.nn.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import limbeck.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a file can be wrong, and the sentence that says so. */
class MalformedTest {
    private static final String I8 = "{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}";

    @TempDir
    Path folder;

    private void refused(String expected, byte[] bytes) {
        Path path = Bytes.write(folder, bytes);
        String message = assertThrows(SafetensorsException.class, () -> Safetensors.read(path, Device.reference())).getMessage();
        assertTrue(message.contains("model.safetensors: ") && message.contains(expected), message);
        assertTrue(message.length() < 300 && !message.contains("\n"), message);
    }

    private void refused(String expected, String header, int bytes) {
        refused(expected, Bytes.file(header, new byte[bytes]));
    }

    private void entry(String expected, String entry, int bytes) {
        refused(expected, "{\"x\":" + entry + "}", bytes);
    }

    @Test
    void theFirstEightBytes() {
        refused("the file has 0 bytes", new byte[0]);
        refused("the file has 7 bytes", new byte[7]);
        refused("announce a header of 0 bytes", new byte[8]);
        refused("announce a header of 0 bytes, but 2 follow", new byte[10]);
        byte[] huge = Bytes.file("{}");
        Arrays.fill(huge, 0, 8, (byte) 0xff);
        refused("announce a header of 18446744073709551615 bytes, but 2 follow; was the file cut off", huge);
        huge[7] = 0x7f;
        refused("announce a header of 9223372036854775807 bytes", huge);
        byte[] cut = Bytes.file("{\"x\":" + I8 + "}");
        refused("was the file cut off", Arrays.copyOf(cut, 40));
        refused("at most 10000000 are read", Bytes.file(" ".repeat(Header.LENGTH_LIMIT + 1)));
    }

    @Test
    void theTextOfTheHeader() {
        refused("must begin with '{'", " {}", 0);
        refused("must begin with '{'", "[]", 0);
        refused("expected nothing but spaces", "{} {}", 0);
        refused("expected nothing but spaces", "{}\n", 0);
        refused("at byte 9 of the header: expected '\"', got 'x'", "{x}", 0);
        refused("at byte 10 of the header: expected '\"', got the header's end", "{ ", 0);
    }

    @Test
    void jsonThatIsNone() {
        refused("expected '\"', got '}'", "{\"x\":" + I8 + ",}", 2);
        refused("expected ':', got ','", "{\"x\",1}", 2);
        refused("expected '{', got '1'", "{\"x\":1}", 2);
        refused("expected '{', got '['", "{\"x\":" + "[".repeat(100_000) + "}", 2);
        refused("expected '\"', got '{'", "{" + "{".repeat(100_000) + "}", 2);
        refused("does not end", "{\"x" + " ".repeat(9), 2);
        refused("does not end", "{\"x\\\"  ", 2);
        refused("no such escape", "{\"\\x41\":" + I8 + "}", 2);
        refused("four hexadecimal digits", "{\"\\u00g0\":" + I8 + "}", 2);
        refused("four hexadecimal digits", "{\"\\u00\":" + I8 + "}", 2);
        refused("half of a surrogate pair", "{\"\\ud800\":" + I8 + "}", 2);
        refused("half of a surrogate pair", "{\"\\ud800\\ud800\":" + I8 + "}", 2);
        refused("half of a surrogate pair", "{\"\\udc00x\":" + I8 + "}", 2);
        refused("control character", "{\"a\nb\":" + I8 + "}", 2);
        refused("expected ',' or '}', got 'x'", "{\"x\":" + I8 + "x", 2);
        refused("expected ',' or '}', got the header's end", "{\"x\":" + I8, 2);
    }

    @Test
    void textThatIsNotUtf8() {
        byte[][] all = {{(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}};
        for (byte[] wrong : all) {
            var header = new ByteArrayOutputStream();
            header.writeBytes("{\"".getBytes(UTF_8));
            header.writeBytes(wrong);
            header.writeBytes(("\":" + I8 + "}").getBytes(UTF_8));
            refused("at byte 10 of the header: the header is not UTF-8", Bytes.file(header.toByteArray(), (byte) 0, (byte) 0));
        }
    }

    @Test
    void numbers() {
        for (String wrong : new String[] {"-1", "+1", "\"2\"", "null", "", "[2]"}) {
            entry("expected a whole number", "{\"dtype\":\"I8\",\"shape\":[" + wrong + ",1],\"data_offsets\":[0,2]}", 2);
        }
        for (String wrong : new String[] {"2.0", "2e0", "2E0"}) {
            entry("got a fraction or an exponent", "{\"dtype\":\"I8\",\"shape\":[" + wrong + "],\"data_offsets\":[0,2]}", 2);
        }
        entry("must not begin with 0", "{\"dtype\":\"I8\",\"shape\":[02],\"data_offsets\":[0,2]}", 2);
        entry("too large", "{\"dtype\":\"I8\",\"shape\":[9223372036854775808],\"data_offsets\":[0,2]}", 2);
        entry("too large", "{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,99999999999999999999]}", 2);
    }

    @Test
    void keys() {
        refused("tensor 'x' is in the header twice", "{\"x\":" + I8 + ",\"x\":" + I8 + "}", 2);
        refused("tensor 'x' is in the header twice", "{\"x\":" + I8 + ",\"\\u0078\":" + I8 + "}", 2);
        entry("tensor 'x' has the key 'dtype' twice", "{\"dtype\":\"I8\",\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}", 2);
        entry("tensor 'x' has the key 'strides'", "{\"strides\":[1]}", 2);
        entry("tensor 'x' has no dtype", "{\"shape\":[2],\"data_offsets\":[0,2]}", 2);
        entry("tensor 'x' has no shape", "{\"dtype\":\"I8\",\"data_offsets\":[0,2]}", 2);
        entry("tensor 'x' has no data_offsets", "{\"dtype\":\"I8\",\"shape\":[2]}", 2);
        refused("__metadata__ has 'k' twice", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0);
        refused("__metadata__ is in the header twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0);
        refused("expected '\"', got '1'", "{\"__metadata__\":{\"k\":1}}", 0);
        refused("expected '\"', got '{'", "{\"__metadata__\":{\"k\":{}}}", 0);
    }

    @Test
    void types() {
        for (String other : new String[] {"f32", "F128", "", "F32 "}) {
            entry("tensor 'x' has type '" + other + "'; supported are [F32, F64, BF16, F16, I8, I32, BOOL]",
                    "{\"dtype\":\"" + other + "\",\"shape\":[2],\"data_offsets\":[0,2]}", 2);
        }
        entry("tensor 'x' has type 'I64'; supported are [F32, F64, BF16, F16, I8, I32, BOOL]; save it as one of these, labels as I32",
                "{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}", 16);
    }

    @Test
    void shapes() {
        entry("one tensor holds at most 2147475456 elements", "{\"dtype\":\"I8\",\"shape\":[2147483648],\"data_offsets\":[0,2]}", 2);
        entry("one tensor holds at most 2147475456 elements", "{\"dtype\":\"I8\",\"shape\":[65536,65536],\"data_offsets\":[0,2]}", 2);
        // 2^64 elements, which is 0 in 64 bits.
        entry("one tensor holds at most 2147475456 elements",
                "{\"dtype\":\"I8\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}", 0);
        entry("one tensor holds at most 2147475456 elements",
                "{\"dtype\":\"F64\",\"shape\":[2147483647,2147483647,2147483647,2147483647,0],\"data_offsets\":[0,0]}", 0);
        entry("tensor 'x' has a list of more than 64 numbers",
                "{\"dtype\":\"I8\",\"shape\":[" + "1,".repeat(64) + "1],\"data_offsets\":[0,1]}", 1);
        entry("tensor 'x' has 2 bytes, but F32 of shape (2) takes 8", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,2]}", 2);
        entry("tensor 'x' has 2 bytes, but I8 of shape () takes 1", "{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,2]}", 2);
    }

    @Test
    void ranges() {
        entry("tensor 'x' has 1 data_offsets", "{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[2]}", 2);
        entry("tensor 'x' has 3 data_offsets", "{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,1,2]}", 2);
        entry("tensor 'x' has the bytes 2 to 0 of 2; the begin must not lie behind the end",
                "{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[2,0]}", 2);
        entry("tensor 'x' has the bytes 0 to 2 of 1; was the file cut off?", I8, 1);
        entry("the last 1 bytes belong to no tensor", I8, 3);
        entry("tensor 'x' begins at byte 1; the 1 bytes before it belong to no tensor",
                "{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[1,3]}", 3);
        refused("tensor 'y' begins at byte 1, inside tensor 'x'",
                "{\"x\":" + I8 + ",\"y\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3);
        refused("tensor 'y' begins at byte 0, inside tensor 'x'", "{\"x\":" + I8 + ",\"y\":" + I8 + "}", 2);
        refused("the last 5 bytes belong to no tensor", "{}", 5);
    }

    @Test
    void longAndStrangeNamesAreShortened() {
        refused("twice", "{\"" + "n".repeat(5000) + "\":" + I8 + ",\"" + "n".repeat(5000) + "\":" + I8 + "}", 2);
        refused("'a?b?c' is in the header twice", "{\"a\\nb\\u2028c\":" + I8 + ",\"a\\nb\\u2028c\":" + I8 + "}", 2);
        entry("more than", "{\"dtype\":\"I8\",\"shape\":[" + "1000000000,".repeat(63) + "1000000000,1],\"data_offsets\":[0,2]}", 2);
        entry("at most 2147475456", "{\"dtype\":\"I8\",\"shape\":[" + "1000000000,".repeat(62) + "1],\"data_offsets\":[0,2]}", 2);
    }

    /** Headers as large as they may be, made to cost as much memory as they can. */
    @Test
    void largeHeadersTakeLittleMemory() {
        var tensors = new StringBuilder("{");
        for (int i = 0; tensors.length() < Header.LENGTH_LIMIT - 80; i++) {
            tensors.append('"').append(Integer.toString(i, 36)).append("\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]},");
        }
        bounded(tensors.append("\"x\":1}"));
        var notes = new StringBuilder("{\"__metadata__\":{");
        for (int i = 0; notes.length() < Header.LENGTH_LIMIT - 20; i++) {
            notes.append('"').append(Integer.toString(i, 36)).append("\":\"\",");
        }
        bounded(notes.append("\"x\":1}}"));
        bounded(new StringBuilder("{\"").append("\\u4e2d".repeat(Header.LENGTH_LIMIT / 6 - 2)).append("\":1}"));
        bounded(new StringBuilder("{\"").append("\\n\u00e9".repeat(Header.LENGTH_LIMIT / 4 - 4)).append("\":1}"));
        bounded(new StringBuilder("{\"").append("x".repeat(Header.LENGTH_LIMIT - 8)).append("\":1}"));
    }

    private void bounded(StringBuilder header) {
        byte[] bytes = Bytes.file(header.toString());
        Path path = Bytes.write(folder, bytes);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Code that is not compiled yet allocates what the compiler would do without: the least of three counts.
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
            assertThrows(SafetensorsException.class, () -> Safetensors.open(path));
            allocated = Math.min(allocated, threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before);
        }
        long limit = 2L * bytes.length + (64 << 20);
        assertTrue(allocated <= limit, "a file of " + bytes.length + " bytes took " + allocated + ", at most " + limit + " are allowed: "
                + header.substring(0, 60));
    }
}
