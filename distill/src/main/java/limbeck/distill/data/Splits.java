package limbeck.distill.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Key;

/**
 * A data set's training and test part, of one example shape and one set of classes.
 *
 * @param train the examples to learn from
 * @param test  the examples to judge by; empty where a file was read without a split
 * @param notes what a reader should know about how the data was read (labels renumbered, rows dropped), one sentence each
 */
public record Splits(Dataset train, Dataset test, List<String> notes) {
    /**
     * Checks that both parts agree.
     *
     * @throws DataException if the shapes or the numbers of classes differ
     */
    public Splits {
        notes = List.copyOf(notes);
        if (!train.shape().equals(test.shape())) {
            throw new DataException(train.name() + ": training examples have shape " + train.shape() + " and test examples "
                + test.shape() + "; they must be equal");
        }
        if (train.classes() != test.classes()) {
            throw new DataException(train.name() + ": the training part has " + train.classes() + " classes and the test part "
                + test.classes() + "; they must be equal");
        }
    }

    /**
     * Both parts, with nothing to note.
     *
     * @param train the examples to learn from
     * @param test  the examples to judge by
     */
    public Splits(Dataset train, Dataset test) {
        this(train, test, List.of());
    }

    /**
     * For choosing settings: held-out training examples take the place of the test part, which nothing then looks at. Which
     * ones are held out depends on the sizes alone, so that all runs are judged by the same.
     *
     * @param count how many examples to hold out
     * @return the remaining training examples, and those held out
     * @throws DataException if no example would be left to train on, or none to judge by
     */
    public Splits validation(int count) {
        if (count < 1 || count >= train.size()) {
            throw new DataException(train.name() + ": cannot hold out " + count + " of " + train.size()
                + " training examples; at least one must be held out, and one left");
        }
        int[] order = Key.of(0).split("validation").permutation(train.size());
        int[] held = Arrays.copyOf(order, count);
        int[] rest = Arrays.copyOfRange(order, count, order.length);
        // In the order of the file: training shuffles by its own key.
        Arrays.sort(held);
        Arrays.sort(rest);
        var all = new ArrayList<>(notes);
        all.add("judged by " + count + " held-out training examples, not by the test part");
        return new Splits(train.take(rest), train.take(held), all);
    }
}
