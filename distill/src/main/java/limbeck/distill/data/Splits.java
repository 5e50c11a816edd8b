package limbeck.distill.data;

import java.util.List;

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
}
