package limbeck.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Files of named tensors in the safetensors format: a JSON header that says where each tensor lies, and the bytes of the
 * tensors. Such a file holds numbers and names, never code. It is read and written exactly, in every type that tensors have.
 *
 * {@snippet :
 * Safetensors.write(Path.of("features.safetensors"), Map.of("mean", mean, "labels", labels), Map.of("dataset", "digits"));
 * Map<String, Tensor> tensors = Safetensors.read(Path.of("features.safetensors"), Device.cpu());
 * }
 *
 * To look before reading, or to read only a part:
 *
 * {@snippet :
 * try (var file = Safetensors.open(path)) {
 *     for (String name : file.names()) {
 *         System.out.println(name + " " + file.type(name) + " " + file.shape(name));
 *     }
 *     Tensor embedding = file.read("embedding.weight", Device.cpu());
 * }
 * }
 *
 * Opening reads and checks the whole header: a damaged file is refused, before any memory is taken for tensors, by a
 * {@link SafetensorsException}. For the parameters of a module use {@link Checkpoint}.
 */
public final class Safetensors implements AutoCloseable {
    private static final int CHUNK = 1 << 20;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final FileChannel channel;
    private final Header header;
    /** Where the tensors begin. */
    private final long data;

    private Safetensors(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        long size = channel.size();
        if (size < 8) {
            throw SafetensorsException.in(path, "the file has " + size + " bytes; a safetensors file has at least 10");
        }
        long length = bytes(0, 8).getLong();
        if (length < 2 || length > size - 8) {
            throw SafetensorsException.in(path, "the first 8 bytes announce a header of " + Long.toUnsignedString(length)
                    + " bytes, but " + (size - 8) + " follow; was the file cut off, or is it no safetensors file?");
        }
        if (length > Header.LENGTH_LIMIT) {
            throw SafetensorsException.in(path, "the first 8 bytes announce a header of " + length + " bytes; at most "
                    + Header.LENGTH_LIMIT + " are read");
        }
        this.data = 8 + length;
        this.header = Header.parse(path, bytes(8, (int) length).array(), size - data);
    }

