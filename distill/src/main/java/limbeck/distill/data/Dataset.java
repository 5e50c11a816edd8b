package limbeck.distill.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;

/**
 * Examples of one shape in memory, each with a class label or, for regression, with a row of float targets.
 *
 * <pre>{@code
 * Dataset train = Datasets.load("mnist", Optional.empty(), Datasets.Progress.NONE).train();
 * float[] image = new float[(int) train.shape().size()];
 * train.read(0, image, 0);                                  // values in [0, 1], shape (1, 28, 28)
 * Dataset withoutThrees = train.where(label -> label != 3); // a view: no pixel is copied
 * }</pre>
 *
 * <p>A data set is immutable and may be read by any number of threads. Subsets share the values and hold only an index; an example
 * keeps its {@link #id id}, so whatever is cached by id stays right. The factories take over the arrays given: do not change them.
 */
public final class Dataset {
    /** The label of an example whose class is not known. */
    public static final int UNLABELLED = -1;

    private final String name;
    private final Shape shape;
    private final int classes;
    private final Values values;
    private final int[] allLabels;      // by id; null for regression
    private final float[] allTargets;   // by id, targetWidth each; null for classification
    private final int targetWidth;
    private final List<String> classNames;
    private final int[] index;          // position -> id; null: the identity
    private final int size;
    private volatile String fingerprint;
    private volatile Statistics statistics;

    private Dataset(String name, Shape shape, int classes, Values values, int[] labels, float[] targets, int targetWidth,
                    List<String> classNames, int[] index, int size) {
        this.name = name;
        this.shape = shape;
        this.classes = classes;
        this.values = values;
        this.allLabels = labels;
        this.allTargets = targets;
        this.targetWidth = targetWidth;
        this.classNames = classNames;
        this.index = index;
        this.size = size;
    }

    /**
     * Labelled examples held as unsigned bytes (a quarter of the memory of floats), divided by 255 when read.
     *
     * @param name         what to call the set in messages
     * @param exampleShape the shape of one example, such as (channels, height, width)
     * @param classes      the number of classes, at least 1
     * @param pixels       the examples one after the other, row-major
     * @param labels       one label per example, 0 to classes - 1
     * @return the data set; the arrays are not copied
     * @throws DataException if the counts disagree or a label is out of range
     */
    public static Dataset ofBytes(String name, Shape exampleShape, int classes, byte[] pixels, int[] labels) {
        return labelled(name, exampleShape, classes, new Values.Bytes(pixels.length, () -> pixels), labels);
    }

    /** The same with bytes that are made when the first example is read: {@code shape.size()} for each label. */
    static Dataset ofBytes(String name, Shape exampleShape, int classes, Supplier<byte[]> pixels, int[] labels) {
        int length = Math.toIntExact(exampleShape.size() * labels.length);
        return labelled(name, exampleShape, classes, new Values.Bytes(length, pixels), labels);
    }

    /**
     * Labelled examples held as floats.
     *
     * @param name         what to call the set in messages
     * @param exampleShape the shape of one example
     * @param classes      the number of classes, at least 1
     * @param values       the examples one after the other, row-major
     * @param labels       one label per example, 0 to classes - 1
     * @return the data set; the arrays are not copied
     * @throws DataException if the counts disagree or a label is out of range
     */
    public static Dataset ofFloats(String name, Shape exampleShape, int classes, float[] values, int[] labels) {
        return labelled(name, exampleShape, classes, new Values.Floats(values), labels);
    }

    /**
     * Examples for regression: each has {@code targetWidth} float targets instead of a label, and {@link #classes} is 0.
     *
     * @param name         what to call the set in messages
     * @param exampleShape the shape of one example
     * @param values       the examples one after the other, row-major
     * @param targets      the targets, {@code targetWidth} per example
     * @param targetWidth  the number of targets of one example, at least 1
     * @return the data set; the arrays are not copied
     * @throws DataException if the counts disagree
     */
    public static Dataset ofTargets(String name, Shape exampleShape, float[] values, float[] targets, int targetWidth) {
        if (targetWidth < 1 || targets.length % targetWidth != 0) {
            throw new DataException(name + ": " + targets.length + " targets do not make rows of " + targetWidth);
        }
        int size = targets.length / targetWidth;
        checkCount(name, exampleShape, values.length, size, "rows of targets");
        return new Dataset(name, exampleShape, 0, new Values.Floats(values), null, targets, targetWidth, List.of(), null, size);
    }

