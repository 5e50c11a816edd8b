package limbeck.distill.experiment;

/**
 * Hinton's missing-digit test: how a student does on a class that was left out of its training, before and after that
 * class's bias is raised. The raise is the one that makes the fewest errors on the whole training set.
 *
 * @param role which student
 * @param seed its seed
 * @param label the class
 * @param examples how many test examples it has
 * @param errorsBefore how many of them are wrong as trained
 * @param allErrorsBefore how many of the whole test set are
 * @param raise by how much the class's logit was raised
 * @param errorsAfter how many of them are wrong with the raise
 * @param allErrorsAfter how many of the whole test set are
 */
public record Omission(Role role, long seed, int label, int examples, int errorsBefore, int allErrorsBefore, double raise, int errorsAfter,
        int allErrorsAfter) {
    /**
     * Finds the raise and counts the errors.
     *
     * @param role which student
     * @param seed its seed
     * @param label the class that was left out
     * @param train the student on the whole training set, the class included
     * @param test the student on the test set
     * @return the counts
     */
    public static Omission of(Role role, long seed, int label, Evaluation train, Evaluation test) {
        double best = 0;
        int fewest = Integer.MAX_VALUE;
        for (int tenths = 0; tenths <= 200; tenths++) {
            int errors = train.errors(-1, label, tenths / 10.0);
            if (errors < fewest) {
                fewest = errors;
                best = tenths / 10.0;
            }
        }
        int examples = 0;
        for (int l : test.labels()) {
            examples += l == label ? 1 : 0;
        }
        return new Omission(role, seed, label, examples, test.errors(label, -1, 0), test.errors(), best, test.errors(label, label, best),
                test.errors(-1, label, best));
    }
}