    private ByteBuffer bytes(long from, int count) throws IOException {
        var buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw SafetensorsException.in(path, "the file ended while it was being read");
            }
        }
        return buffer.flip();
    }

    /**
     * Opens a file and checks its header.
     *
     * @param path the file
     * @return the open file, to be closed
     * @throws SafetensorsException if it cannot be read or is damaged
     */
    public static Safetensors open(Path path) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            var file = new Safetensors(path, channel);
            channel = null;
            return file;
        } catch (NoSuchFileException e) {
            throw SafetensorsException.in(path, "there is no such file", e);
        } catch (IOException e) {
            throw SafetensorsException.in(path, Files.isDirectory(path) ? "is a folder, expected a safetensors file"
                    : "the file cannot be read: " + e, e);
        } finally {
            closeAfterFailure(channel);
        }
    }

    private static void closeAfterFailure(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Reads all tensors of a file.
     *
     * @param path the file
     * @param device where to put them; each keeps the type that it has in the file, but F64 becomes
     *     {@link Device#defaultFloat}, since few devices hold it
     * @return the tensors by name, in the order in which they lie in the file; they belong to the current scope
     * @throws SafetensorsException if the file cannot be read or is damaged
     */
    public static Map<String, Tensor> read(Path path, Device device) {
        try (var file = open(path)) {
            var tensors = new LinkedHashMap<String, Tensor>();
            for (String name : file.names()) {
                tensors.put(name, file.read(name, device));
            }
            return Collections.unmodifiableMap(tensors);
        }
    }

    /**
     * The names of the tensors.
     *
     * @return the names, in the order in which the tensors lie in the file
     */
    public Set<String> names() {
        return header.entries().keySet();
    }

    /**
     * The type of a tensor.
     *
     * @param name its name
     * @return its type
     * @throws IllegalArgumentException if there is no such tensor
     */
    public DType type(String name) {
        return entry(name).type();
    }

    /**
     * The shape of a tensor.
     *
     * @param name its name
     * @return its shape
     * @throws IllegalArgumentException if there is no such tensor
     */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /**
     * The notes of whoever wrote the file.
     *
     * @return the {@code __metadata__} of the header; empty if there is none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Reads one tensor.
     *
     * @param name its name
     * @param device where to put it; it keeps the type that it has in the file, but F64 becomes
     *     {@link Device#defaultFloat}, since few devices hold it
     * @return the tensor; it belongs to the current scope
     * @throws IllegalArgumentException if there is no such tensor
     * @throws SafetensorsException if the file cannot be read
     */
    public Tensor read(String name, Device device) {
        Header.Entry entry = entry(name);
        try (var arena = Arena.ofConfined()) {
            long size = entry.end() - entry.begin();
            if (channel.size() < data + entry.end()) {
                throw SafetensorsException.in(path, "the file has become shorter since it was opened");
            }
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, data + entry.begin(), size, arena);
            return entry.type() == DType.F64 ? device.tensor(bytes.toArray(DOUBLE), entry.shape())
                    : device.load(entry.type(), entry.shape(), bytes);
        } catch (IOException e) {
            throw SafetensorsException.in(path, "tensor " + SafetensorsException.quote(name) + " cannot be read: " + e, e);
        }
    }

    private Header.Entry entry(String name) {
        Header.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("safetensors: there is no tensor '" + name + "' in " + path + "; ask names()");
        }
        return entry;
    }

    /**
     * Closes the file.
     *
     * @throws SafetensorsException if that fails
     */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw SafetensorsException.in(path, "the file cannot be closed: " + e, e);
        }
    }

    /**
     * Writes a file. It appears under its name when it is complete: a reader sees the old file or the new one, and a failure
     * leaves the old one as it was.
     *
     * @param path the file; an existing one is replaced
     * @param tensors the tensors by name
     * @param metadata notes to go with them, may be empty
     * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, or a name cannot be written as UTF-8
     * @throws SafetensorsException if the file cannot be written
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        if (tensors.containsKey(Header.METADATA)) {
            throw new IllegalArgumentException("safetensors: no tensor can be called " + Header.METADATA + ", the format needs that name");
        }
        Map<String, Tensor> ordered = aligned(tensors);
        byte[] head = HeaderText.of(ordered, metadata);
        if (head.length > Header.LENGTH_LIMIT) {
            throw new IllegalArgumentException("safetensors: names and metadata take " + head.length + " bytes; a header has at most "
                    + Header.LENGTH_LIMIT);
        }
        Path whole = path.toAbsolutePath();
        // In the same folder, where a move is atomic. Not Files.createTempFile, whose files nobody else may read.
        String number = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path part = whole.resolveSibling("." + whole.getFileName() + "." + number + ".part");
        try {
            try (var channel = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                var buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
                buffer.putLong(head.length);
                flush(buffer, channel);
                write(ByteBuffer.wrap(head), channel);
                for (Tensor tensor : ordered.values()) {
                    write(tensor, buffer, channel);
                }
                channel.force(true);
            }
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            throw SafetensorsException.in(path, "the file cannot be written, because its folder does not exist; create it first", e);
        } catch (IOException e) {
            throw SafetensorsException.in(path, "the file cannot be written: " + e, e);
        } finally {
            discard(part);
        }
    }

    /** Larger elements first, as the reference implementation does: so every tensor is aligned. Then by name. */
    private static Map<String, Tensor> aligned(Map<String, Tensor> tensors) {
        var ordered = new LinkedHashMap<String, Tensor>();
        Comparator<Map.Entry<String, Tensor>> larger = Comparator.comparingInt(e -> -e.getValue().dtype().bytes());
        tensors.entrySet().stream().sorted(larger.thenComparing(Map.Entry::getKey)).forEach(e -> ordered.put(e.getKey(), e.getValue()));
        return ordered;
    }

    private static void write(Tensor tensor, ByteBuffer buffer, FileChannel channel) throws IOException {
        DType type = tensor.dtype();
        int chunk = CHUNK / type.bytes();
        // Every value of the small types is a float as well, and every value of all types a double.
        boolean wide = type == DType.F64 || type == DType.I32;
        double[] doubles = wide ? tensor.toDoubles() : new double[0];
        float[] floats = wide ? new float[0] : tensor.toFloats();
        int size = tensor.shape().intSize();
        for (int from = 0; from < size; from += chunk) {
            int to = (int) Math.min((long) from + chunk, size);
            for (int i = from; i < to; i++) {
                switch (type) {
                    case F32 -> buffer.putFloat(floats[i]);
                    case F64 -> buffer.putDouble(doubles[i]);
                    case BF16 -> buffer.putShort(DType.floatToBfloat16(floats[i]));
                    case F16 -> buffer.putShort(Float.floatToFloat16(floats[i]));
                    case I8, BOOL -> buffer.put((byte) floats[i]);
                    case I32 -> buffer.putInt((int) doubles[i]);
                }
            }
            flush(buffer, channel);
        }
    }

    private static void flush(ByteBuffer buffer, FileChannel channel) throws IOException {
        write(buffer.flip(), channel);
        buffer.clear();
    }

    private static void write(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void discard(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw SafetensorsException.in(part, "the unfinished file cannot be deleted: " + e, e);
        }
    }
}
