package limbeck.distill.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.tasks.Head;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Scope;

/**
 * A model's logits on a whole data set, and what follows from them.
 *
 * <p>Of several tasks each has its own part of the logits and its own right answers: accuracies and agreement are then means over the
 * tasks, and an example is an error if one of its answers is wrong.
 *
 * @param logits one row of class scores an example
 * @param labels the true classes
 * @param heads the tasks; empty for the one task of telling the classes apart
 */
public record Evaluation(float[][] logits, int[] labels, List<Head> heads) {
    /**
     * Of the one task of telling the classes apart.
     *
     * @param logits one row of class scores an example
     * @param labels the true classes
     */
    public Evaluation(float[][] logits, int[] labels) {
        this(logits, labels, List.of());
    }

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
        return of(model, loader, data, List.of(), progress);
    }

    /**
     * Runs a model of several tasks over a data set in evaluation mode.
     *
     * @param model the model
     * @param loader gives the examples in order, not augmented
     * @param data the examples that the loader gives
     * @param heads the tasks; empty for the one task of telling the classes apart
     * @param progress hears how many examples are done
     * @return its logits and the labels
     * @throws ArithmeticException if a logit is not a finite number
     */
    public static Evaluation of(Module model, Loader loader, Dataset data, List<Head> heads, IntConsumer progress) {
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
        return new Evaluation(logits, data.labels(), heads);
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
     * The model's answers to one task.
     *
     * @param head the task
     * @return its logits alone, with its own right answers, of the examples for which it has one
     */
    public Evaluation of(Head head) {
        int[] asked = IntStream.range(0, labels.length).filter(i -> head.answer(labels[i]) != Dataset.UNLABELLED).toArray();
        return new Evaluation(Arrays.stream(asked).mapToObj(i -> Arrays.copyOfRange(logits[i], head.from(), head.to())).toArray(float[][]::new),
                Arrays.stream(asked).map(i -> head.answer(labels[i])).toArray());
    }

    private double mean(ToDoubleFunction<Evaluation> figure) {
        return heads.stream().mapToDouble(head -> figure.applyAsDouble(of(head))).average().orElseThrow();
    }

    /**
     * How many examples it gets wrong.
     *
     * @return the number of errors
     */
    public int errors() {
        if (heads.isEmpty()) {
            return errors(-1, -1, 0);
        }
        return (int) IntStream.range(0, labels.length).filter(i -> heads.stream().anyMatch(head -> isWrong(head, i))).count();
    }

    private boolean isWrong(Head head, int example) {
        int right = head.answer(labels[example]);
        if (right == Dataset.UNLABELLED) {
            return false;
        }
        float[] row = logits[example];
        int best = head.from();
        for (int k = head.from() + 1; k < head.to(); k++) {
            best = row[k] > row[best] ? k : best;
        }
        return best - head.from() != right;
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
        return heads.isEmpty() ? (double) (labels.length - errors()) / labels.length : mean(Evaluation::accuracy);
    }

    /**
     * How much of each class it gets right, averaged over the classes that the set has: what a model that knows only the large classes of
     * an imbalanced set cannot be good at.
     *
     * @return the mean of the classes' recalls, in 0..1; the accuracy where all classes are of one size
     */
    public double balancedAccuracy() {
        if (!heads.isEmpty()) {
            return mean(Evaluation::balancedAccuracy);
        }
        int classes = 1 + Arrays.stream(labels).max().orElse(0);
        var right = new int[classes];
        var all = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            all[labels[i]]++;
            right[labels[i]] += prediction(i) == labels[i] ? 1 : 0;
        }
        return IntStream.range(0, classes).filter(c -> all[c] > 0).mapToDouble(c -> (double) right[c] / all[c]).average().orElse(Double.NaN);
    }

    /**
     * How far its probabilities are from the labels.
     *
     * @return the mean of {@code -log softmax(logits)[label]}
     */
    public double crossEntropy() {
        if (!heads.isEmpty()) {
            return mean(Evaluation::crossEntropy);
        }
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            double most = logits[i][prediction(i)];
            double exponentials = 0;
            for (float logit : logits[i]) {
                exponentials += Math.exp(logit - most);
            }
            sum += Math.log(exponentials) + most - logits[i][labels[i]];
        }
        return sum / labels.length;
    }

    /**
     * On how much of the set two models say the same, right or wrong.
     *
     * @param other another model's evaluation on the same set
     * @return a fraction in 0..1
     */
    public double agreement(Evaluation other) {
        if (!heads.isEmpty()) {
            return heads.stream().mapToDouble(head -> of(head).agreement(other.of(head))).average().orElseThrow();
        }
        int same = 0;
        for (int i = 0; i < labels.length; i++) {
            same += prediction(i) == other.prediction(i) ? 1 : 0;
        }
        return (double) same / labels.length;
    }
}
