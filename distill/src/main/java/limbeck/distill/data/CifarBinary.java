package limbeck.distill.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import limbeck.tensor.Shape;

/**
 * Reads CIFAR-10's binary files: records of 3,073 bytes, one label (0 to 9) and then 1,024 red, 1,024 green and 1,024 blue bytes of
 * a 32 by 32 image, row-major. Files may be plain or gzip, or lie within the official {@code cifar-10-binary.tar.gz}.
 *
 * <p>A damaged file is a {@link DataException} and never costs more memory than twice its size plus 64 MiB. The set: Krizhevsky,
 * "Learning Multiple Layers of Features from Tiny Images" (2009).
 */
public final class CifarBinary {
    /** The classes, by label. */
    public static final List<String> CLASS_NAMES =
        List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
    private static final int PIXELS = 3 * 32 * 32;
    private static final int RECORD = 1 + PIXELS;
    private static final int CLASSES = 10;
    private static final String ARCHIVE = "cifar-10-binary.tar.gz";
    private static final String SUBFOLDER = "cifar-10-batches-bin";

    private CifarBinary() {
    }

    /**
     * Reads files one after the other into one data set of shape (3, 32, 32).
     *
     * @param name  what to call the set
     * @param files the files, each plain or gzip
     * @return the examples in the order of the files
     * @throws DataException if a file is missing or damaged
     */
    public static Dataset read(String name, List<Path> files) {
        long total = 0;
        for (Path file : files) {
            total += recordsIn(file);
        }
        if (total == 0) {
            throw new DataException(name + ": no CIFAR file was given");
        }
        if (total > Integer.MAX_VALUE / PIXELS) {
            throw new DataException(name + ": " + total + " CIFAR records do not fit in memory here");
        }
        var records = new Records((int) total);
        for (Path file : files) {
            try (var source = Source.open(file)) {
                records.addAll(source);
            }
        }
        return records.dataset(name);
    }

    /**
     * Reads a folder: training files are those named {@code data_batch*} or {@code train*}, test files those named {@code test*}, all
     * ending in {@code .bin} or {@code .bin.gz}; or the folder holds {@code cifar-10-binary.tar.gz} or what that unpacks to.
     *
     * @param name   what to call the set
     * @param folder the folder
     * @return both parts
     * @throws DataException if a part is missing or a file is damaged
     */
    public static Splits folder(String name, Path folder) {
        Path holder = Files.isDirectory(folder.resolve(SUBFOLDER)) ? folder.resolve(SUBFOLDER) : folder;
        var train = filesOf(holder, "data_batch", "train");
        var test = filesOf(holder, "test");
        if (train.isEmpty() && test.isEmpty() && Files.isRegularFile(folder.resolve(ARCHIVE))) {
            return archive(name, folder.resolve(ARCHIVE));
        }
        if (train.isEmpty() || test.isEmpty()) {
            throw DataException.in(folder, "there are no " + (train.isEmpty() ? "training files (data_batch_1.bin)" : "test files (test_batch.bin)")
                + " and no " + ARCHIVE + " in this folder");
        }
        return new Splits(read(name, train), read(name, test));
    }

