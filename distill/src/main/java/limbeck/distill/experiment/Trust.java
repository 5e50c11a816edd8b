package limbeck.distill.experiment;

import java.util.List;
import java.util.Locale;
import limbeck.distill.Distiller;
import limbeck.distill.Recipe;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.nn.Module;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;

/**
 * Whether a teacher has anything to teach: it has to be better than a linear model. That is softmax regression on the normalised inputs,
 * trained by the teachers' loss of the labels on their training examples, without augmentation and in a fixed way: {@value #STEPS} steps of
 * Adam on batches of {@value #BATCH}, of fewer examples at most {@value #EPOCHS} passes, with a rate that falls from {@value #RATE} to 0
 * along a cosine. First weights and order come from a fixed key, so that it is the same for all seeds.
 */
final class Trust {
    private static final int STEPS = 400;
    private static final int BATCH = 128;
    private static final int EPOCHS = 50;
    private static final double RATE = 0.002;

    private final Workbench bench;
    private double linear = Double.NaN;

    Trust(Workbench bench) {
        this.bench = bench;
    }

    /** The linear model's accuracy; NaN if no teacher was compared with it. */
    double linear() {
        return linear;
    }

    /** Whether the settings do not trust any teacher. */
    boolean isAsked() {
        return bench.settings().text(Setting.TRUST_TEACHER).equals("no");
    }

    /**
     * Compares a teacher with the linear model.
     *
     * @param who what the teacher is, such as {@code teacher cnn-base}
     * @param accuracy its own, on the same examples
     * @throws IllegalStateException in one sentence, if it is no better
     */
    void require(String who, double accuracy) {
        if (Double.isNaN(linear)) {
            linear = measure();
        }
        if (accuracy <= linear) {
            throw new IllegalStateException(String.format(Locale.ROOT, "%s is right on %.2f %% of the test examples and a linear model on %.2f %%,"
                    + " so there is little to learn from it; train it longer or otherwise, or let it teach all the same with --trust-teacher yes",
                    who, 100 * accuracy, 100 * linear));
        }
    }

    private double measure() {
        Key key = Key.of(0).split("linear");
        Module model = bench.build("linear", key);
        Loader loader = bench.plainBatches(BATCH, key);
        int steps = Math.min(STEPS, EPOCHS * loader.batches());
        var parameters = List.copyOf(model.parameters().values());
        var distiller = new Distiller(model, Recipe.alone(bench.plainLabels()),
                Adam.of(List.of(Group.of(parameters, 0)), Schedule.cosine(RATE, 0, Schedule.steps(steps))));
        int step = 0;
        for (int epoch = 0; step < steps; epoch++) {
            try (Epoch pass = loader.epoch(epoch)) {
                for (; pass.hasNext() && step < steps; step++) {
                    try (var _ = Scope.open("linear model")) {
                        distiller.step(pass.next(), Progress.of(step, loader.batches()));
                    }
                }
            }
        }
        return bench.accuracy(model);
    }
}
