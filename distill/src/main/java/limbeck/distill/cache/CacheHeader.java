package limbeck.distill.cache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import limbeck.tensor.Shape;

/**
 * The beginning of a cache file: lines of text that say what it is of and what a record holds, the last of them a checksum of those before,
 * filled up with zeros to whole pages.
 *
 * <pre>
 * limbeck teacher cache 1
 * teacher 51c9...
 * inputs 0b7e...
 * examples 5000
 * views 2
 * batch 128
 * arithmetic fp32 on cpu
 * format f16
 * layers layer1
 * logits 10 row-major
 * layer 16x32x32 channels-last layer1
 * checksum 9f86d081
 * </pre>
 *
 * @param origin what decides the records' content, by name
 * @param layout what a record holds
 */
record CacheHeader(SequencedMap<String, String> origin, RecordLayout layout) {
    /** No header is longer. */
    static final int MOST = 1 << 20;
    private static final int PAGE = 1 << 12;
    private static final String MAGIC = "limbeck teacher cache 1\n";
    private static final String CHECKSUM = "checksum ";

    /** The lines that are known before the teacher has shown anything. */
    private static String start(Map<String, String> origin) {
        return MAGIC + origin.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue() + "\n").collect(Collectors.joining());
    }

    /** Whole pages. */
    byte[] bytes() {
        String text = start(origin) + layout.parts().stream().map(CacheHeader::line).collect(Collectors.joining());
        byte[] all = (text + CHECKSUM + checksum(text) + "\n").getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(all, Math.ceilDiv(all.length, PAGE) * PAGE);
    }

    private static String line(RecordLayout.Part part) {
        String dims = part.shape().rank() == 0 ? "scalar"
                : Arrays.stream(part.shape().dims()).mapToObj(String::valueOf).collect(Collectors.joining("x"));
        String numbers = dims + (part.channelsLast() ? " channels-last" : " row-major");
        return part.name().isEmpty() ? "logits " + numbers + "\n" : "layer " + numbers + " " + part.name() + "\n";
    }

    private static String checksum(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /**
     * Reads a header.
     *
     * @param file how a file begins, in {@link #MOST} bytes or what there is
     * @return null if there is no whole one
     */
    static CacheHeader parse(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        int end = text.indexOf("\n" + CHECKSUM) + 1;
        if (!text.startsWith(MAGIC) || end == 0 || !text.startsWith(CHECKSUM + checksum(text.substring(0, end)) + "\n", end)) {
            return null;
        }
        var origin = new LinkedHashMap<String, String>();
        var parts = new ArrayList<RecordLayout.Part>();
        for (String line : text.substring(MAGIC.length(), end).split("\n")) {
            String[] words = line.split(" ", 4);
            if (words[0].equals("logits") || words[0].equals("layer")) {
                parts.add(new RecordLayout.Part(words.length == 4 ? words[3] : "", shape(words[1]), words[2].equals("channels-last")));
            } else {
                origin.put(words[0], line.substring(words[0].length() + 1));
            }
        }
        return new CacheHeader(origin, new RecordLayout(CacheFormat.parse(origin.get("format")), parts));
    }

    private static Shape shape(String text) {
        return text.equals("scalar") ? Shape.SCALAR : Shape.of(Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray());
    }

    /**
     * Whether a file without a whole header is one whose writing was cut short there.
     *
     * @param file all of its bytes
     * @param origin what it would be of
     */
    static boolean isBeginning(byte[] file, Map<String, String> origin) {
        byte[] start = start(origin).getBytes(StandardCharsets.UTF_8);
        int known = Math.min(start.length, file.length);
        // Only behind a whole header there are zeros.
        return Arrays.equals(file, 0, known, start, 0, known) && new String(file, StandardCharsets.ISO_8859_1).indexOf(0) < 0;
    }
}
