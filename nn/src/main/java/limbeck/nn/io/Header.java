package limbeck.nn.io;

import static limbeck.nn.io.SafetensorsException.quote;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * What a file says about its tensors, checked whole before a byte of them is read: the byte ranges follow one another
 * without gap or overlap from 0 to the end of the file, and each is as long as its type and shape say.
 *
 * @param entries the tensors by name, in the order of their bytes
 * @param metadata what the writer noted
 */
record Header(Map<String, Entry> entries, Map<String, String> metadata) {
    /** One tensor: its bytes are {@code begin .. end - 1}, counted from the end of the header. */
    record Entry(String name, DType type, Shape shape, long begin, long end) {
    }

    static final String METADATA = "__metadata__";
    /** Bytes of a header: enough for a model of 100,000 tensors. */
    static final int LENGTH_LIMIT = 10_000_000;
    // Notes and axes cost more memory than bytes in the file; no true file has so many.
    private static final int METADATA_LIMIT = 65_536;
    private static final int RANK_LIMIT = 64;
    /** Types of the format that no tensor here has. */
    private static final Set<String> OTHER_TYPES = Set.of("I64", "U64", "U32", "I16", "U16", "U8", "F8_E4M3", "F8_E5M2", "C64");

    /** Reads a header's text, which begins at byte 8 of a file whose tensors take {@code size} bytes. */
    static Header parse(Path file, byte[] text, long size) {
        return new Parser(file, text, size).header();
    }

    // Words that come again for every tensor are not copied each time.
    private static final List<String> KEYS = List.of("dtype", "shape", "data_offsets");
    private static final List<String> TYPES = Arrays.stream(DType.values()).map(DType::name).toList();

    private static final class Parser {
        private final Path file;
        private final HeaderJson json;
        private final long size;
        private final long[] numbers = new long[RANK_LIMIT];
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private Map<String, String> metadata;

        Parser(Path file, byte[] text, long size) {
            this.file = file;
            this.size = size;
            if (text.length == 0 || text[0] != '{') {
                throw SafetensorsException.in(file, "the header must begin with '{' at byte 8; is this a safetensors file?");
            }
            this.json = new HeaderJson(file, text, 8);
        }

        Header header() {
            json.expect('{');
            if (!json.take('}')) {
                do {
                    member();
                } while (json.another('}'));
            }
            json.end();
            return new Header(inOrder(), metadata == null ? Map.of() : Collections.unmodifiableMap(metadata));
        }

        private void member() {
            String name = json.string();
            json.expect(':');
            if (!name.equals(METADATA)) {
                Entry entry = entry(name);
                if (entries.putIfAbsent(name, entry) != null) {
                    throw of(name, "is in the header twice");
                }
            } else if (metadata == null) {
                metadata = notes();
            } else {
                throw json.fault(METADATA + " is in the header twice");
            }
        }

        private Map<String, String> notes() {
            var notes = new LinkedHashMap<String, String>();
            json.expect('{');
            if (json.take('}')) {
                return notes;
            }
            do {
                String key = json.string();
                json.expect(':');
                if (notes.putIfAbsent(key, json.string()) != null) {
                    throw json.fault(METADATA + " has " + quote(key) + " twice");
                }
                if (notes.size() > METADATA_LIMIT) {
                    throw json.fault(METADATA + " has more than " + METADATA_LIMIT + " entries");
                }
            } while (json.another('}'));
            return notes;
        }

        private Entry entry(String name) {
            DType type = null;
            long[] dims = null;
            long[] offsets = null;
            json.expect('{');
            do {
                String key = json.string(KEYS);
                json.expect(':');
                boolean first = switch (key) {
                    case "dtype" -> type == null;
                    case "shape" -> dims == null;
                    case "data_offsets" -> offsets == null;
                    default -> throw of(name, "has the key " + quote(key) + "; expected dtype, shape and data_offsets");
                };
                if (!first) {
                    throw of(name, "has the key " + quote(key) + " twice");
                }
                switch (key) {
                    case "dtype" -> type = type(name, json.string(TYPES));
                    case "shape" -> dims = numbers(name);
                    default -> offsets = numbers(name);
                }
            } while (json.another('}'));
            if (type == null || dims == null || offsets == null) {
                throw of(name, "has no " + (type == null ? "dtype" : dims == null ? "shape" : "data_offsets"));
            }
            if (offsets.length != 2) {
                throw of(name, "has " + offsets.length + " data_offsets; expected begin and end");
            }
            return checked(name, type, dims, offsets[0], offsets[1]);
        }

        private DType type(String name, String text) {
            if (TYPES.contains(text)) {
                return DType.valueOf(text);
            }
            String hint = OTHER_TYPES.contains(text) ? "; save it as one of these" + (text.equals("I64") ? ", labels as I32" : "") : "";
            throw of(name, "has type " + quote(text) + "; supported are " + TYPES + hint);
        }

        private long[] numbers(String name) {
            int count = 0;
            json.expect('[');
            if (json.take(']')) {
                return new long[0];
            }
            do {
                if (count == RANK_LIMIT) {
                    throw of(name, "has a list of more than " + RANK_LIMIT + " numbers");
                }
                numbers[count++] = json.number();
            } while (json.another(']'));
            return Arrays.copyOf(numbers, count);
        }

        private Entry checked(String name, DType type, long[] dims, long begin, long end) {
            long elements = 1;
            int[] extents = new int[dims.length];
            for (int i = 0; i < dims.length; i++) {
                // Both factors are below 2^31, so that their product cannot overflow.
                if (dims[i] > Shape.MOST || elements * dims[i] > Shape.MOST) {
                    throw of(name, "is too large: one tensor holds at most " + Shape.MOST + " elements, its shape is "
                            + Arrays.toString(dims));
                }
                extents[i] = (int) dims[i];
                elements *= dims[i];
            }
            if (begin > end || end > size) {
                throw of(name, "has the bytes " + begin + " to " + end + " of " + size
                        + (begin > end ? "; the begin must not lie behind the end" : "; was the file cut off?"));
            }
            Shape shape = Shape.of(extents);
            if (end - begin != elements * type.bytes()) {
                throw of(name, "has " + (end - begin) + " bytes, but " + type + " of shape " + shape + " takes " + elements * type.bytes());
            }
            return new Entry(name, type, shape, begin, end);
        }

        /** The entries by their bytes, which must follow one another and reach the file's end. */
        private Map<String, Entry> inOrder() {
            Entry[] sorted = entries.values().toArray(Entry[]::new);
            Arrays.sort(sorted, Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            var ordered = new LinkedHashMap<String, Entry>();
            long reached = 0;
            String before = "";
            for (Entry entry : sorted) {
                if (entry.begin() < reached) {
                    throw of(entry.name(), "begins at byte " + entry.begin() + ", inside tensor " + quote(before));
                }
                if (entry.begin() > reached) {
                    throw of(entry.name(), "begins at byte " + entry.begin() + "; the " + (entry.begin() - reached)
                            + " bytes before it belong to no tensor");
                }
                reached = entry.end();
                before = entry.name();
                ordered.put(entry.name(), entry);
            }
            if (reached != size) {
                throw SafetensorsException.in(file, "the last " + (size - reached) + " bytes belong to no tensor");
            }
            return Collections.unmodifiableMap(ordered);
        }

        private SafetensorsException of(String name, String sentence) {
            return SafetensorsException.in(file, "tensor " + quote(name) + " " + sentence);
        }
    }
}
