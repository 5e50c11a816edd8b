package limbeck.distill.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import limbeck.tensor.Key;

/** Small valid files of every format, for the tests. */
final class Samples {
    private Samples() {
    }

    static byte[] idx(int[] dims, byte... values) {
        var bytes = ByteBuffer.allocate(4 + 4 * dims.length + values.length);
        bytes.putInt(0x0800 | dims.length);
        for (int d : dims) {
            bytes.putInt(d);
        }
        return bytes.put(values).array();
    }

    static byte[] noise(int n, long seed) {
        var key = Key.of(seed);
        var bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) key.bits(i);
        }
        return bytes;
    }

    static byte[] labels(int n, int classes) {
        var labels = new byte[n];
        for (int i = 0; i < n; i++) {
            labels[i] = (byte) (i % classes);
        }
        return labels;
    }

    static byte[] cifar(int records) {
        var bytes = new byte[records * 3073];
        for (int r = 0; r < records; r++) {
            bytes[r * 3073] = (byte) (r % 10);
            for (int p = 0; p < 3072; p++) {
                bytes[r * 3073 + 1 + p] = (byte) (r + p / 1024);
            }
        }
        return bytes;
    }

    static byte[] gzip(byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** One tar entry: header and content, padded. */
    static byte[] tarEntry(String name, byte[] content) {
        var bytes = new byte[512 + (content.length + 511) / 512 * 512];
        put(bytes, 0, name);
        put(bytes, 100, "0000644\0");
        put(bytes, 124, "%011o\0".formatted(content.length));
        put(bytes, 148, "        ");
        bytes[156] = '0';
        put(bytes, 257, "ustar\00000");
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += bytes[i] & 0xff;
        }
        put(bytes, 148, "%06o\0 ".formatted(sum));
        System.arraycopy(content, 0, bytes, 512, content.length);
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** An archive laid out as the official one, whose batches are not in order. */
    static byte[] cifarArchive() {
        return gzip(concat(tarEntry("cifar-10-batches-bin/data_batch_2.bin", cifar(2)),
            tarEntry("cifar-10-batches-bin/readme.html", "read me".getBytes(StandardCharsets.US_ASCII)),
            tarEntry("cifar-10-batches-bin/test_batch.bin", cifar(1)),
            tarEntry("cifar-10-batches-bin/data_batch_1.bin", cifar(3)), new byte[1024]));
    }

    private static void put(byte[] into, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, into, at, bytes.length);
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
