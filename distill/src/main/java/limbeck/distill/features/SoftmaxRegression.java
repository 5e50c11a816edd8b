package limbeck.distill.features;

import java.util.List;
import java.util.Set;
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
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Softmax regression representation learning, SRRL (Yang et al., ICLR 2021): the student's feature shall be the teacher's, and shall
 * mean the same to the teacher's own classifier. With {@code x = ReLU(BN(conv1x1(f_s)))},
 * {@code L = alpha mean (pool(x) - pool(f_t))^2 + beta mean (W_t pool(x) + b_t - z_t)^2}, means over all elements.
 *
 * <p>The teacher's classifier does not learn, but the gradient passes through it to the student. It needs a map (N, C, H, W) or a
 * vector (N, C) of the student, what the teacher's classifier reads, and the teacher's logits. Alpha 1 and beta 5 are the weights of
 * later code, 1 and 1 those of the authors'.
 *
 * @param pair where to look; the student's last map and the teacher's pooled features
 * @param adapter the student's feature to the width that the classifier reads, before pooling
 * @param classifier the teacher's; it is left as it is
 * @param alpha weight of the features
 * @param beta weight of the classifier's answers
 */
public record SoftmaxRegression(Pairing pair, Module adapter, Linear classifier, double alpha, double beta) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("srrl", "Yang et al., ICLR 2021", Compares.FEATURES)
            .advice("features and logits in one; the teacher must end in a linear classifier")
            .option("alpha", 1, "weight of the features")
            .option("beta", 5, "weight of the answers of the teacher's classifier")
            .layers("pooled")
            .option("student-layers", "last", "where to look in the student")
            .builtBy(SoftmaxRegression::build);

    private static Objective build(Setup setup) {
        Pairing pair = setup.pair();
        Linear classifier = setup.task().teachers().classifier();
        int width = classifier.weight().shape().dim(1);
        if (pair.teacher().channels() != width) {
            throw setup.complaint("the teacher's classifier reads " + width + " features, but its " + pair.teacher().path() + " shows "
                    + pair.teacher().output() + "; leave teacher-layers at pooled");
        }
        Module adapter = setup.place(Pooled.adapter(pair.student(), width, setup.key()));
        return new SoftmaxRegression(pair, adapter, classifier, setup.number("alpha"), setup.number("beta"));
    }

    @Override
    public Variable loss(Moment moment) {
        Variable adapted = Pooled.of(adapter.apply(pair.student(moment)));
        Variable answers = adapted.matmulTransposed(Variable.of(classifier.weight().tensor()));
        if (classifier.bias() != null) {
            answers = answers.add(Variable.of(classifier.bias().tensor()));
        }
        Tensor features = Pooled.of(pair.teacher(moment));
        return Losses.mse(adapted, features, Reduction.MEAN).mul(alpha)
                .add(Losses.mse(answers, moment.teacher().logits(), Reduction.MEAN).mul(beta));
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(adapter.parameters().values());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        if (teacher.logits() == null) {
            throw new IllegalArgumentException("srrl: there is no teacher to learn from; give the recipe one, such as new Frozen(model)");
        }
        Shape adapted = Pooled.of(Channels.run(adapter, student.feature(pair.student().path())));
        Channels.check("srrl", pair, adapted, Pooled.of(teacher.feature(pair.teacher().path())));
        int classes = classifier.weight().shape().dim(0);
        if (teacher.logits().dim(1) != classes) {
            throw new IllegalArgumentException("srrl: the classifier makes " + classes + " logits, the teacher's logits are "
                    + teacher.logits() + "; give the teacher's own classifier, Layers.classifier()");
        }
    }
}
