package limbeck.distill.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import limbeck.distill.Fingerprint;
import limbeck.distill.Tap;
import limbeck.distill.data.TeacherInputs;
import limbeck.tensor.Device;
import limbeck.tensor.Precision;

/**
 * All that decides what the records of a cache hold.
 *
 * @param entries by name, as texts without line breaks
 * @param format how the records are written
 * @param places how many there are
 */
record CacheOrigin(SequencedMap<String, String> entries, CacheFormat format, int places) {
    private static final int DIGITS = 8;
    /** What it means that an entry differs. */
    private static final Map<String, String> OTHER = Map.of(
            "teacher", "another teacher",
            "inputs", "other data, or another augmentation, seed or normalisation",
            "examples", "another number of examples",
            "views", "another number of views",
            "batch", "another batch size",
            "arithmetic", "another precision or device",
            "format", "another format",
            "layers", "other layers");

    static CacheOrigin of(String teacher, TeacherInputs inputs, CacheFormat format, Device device, Set<Tap> taps) {
        var entries = new LinkedHashMap<String, String>();
        entries.put("teacher", teacher);
        entries.put("inputs", inputs.fingerprint());
        entries.put("examples", Integer.toString(inputs.examples()));
        entries.put("views", Integer.toString(inputs.views()));
        // How many examples are multiplied together may change the last bits of each.
        entries.put("batch", Integer.toString(inputs.batchSize()));
        entries.put("arithmetic", Precision.current() + " on " + device);
        entries.put("format", format.toString());
        var layers = new TreeSet<String>();
        taps.forEach(tap -> layers.add(tap.path()));
        // A model that is looked into may compute in other steps than one that is not, with other last bits of the logits.
        entries.put("layers", layers.isEmpty() ? "none" : String.join(" ", layers));
        return new CacheOrigin(entries, format, Math.multiplyExact(inputs.examples(), inputs.views()));
    }

    /** A name that no other origin's file has; those of one teacher lie together in a sorted listing. */
    String fileName() {
        String all = new Fingerprint("cache").add(entries.toString()).hex();
        return entries.get("teacher").substring(0, DIGITS) + "-" + all.substring(0, DIGITS) + "-" + format + ".cache";
    }

    /** The first thing in which a file's origin differs, in words; null if in none. */
    String difference(Map<String, String> file) {
        for (String name : entries.keySet()) {
            String expected = entries.get(name);
            String found = file.get(name);
            if (!expected.equals(found)) {
                return OTHER.get(name) + " (its " + name + (name.endsWith("s") ? " are " : " is ") + found + ", this run's " + expected + ")";
            }
        }
        return null;
    }
}