    /**
     * Reads the official archive {@code cifar-10-binary.tar.gz} without unpacking it to disk. Training batches come in the order of
     * their names, whatever their order in the archive.
     *
     * @param name    what to call the set
     * @param archive the archive
     * @return both parts
     * @throws DataException if the archive is missing, damaged or lacks a part
     */
    public static Splits archive(String name, Path archive) {
        var batches = new TreeMap<String, Records>();
        try (var source = Source.open(archive)) {
            var tar = new Tar(source);
            for (var entry = tar.next(); entry != null; entry = tar.next()) {
                String file = entry.name().substring(entry.name().lastIndexOf('/') + 1);
                if (!file.endsWith(".bin")) {
                    continue;
                }
                if (entry.size() % RECORD != 0 || entry.size() == 0) {
                    throw source.damaged(DataException.quote(file) + " within it holds " + entry.size()
                        + " bytes, not whole records of " + RECORD);
                }
                source.requireHolds(entry.size(), "an entry");
                var records = new Records((int) (entry.size() / RECORD));
                for (int i = 0; i < records.labels.length; i++) {
                    records.add(source);
                }
                batches.put(file, records);
            }
        }
        var test = new ArrayList<Records>();
        var train = new ArrayList<Records>();
        batches.forEach((file, records) -> (file.startsWith("test") ? test : train).add(records));
        if (train.isEmpty() || test.isEmpty()) {
            throw DataException.in(archive, "holds no " + (train.isEmpty() ? "data_batch_1.bin" : "test_batch.bin"));
        }
        return new Splits(Records.join(train).dataset(name), Records.join(test).dataset(name));
    }

    /** Whether a folder holds something that {@link #folder} reads. */
    static boolean recognises(Path folder) {
        return Files.isDirectory(folder) && (Files.isDirectory(folder.resolve(SUBFOLDER))
            || Files.isRegularFile(folder.resolve(ARCHIVE))
            || !filesOf(folder, "data_batch", "train").isEmpty());
    }

    /** The number of whole records in a file; decompresses a gzip file once to count, as the format has no header. */
    private static long recordsIn(Path file) {
        long bytes = Source.measure(file);
        if (bytes == 0) {
            throw DataException.in(file, "is empty, expected records of " + RECORD + " bytes");
        }
        if (bytes % RECORD != 0) {
            throw DataException.in(file, "holds " + bytes + " bytes, which is " + bytes / RECORD + " records of " + RECORD
                + " bytes and "
                + bytes % RECORD + " bytes more");
        }
        return bytes / RECORD;
    }

    private static List<Path> filesOf(Path folder, String... prefixes) {
        return Source.list(folder).stream().filter(f -> {
            String file = f.getFileName().toString();
            return (file.endsWith(".bin") || file.endsWith(".bin.gz")) && Arrays.stream(prefixes).anyMatch(file::startsWith);
        }).toList();
    }

    /** Images and labels as they fill up. */
    private static final class Records {
        private final byte[] pixels;
        private final int[] labels;
        private int count;

        Records(int capacity) {
            pixels = new byte[capacity * PIXELS];
            labels = new int[capacity];
        }

        /** All records of a file whose length has been checked; it may have changed since, so the end is checked again. */
        void addAll(Source source) {
            while (count < labels.length) {
                int label = source.next();
                if (label < 0) {
                    return;
                }
                add(source, label);
            }
        }

        void add(Source source) {
            add(source, source.next());
        }

        private void add(Source source, int label) {
            if (label < 0 || label >= CLASSES) {
                throw source.damaged("the record that starts at byte " + (source.position() - 1) + " has label " + label
                    + ", expected 0 to " + (CLASSES - 1));
            }
            source.fill(pixels, count * PIXELS, PIXELS, "a record of " + RECORD + " bytes");
            labels[count++] = label;
        }

        static Records join(List<Records> parts) {
            if (parts.size() == 1) {
                return parts.getFirst();
            }
            var whole = new Records(parts.stream().mapToInt(p -> p.count).sum());
            for (Records part : parts) {
                System.arraycopy(part.pixels, 0, whole.pixels, whole.count * PIXELS, part.count * PIXELS);
                System.arraycopy(part.labels, 0, whole.labels, whole.count, part.count);
                whole.count += part.count;
            }
            return whole;
        }

        Dataset dataset(String name) {
            if (count < labels.length) {
                throw new DataException(name + ": a CIFAR file became shorter while it was read");
            }
            return Dataset.ofBytes(name, Shape.of(3, 32, 32), CLASSES, pixels, labels).withClassNames(CLASS_NAMES);
        }
    }
}
