package limbeck.distill.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import limbeck.tensor.Key;

/**
 * Data sets by name, as given on a command line.
 *
 * <pre>{@code
 * Splits mnist = Datasets.load("mnist", Optional.empty(), Datasets.Progress.NONE);
 * }</pre>
 *
 * <table>
 * <caption>What can be named</caption>
 * <tr><th>name</th><th>examples</th><th>from</th></tr>
 * <tr><td>{@code digits}</td><td>drawn digits, (1, 28, 28)</td><td>made on the spot</td></tr>
 * <tr><td>{@code mnist}, {@code fashion-mnist}</td><td>grey images, (1, 28, 28)</td><td>a folder or a download</td></tr>
 * <tr><td>{@code cifar10}</td><td>colour images, (3, 32, 32)</td><td>a folder or a download</td></tr>
 * <tr><td>{@code idx:DIR}</td><td>any images under MNIST's file names</td><td>{@link Idx#folder}</td></tr>
 * <tr><td>{@code cifar:DIR}</td><td>any images in CIFAR-10's format</td><td>{@link CifarBinary#folder}</td></tr>
 * <tr><td>{@code csv:FILE?OPTIONS}</td><td>rows of a table</td><td>{@link Csv}, {@link CsvOptions#parse}</td></tr>
 * </table>
 *
 * <p>A named set is taken from the first of {@link Places} that has it; see there for the order.
 */
public final class Datasets {
    /** The seed of {@code digits}: a fixed one, so that the set is the same in every run and its fingerprint a name for it. */
    private static final long DIGITS_SEED = 42;

    private Datasets() {
    }

    /** Hears how a download goes on. */
    @FunctionalInterface
    public interface Progress {
        /** Hears nothing. */
        Progress NONE = (file, done, total) -> { };

        /**
         * Called often while a file arrives.
         *
         * @param file  its name
         * @param done  bytes that have arrived
         * @param total its size in bytes
         */
        void at(String file, long done, long total);
    }

    /**
     * Loads a data set from the usual places, downloading it where it is in none of them.
     *
     * @param spec     what to load, see the table above
     * @param dataDir  a folder that holds the set or a subfolder of its name
     * @param progress hears of downloads
     * @return training and test part
     * @throws DataException if there is no such set, it is damaged, or it cannot be downloaded
     */
    public static Splits load(String spec, Optional<Path> dataDir, Progress progress) {
        return load(spec, Places.usual(dataDir), progress);
    }

    /**
     * Loads a data set.
     *
     * @param spec     what to load, see the table above
     * @param places   where to look
     * @param progress hears of downloads
     * @return training and test part
     * @throws DataException if there is no such set, it is damaged, or it cannot be downloaded
     */
    public static Splits load(String spec, Places places, Progress progress) {
        for (NamedSet set : NamedSet.ALL) {
            if (set.name().equals(spec)) {
                return set.load(places, progress);
            }
        }
        if (spec.equals("digits")) {
            return Digits.load(Key.of(DIGITS_SEED));
        }
        if (spec.startsWith("idx:")) {
            return Idx.folder(spec, path(spec.substring(4)));
        }
        if (spec.startsWith("cifar:")) {
            return CifarBinary.folder(spec, path(spec.substring(6)));
        }
        if (spec.startsWith("csv:")) {
            return csv(spec.substring(4));
        }
        throw new DataException("there is no data set " + DataException.quote(spec)
            + "; known are digits, mnist, fashion-mnist, cifar10, idx:DIR, cifar:DIR and csv:FILE");
    }

    private static Splits csv(String spec) {
        int mark = spec.lastIndexOf('?');
        boolean options = mark >= 0 && !Files.exists(path(spec));
        return Csv.read(path(options ? spec.substring(0, mark) : spec), CsvOptions.parse(options ? spec.substring(mark + 1)
            : "")).splits();
    }

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new DataException("the data set's name ends after its colon; add where it lies, such as idx:my/folder");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new DataException(DataException.quote(text) + " is not a path", e);
        }
    }
}
