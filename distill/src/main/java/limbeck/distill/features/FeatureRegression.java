package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Regression of the teacher's pooled features on the student's: {@code L = mean (W pool(ReLU(BN(conv1x1(f_s)))) + b - pool(f_t))^2},
 * over all elements. The regressor absorbs what is linear between the two spaces, so that the student need only hold the information.
 *
 * <p>It needs a map (N, C, H, W) or a vector (N, C) of the student, which is adapted before it is pooled, and either of the teacher.
 * Adapter and regressor learn with the student.
 *
 * @param pair where to look; the student's last map and the teacher's pooled features
 * @param adapter the student's feature to the teacher's width, before pooling
 * @param regressor the adapted, pooled feature to the teacher's
 */
public record FeatureRegression(Pairing pair, Module adapter, Module regressor) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("feature-regression", "regression of pooled features", Compares.FEATURES)
            .advice("simple and steady between any two architectures")
            .layers("pooled")
            .option("student-layers", "last", "where to look in the student")
            .builtBy(FeatureRegression::build);

    /**
     * With first weights.
     *
     * @param pair where to look
     * @param key where the randomness comes from
     * @return the objective
     */
    public static FeatureRegression of(Pairing pair, Key key) {
        int width = pair.teacher().channels();
        return new FeatureRegression(pair, Pooled.adapter(pair.student(), width, key.split("adapter")),
                Linear.of(width, width, key.split("regressor")));
    }

    private static Objective build(Setup setup) {
        var objective = of(setup.pair(), setup.key());
        setup.place(objective.adapter);
        setup.place(objective.regressor);
        return objective;
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = Pooled.of(pair.teacher(moment));
        return Losses.mse(regressor.apply(Pooled.of(adapter.apply(pair.student(moment)))), teacher, Reduction.MEAN);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.of(adapter, regressor).flatMap(module -> module.parameters().values().stream()).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Shape adapted = Pooled.of(Channels.run(adapter, student.feature(pair.student().path())));
        Channels.check("feature-regression", pair, Channels.run(regressor, adapted), Pooled.of(teacher.feature(pair.teacher().path())));
    }
}
