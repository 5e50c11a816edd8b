package limbeck.distill.experiment;

import java.util.Arrays;
import java.util.function.IntConsumer;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Scope;

/**
 * A model's logits on a whole data set, and what follows from them.
 *
 * @param logits one row of class scores an example
 * @param labels the true classes
 */
public record Evaluation(float[][] logits, int[] labels) {
    /**
     * Runs a model over a data set in evaluation mode.
     *
     * @param model the model
     * @param loader gives the examples in order, not augmented
     * @param data the examples that the loader gives
     * @param progress hears how many examples are done
     * @return its logits and the labels
     * @throws ArithmeticException if a logit is not a finite number: the largest of such a row would mean nothing
     */
    public static Evaluation of(Module model, Loader loader, Dataset data, IntConsumer progress) {
        var logits = new float[data.size()][];
        int done = 0;
        try (Epoch batches = loader.epoch(0)) {
            while (batches.hasNext()) {
                try (var _ = Scope.open("evaluation step")) {
                    Batch batch = batches.next();
                    float[] rows = Mode.evaluate(() -> model.apply(Variable.of(batch.inputs()))).tensor().toFloats();
                    int classes = rows.length / batch.size();
                    for (int i = 0; i < batch.size(); i++) {
                        logits[done] = Arrays.copyOfRange(rows, i * classes, (i + 1) * classes);
                        requireFinite(logits[done++]);
                    }
                }
                progress.accept(done);
            }
        }
        return new Evaluation(logits, data.labels());
    }

    private static void requireFinite(float[] row) {
        for (float logit : row) {
            if (!Float.isFinite(logit)) {
                throw new ArithmeticException("the model answers " + logit + " where a finite number is needed; lower the learning rate"
                        + " that it is trained with, or check its weights and the data for values that are not finite");
            }
        }
    }

    /**
     * The class that the model holds most likely.
     *
     * @param example which example
     * @return the position of its largest logit, the first one where several are equal
     */
    public int prediction(int example) {
        return prediction(example, -1, 0);
    }

    private int prediction(int example, int raised, float by) {
        float[] row = logits[example];
        int best = 0;
        for (int c = 1; c < row.length; c++) {
            if (row[c] + (c == raised ? by : 0) > row[best] + (best == raised ? by : 0)) {
                best = c;
            }
        }
        return best;
    }

    /**
     * How many examples it gets wrong.
     *
     * @return the number of errors
     */
    public int errors() {
        return errors(-1, -1, 0);
    }

    /**
     * How many examples it gets wrong once one class's logit is raised.
     *
     * @param label only examples of this class are counted; -1 for all
     * @param raised the class whose logit is raised; -1 for none
     * @param by by how much
     * @return the number of errors
     */
    public int errors(int label, int raised, double by) {
        int errors = 0;
        for (int i = 0; i < labels.length; i++) {
            if ((label < 0 || labels[i] == label) && prediction(i, raised, (float) by) != labels[i]) {
                errors++;
            }
        }
        return errors;
    }

    /**
     * How much of the set it gets right.
     *
     * @return a fraction in 0..1
     */
    public double accuracy() {
        return (double) (labels.length - errors()) / labels.length;
    }

    /**
     * On how much of the set two models say the same, right or wrong.
     *
     * @param other another model's evaluation on the same set
     * @return a fraction in 0..1
     */
    public double agreement(Evaluation other) {
        int same = 0;
        for (int i = 0; i < labels.length; i++) {
            same += prediction(i) == other.prediction(i) ? 1 : 0;
        }
        return (double) same / labels.length;
    }
}
