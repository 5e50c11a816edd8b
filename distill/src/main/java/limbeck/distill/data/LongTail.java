package limbeck.distill.data;

import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.tensor.Key;

/**
 * A data set made long-tailed, as in the benchmarks of Cui et al. (CVPR 2019) and Cao et al. (NeurIPS 2019): of C classes, class c keeps
 * {@code floor(n * ratio^(-c / (C - 1)))} examples, so that the first has {@code ratio} times as many as the last.
 *
 * {@snippet :
 * Splits tail = LongTail.of(Datasets.load("fashion-mnist", Optional.empty(), Datasets.Progress.NONE), 50);
 * tail.train().classCounts();        // [6000, 3884, 2515, 1628, 1054, 682, 442, 286, 185, 120]
 * }
 *
 * {@code n} is the largest number for which every class has enough examples: all of the first class, where classes are equal. At least one
 * example of each class stays; a class that has none from the beginning is left at that. Which examples stay depends on the data alone, so
 * that all runs learn from the same.
 */
public final class LongTail {
    private static final int LISTED = 20;

    private LongTail() {
    }

    /**
     * Both parts, of which the training part is long-tailed and the test part is as it was.
     *
     * @param splits the data, with labels
     * @param ratio how many times as many examples the first class has as the last, at least 1
     * @return the two parts, with a note that tells the counts
     * @throws IllegalArgumentException if the ratio is below 1 or not a number
     */
    public static Splits of(Splits splits, double ratio) {
        Dataset train = of(splits.train(), ratio);
        var notes = new ArrayList<>(splits.notes());
        int[] counts = train.classCounts().counts();
        String all = counts.length <= LISTED ? Arrays.stream(counts).mapToObj(LongTail::count).collect(Collectors.joining("; "))
                : count(counts[0]) + " down to " + count(counts[counts.length - 1]);
        notes.add("made long-tailed, " + number(ratio) + " to 1: " + count(train.size()) + " of " + count(splits.train().size())
                + " training examples stay, by class " + all + "; the test part is as it was");
        return new Splits(train, splits.test(), notes);
    }

    /**
     * A long-tailed part of a set.
     *
     * @param data the examples, with labels
     * @param ratio how many times as many examples the first class has as the last, at least 1
     * @return a view of those that stay, in their order
     * @throws IllegalArgumentException if the ratio is below 1 or not a number
     */
    public static Dataset of(Dataset data, double ratio) {
        int[] kept = counts(data.classCounts(), ratio).counts();
        Key key = Key.of(0).split("long tail");
        int[] labels = data.labels();
        var stays = new boolean[data.size()];
        for (int c = 0; c < kept.length; c++) {
            int label = c;
            int[] own = IntStream.range(0, labels.length).filter(i -> labels[i] == label).toArray();
            int[] order = key.split(c).permutation(own.length);
            for (int k = 0; k < kept[c]; k++) {
                stays[own[order[k]]] = true;
            }
        }
        return data.take(IntStream.range(0, stays.length).filter(i -> stays[i]).toArray());
    }

    /**
     * How many examples of each class stay.
     *
     * @param counts how many there are
     * @param ratio how many times as many examples the first class has as the last, at least 1
     * @return the counts of the long-tailed part
     * @throws IllegalArgumentException if the ratio is below 1 or not a number
     */
    public static ClassCounts counts(ClassCounts counts, double ratio) {
        if (!(ratio >= 1 && ratio < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("long tail: the ratio of the first class to the last is a number of 1 or more, such as 50, got "
                    + ratio);
        }
        int last = Math.max(1, counts.classes() - 1);
        double first = IntStream.range(0, counts.classes()).filter(c -> counts.of(c) > 0)
                .mapToDouble(c -> counts.of(c) * Math.pow(ratio, (double) c / last)).min().orElseThrow();
        // A power that should be whole may come out a rounding below.
        return new ClassCounts(IntStream.range(0, counts.classes()).map(c -> Math.min(counts.of(c),
                Math.max(1, (int) Math.floor(first * Math.pow(ratio, -(double) c / last) + 1e-9)))).toArray());
    }

    private static String count(int number) {
        return NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
    }

    private static String number(double ratio) {
        return ratio == Math.rint(ratio) ? Long.toString((long) ratio) : Double.toString(ratio);
    }
}