    private static Dataset labelled(String name, Shape shape, int classes, Values values, int[] labels) {
        checkCount(name, shape, values.length(), labels.length, "labels");
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new DataException(name + ": example " + i + " has label " + labels[i] + ", expected 0 to " + (classes - 1));
            }
        }
        var names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        return new Dataset(name, shape, classes, values, labels, null, 0, names, null, labels.length);
    }

    private static void checkCount(String name, Shape shape, int values, int examples, String what) {
        if (shape.size() * examples != values) {
            throw new DataException(name + ": " + values + " values do not make examples of shape " + shape + " (" + shape.size()
                + " values each) for " + examples + " " + what);
        }
    }

    /**
     * The same examples with names for the classes, as shown in reports.
     *
     * @param names one name per class
     * @return a view with these names
     * @throws DataException if there is not one name per class
     */
    public Dataset withClassNames(List<String> names) {
        if (names.size() != classes) {
            throw new DataException(name + ": " + names.size() + " names given for " + classes + " classes");
        }
        return new Dataset(name, shape, classes, values, allLabels, allTargets, targetWidth, List.copyOf(names), index, size);
    }

    /**
     * What the set is called in messages.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The number of examples.
     *
     * @return the number of examples, 0 or more
     */
    public int size() {
        return size;
    }

    /**
     * The shape of one example.
     *
     * @return the shape, without a batch dimension
     */
    public Shape shape() {
        return shape;
    }

    /**
     * The number of classes.
     *
     * @return the number of classes, or 0 for regression
     */
    public int classes() {
        return classes;
    }

    /**
     * The names of the classes, by label.
     *
     * @return one name per class; the label's number where none was given, empty for regression
     */
    public List<String> classNames() {
        return classNames;
    }

    /**
     * Whether the examples have float targets instead of labels.
     *
     * @return true for regression
     */
    public boolean isRegression() {
        return allTargets != null;
    }

    /**
     * The number of float targets of one example.
     *
     * @return the number of targets; 0 for classification
     */
    public int targetWidth() {
        return targetWidth;
    }

    /**
     * The lasting number of an example: its position in the set as it was read, the same in every subset.
     *
     * @param i position in this set
     * @return the example's id
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public int id(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException(name + ": there is no example " + i + " among " + size);
        }
        return index == null ? i : index[i];
    }

    /**
     * The label of one example.
     *
     * @param i position in this set
     * @return the label, 0 to classes - 1; {@link #UNLABELLED} if it is hidden
     * @throws IllegalStateException     if this is a regression set
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public int label(int i) {
        requireLabels();
        return allLabels[id(i)];
    }

    /**
     * All labels in order.
     *
     * @return a copy
     * @throws IllegalStateException if this is a regression set
     */
    public int[] labels() {
        requireLabels();
        var labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = allLabels[id(i)];
        }
        return labels;
    }

    /**
     * How many examples each class has, those without a label not counted.
     *
     * @return one count a class
     * @throws IllegalStateException if this is a regression set
     * @throws IllegalArgumentException if no example has a label
     */
    public ClassCounts classCounts() {
        var counts = new int[classes];
        for (int label : labels()) {
            if (label != UNLABELLED) {
                counts[label]++;
            }
        }
        return new ClassCounts(counts);
    }

    /**
     * One float target of one example.
     *
     * @param i position in this set
     * @param j which target, 0 to {@link #targetWidth} - 1
     * @return the target
     * @throws IllegalStateException     if this is a classification set
     * @throws IndexOutOfBoundsException if there is no such position or target
     */
    public float target(int i, int j) {
        if (allTargets == null) {
            throw new IllegalStateException(name + " has labels, not float targets; use label(i)");
        }
        if (j < 0 || j >= targetWidth) {
            throw new IndexOutOfBoundsException(name + ": there is no target " + j + " among " + targetWidth);
        }
        return allTargets[id(i) * targetWidth + j];
    }

    Values values() {
        return values;
    }

    private void requireLabels() {
        if (allLabels == null) {
            throw new IllegalStateException(name + " is a regression set and has no labels; use target(i, j)");
        }
    }

    /**
     * Copies one example.
     *
     * @param i      position in this set
     * @param out    receives {@code shape().size()} values, row-major; bytes are divided by 255
     * @param offset where in {@code out} to start
     * @throws IndexOutOfBoundsException if there is no such position or {@code out} is too short
     */
    public void read(int i, float[] out, int offset) {
        int n = (int) shape.size();
        int from = id(i) * n;
        switch (values) {
            case Values.Bytes bytes -> {
                byte[] pixels = bytes.pixels();
                for (int k = 0; k < n; k++) {
                    out[offset + k] = (pixels[from + k] & 0xff) / 255f;
                }
            }
            case Values.Floats(var floats) -> System.arraycopy(floats, from, out, offset, n);
        }
    }

    /**
     * The examples whose label passes a test, such as all but one digit.
     *
     * @param label the test
     * @return a view in the same order; the number of classes stays
     * @throws IllegalStateException if this is a regression set
     */
    public Dataset where(IntPredicate label) {
        requireLabels();
        return view(IntStream.range(0, size).map(this::id).filter(id -> label.test(allLabels[id])).toArray());
    }

    /**
     * The same examples, some of which hide their labels: to learn from them without knowing what they are.
     *
     * @param hidden tells by an example's id whether its label becomes {@link #UNLABELLED}
     * @return a view in the same order
     * @throws IllegalStateException if this is a regression set
     */
    public Dataset hidingLabels(IntPredicate hidden) {
        requireLabels();
        int[] shown = IntStream.range(0, allLabels.length).map(id -> hidden.test(id) ? UNLABELLED : allLabels[id]).toArray();
        return new Dataset(name, shape, classes, values, shown, allTargets, targetWidth, classNames, index, size);
    }

    /**
     * The examples at consecutive positions.
     *
     * @param from first position
     * @param to   one past the last
     * @return a view
     * @throws IndexOutOfBoundsException if the range does not lie within the set
     */
    public Dataset range(int from, int to) {
        if (from < 0 || to > size || from > to) {
            throw new IndexOutOfBoundsException(name + ": range " + from + " to " + to + " does not lie within 0 to " + size);
        }
        return view(IntStream.range(from, to).map(this::id).toArray());
    }

    /**
     * The examples at the given positions, in that order; a position may come more than once.
     *
     * @param indices positions in this set
     * @return a view
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public Dataset take(int[] indices) {
        return view(Arrays.stream(indices).map(this::id).toArray());
    }

    private Dataset view(int[] ids) {
        return new Dataset(name, shape, classes, values, allLabels, allTargets, targetWidth, classNames, ids, ids.length);
    }

    /**
     * Mean and standard deviation per channel, where the channels are the first dimension of an example: colour planes of an image,
     * columns of a table. Sums are in double precision, in the order of the examples.
     *
     * @return the statistics, in the units {@link #read} gives
     * @throws DataException if the set is empty
     */
    public Statistics statistics() {
        if (size == 0) {
            throw new DataException(name + ": an empty set has no mean");
        }
        Statistics known = statistics;
        if (known == null) {
            statistics = known = Statistics.of(this);
        }
        return known;
    }

    /**
     * Mean and standard deviation per float target, to standardise a regression.
     *
     * @return the statistics, one channel per target
     * @throws DataException if the set is empty or has labels instead
     */
    public Statistics targetStatistics() {
        if (allTargets == null || size == 0) {
            throw new DataException(name + ": there are no float targets to take the mean of");
        }
        var rows = new float[size * targetWidth];
        for (int i = 0; i < size; i++) {
            System.arraycopy(allTargets, id(i) * targetWidth, rows, i * targetWidth, targetWidth);
        }
        return ofTargets(name, Shape.of(targetWidth), rows, rows, targetWidth).statistics();
    }

    /**
     * A name for exactly these examples: SHA-256 over shape, values and labels (or targets), in order. Equal data has an equal
     * fingerprint, whether it is a view or was read whole.
     *
     * @return 64 hexadecimal digits
     */
    public String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            fingerprint = known = digest();
        }
        return known;
    }

    private String digest() {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            String head = Arrays.toString(shape.dims()) + " x " + size + " of " + classes;
            sha.update(head.getBytes(StandardCharsets.UTF_8));
            int n = (int) shape.size();
            var buffer = ByteBuffer.allocate(4 * Math.max(n, Math.max(1, targetWidth)));
            for (int i = 0; i < size; i++) {
                int id = id(i);
                switch (values) {
                    case Values.Bytes bytes -> sha.update(bytes.pixels(), id * n, n);
                    case Values.Floats(var floats) -> sha.update(pack(buffer, floats, id * n, n));
                }
                if (allLabels != null) {
                    sha.update(buffer.clear().putInt(allLabels[id]).flip());
                } else {
                    sha.update(pack(buffer, allTargets, id * targetWidth, targetWidth));
                }
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static ByteBuffer pack(ByteBuffer buffer, float[] floats, int from, int count) {
        buffer.clear();
        for (int k = from; k < from + count; k++) {
            buffer.putFloat(floats[k]);
        }
        return buffer.flip();
    }

    @Override
    public String toString() {
        return name + ": " + size + " examples of shape " + shape + (isRegression() ? ", " + targetWidth + " targets"
            : ", " + classes + " classes");
    }
}
