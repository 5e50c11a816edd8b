package limbeck.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.SoftDivergence;

/**
 * The losses of supervised learning, as pure functions of a prediction and a target. Definitions are PyTorch's.
 *
 * {@snippet :
 * Variable loss = Losses.crossEntropy(model.apply(x), labels);                          // the mean over the batch
 * Variable each = Losses.crossEntropy(logits, labels, 0.1, Reduction.NONE);             // smoothed, one an example
 * Variable regression = Losses.smoothL1(prediction, target, 1.0, Reduction.MEAN);
 * }
 *
 * <p>All are written over {@link TensorOps}: with variables they are recorded, with tensors only computed, as an evaluation
 * wants it. A target is always a {@link Tensor}: no gradient flows to it. All values and gradients stay finite for logits
 * of any finite size, where the loss itself is a number that the element type can hold.
 *
 * <p>Classes lie on axis 1: logits are (N, C), or (N, C, positions...) with a label for each position, such as the pixels
 * of (N, C, H, W).
 */
public final class Losses {
    private Losses() {
    }

    /**
     * The mean cross-entropy of logits and labels.
     *
     * @param <T> tensors or variables
     * @param logits unnormalised scores, (N, C) or (N, C, positions...)
     * @param labels the right classes from 0 to C - 1: I32 of the logits' shape without axis 1
     * @return a scalar
     * @throws ShapeException if the shapes or types do not fit
     * @throws IllegalArgumentException if a label is not a class, naming it
     */
    public static <T extends TensorOps<T>> T crossEntropy(T logits, Tensor labels) {
        return crossEntropy(logits, labels, 0, Reduction.MEAN);
    }

    /**
     * Cross-entropy with label smoothing (Szegedy et al., CVPR 2016): the right class gets {@code 1 - smoothing}, and
     * {@code smoothing} is spread evenly over all classes. Where a gradient is recorded, one pass over logits (N, C) computes it and the
     * losses.
     *
     * @param <T> tensors or variables
     * @param logits unnormalised scores, (N, C) or (N, C, positions...)
     * @param labels I32 of the logits' shape without axis 1
     * @param smoothing from 0 (none) to 1
     * @param reduction what to make of the losses, which have the labels' shape
     * @return a scalar, or one loss a label
     * @throws ShapeException if the shapes or types do not fit
     * @throws IllegalArgumentException if a label is not a class, or the smoothing is out of range
     */
    public static <T extends TensorOps<T>> T crossEntropy(T logits, Tensor labels, double smoothing, Reduction reduction) {
        requireLabels("crossEntropy", logits, labels);
        if (logits.shape().rank() == 2 && isRecorded(logits)) {
            requireSmoothing("crossEntropy", smoothing);
            var op = new RowLoss("crossEntropy", new CrossEntropy(smoothing));
            return reduction.of(naming("crossEntropy", logits.shape(), () -> logits.apply(op, List.of(logits.constant(labels)))));
        }
        return labelled("crossEntropy", logits.logSoftmax(1), labels, smoothing, Optional.empty(), reduction);
    }

    /**
     * Cross-entropy with a weight for each class, for unbalanced data. The mean is the weighted one: the sum of the losses
     * over the sum of the weights of the right classes.
     *
     * @param <T> tensors or variables
     * @param logits unnormalised scores, (N, C) or (N, C, positions...)
     * @param labels I32 of the logits' shape without axis 1
     * @param smoothing from 0 (none) to 1; the part that is spread is weighted class by class
     * @param weights (C), not negative
     * @param reduction what to make of the losses, which have the labels' shape
     * @return a scalar, or one loss a label
     * @throws ShapeException if the shapes or types do not fit
     * @throws IllegalArgumentException if a label is not a class, or the smoothing is out of range
     */
    public static <T extends TensorOps<T>> T crossEntropy(T logits, Tensor labels, double smoothing, Tensor weights, Reduction reduction) {
        requireLabels("crossEntropy", logits, labels);
        return labelled("crossEntropy", logits.logSoftmax(1), labels, smoothing, Optional.of(weights), reduction);
    }

    /**
     * Cross-entropy with whole distributions as targets, such as a teacher's probabilities or mixed labels:
     * {@code -sum_c target_c log softmax(logits)_c}.
     *
     * @param <T> tensors or variables
     * @param logits unnormalised scores, (N, C) or (N, C, positions...)
     * @param targets probabilities of the same shape, which sum to 1 along axis 1
     * @param reduction what to make of the losses, one for each example and position
     * @return a scalar, or the logits' shape without axis 1
     * @throws ShapeException if the shapes differ
     */
    public static <T extends TensorOps<T>> T softCrossEntropy(T logits, Tensor targets, Reduction reduction) {
        sameShape("softCrossEntropy", logits, targets);
        requireClasses("softCrossEntropy", logits.shape());
        return reduction.of(logits.logSoftmax(1).mul(logits.constant(targets)).sum(1).neg());
    }

    /**
     * The negative log-likelihood of labels, for models that answer with log-probabilities.
     *
     * @param <T> tensors or variables
     * @param logProbabilities (N, C) or (N, C, positions...)
     * @param labels I32 of that shape without axis 1
     * @param reduction what to make of the losses, which have the labels' shape
     * @return a scalar, or one loss a label
     * @throws ShapeException if the shapes or types do not fit
     * @throws IllegalArgumentException if a label is not a class, naming it
     */
    public static <T extends TensorOps<T>> T nll(T logProbabilities, Tensor labels, Reduction reduction) {
        requireLabels("nll", logProbabilities, labels);
        return labelled("nll", logProbabilities, labels, 0, Optional.empty(), reduction);
    }

    /**
     * The negative log-likelihood of labels with a weight for each class; the mean is the weighted one.
     *
     * @param <T> tensors or variables
     * @param logProbabilities (N, C) or (N, C, positions...)
     * @param labels I32 of that shape without axis 1
     * @param weights (C), not negative
     * @param reduction what to make of the losses, which have the labels' shape
     * @return a scalar, or one loss a label
     * @throws ShapeException if the shapes or types do not fit
     * @throws IllegalArgumentException if a label is not a class, naming it
     */
    public static <T extends TensorOps<T>> T nll(T logProbabilities, Tensor labels, Tensor weights, Reduction reduction) {
        requireLabels("nll", logProbabilities, labels);
        return labelled("nll", logProbabilities, labels, 0, Optional.of(weights), reduction);
    }

    /**
     * The loss of distillation (Hinton, Vinyals and Dean, 2015, arXiv 1503.02531): {@code tau^2 KL(p || q)} with
     * {@code p = softmax(teacher / tau)} and {@code q = softmax(logits / tau)}. The factor {@code tau^2} keeps the gradient's scale as
     * the temperature grows. One pass over the logits computes loss and gradient.
     *
     * @param <T> tensors or variables
     * @param logits unnormalised scores, (N, C)
     * @param teacher the teacher's, of the same shape
     * @param temperature tau, above 0
     * @param reduction what to make of the losses, one an example: their mean divides by the batch alone
     * @return a scalar, or one loss an example
     * @throws ShapeException if the shapes do not fit
     * @throws IllegalArgumentException if the temperature is not above 0
     */
    public static <T extends TensorOps<T>> T distillation(T logits, Tensor teacher, double temperature, Reduction reduction) {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("distillation: the temperature is " + temperature + "; give a number above 0, usually 2 to 8");
        }
        var op = new RowLoss("distillation", new SoftDivergence(temperature));
        return reduction.of(logits.apply(op, List.of(logits.constant(teacher))));
    }

    /**
     * The squared error {@code (prediction - target)^2}.
     *
     * @param <T> tensors or variables
     * @param prediction any shape
     * @param target the same shape
     * @param reduction what to make of the errors, one an element
     * @return a scalar, or the prediction's shape
     * @throws ShapeException if the shapes differ, even where they would broadcast
     */
    public static <T extends TensorOps<T>> T mse(T prediction, Tensor target, Reduction reduction) {
        sameShape("mse", prediction, target);
        return reduction.of(prediction.sub(prediction.constant(target)).square());
    }

    /**
     * The squared error near 0 and the absolute error beyond (Girshick, ICCV 2015; Huber's loss divided by beta):
     * {@code d^2 / (2 beta)} where {@code |d| < beta}, else {@code |d| - beta / 2}.
     *
     * @param <T> tensors or variables
     * @param prediction any shape
     * @param target the same shape
     * @param beta where the two meet, usually 1; 0 for the absolute error alone
     * @param reduction what to make of the errors, one an element
     * @return a scalar, or the prediction's shape
     * @throws ShapeException if the shapes differ, even where they would broadcast
     * @throws IllegalArgumentException if beta is negative or not a number
     */
    public static <T extends TensorOps<T>> T smoothL1(T prediction, Tensor target, double beta, Reduction reduction) {
        sameShape("smoothL1", prediction, target);
        if (!(beta >= 0 && beta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("smoothL1: beta is " + beta + "; give a number that is not negative, usually 1");
        }
        T distance = prediction.sub(prediction.constant(target)).abs();
        if (beta == 0) {
            return reduction.of(distance);
        }
        // The part of the distance within beta counts squared, the rest as it is: no branch, and no square that overflows.
        T within = distance.clamp(0, beta);
        return reduction.of(within.square().mul(0.5 / beta).add(distance.sub(within)));
    }

    /**
     * Binary cross-entropy of logits, for yes-or-no questions and for several labels at once.
     *
     * @param <T> tensors or variables
     * @param logits any shape
     * @param targets probabilities of yes, from 0 to 1, of the same shape
     * @param reduction what to make of the losses, one an element
     * @return a scalar, or the logits' shape
     * @throws ShapeException if the shapes differ, even where they would broadcast
     */
    public static <T extends TensorOps<T>> T bceWithLogits(T logits, Tensor targets, Reduction reduction) {
        sameShape("bceWithLogits", logits, targets);
        // -y log s(x) - (1 - y) log (1 - s(x)) = softplus(x) - x y
        return reduction.of(logits.softplus().sub(logits.mul(logits.constant(targets))));
    }

    /**
     * Binary cross-entropy of logits with weights for the positive answers: above 1 they raise recall, below 1 precision.
     *
     * @param <T> tensors or variables
     * @param logits any shape
     * @param targets probabilities of yes, from 0 to 1, of the same shape
     * @param positiveWeights weights of the positive part, of a shape that broadcasts to the logits'
     * @param reduction what to make of the losses, one an element
     * @return a scalar, or the logits' shape
     * @throws ShapeException if the shapes differ, or the weights' does not broadcast to them
     */
    public static <T extends TensorOps<T>> T bceWithLogits(T logits, Tensor targets, Tensor positiveWeights, Reduction reduction) {
        sameShape("bceWithLogits", logits, targets);
        T yes = logits.constant(targets.mul(positiveWeights.expand(targets.shape())));
        T no = logits.constant(targets.rsub(1));
        // -log s(x) = softplus(-x), -log (1 - s(x)) = softplus(x)
        return reduction.of(yes.mul(logits.neg().softplus()).add(no.mul(logits.softplus())));
    }

    /** Whether a gradient will be asked for. Where none is, the losses alone are cheaper: they hold no memory of the logits' size. */
    private static boolean isRecorded(TensorOps<?> logits) {
        return logits instanceof Variable variable && variable.needsGradient() && Tape.isRecording();
    }

    /** (1 - s) w[label] (-log p[label]) + s / C sum_c w[c] (-log p[c]); the mean divides by the sum of w[label]. */
    private static <T extends TensorOps<T>> T labelled(String loss, T logProbabilities, Tensor labels, double smoothing,
            Optional<Tensor> classWeights, Reduction reduction) {
        requireSmoothing(loss, smoothing);
        Shape shape = logProbabilities.shape();
        int classes = shape.dim(1);
        Tensor index = labels.unsqueeze(1);
        T losses = pick(loss, logProbabilities, logProbabilities.constant(index)).neg();
        Optional<Tensor> spread = classWeights.map(w -> perClass(loss, w, shape));
        Optional<Tensor> ofLabels = spread.map(w -> pick(loss, w.expand(shape), index));
        if (ofLabels.isPresent()) {
            losses = losses.mul(logProbabilities.constant(ofLabels.get()));
        }
        if (smoothing > 0) {
            T all = spread.map(w -> logProbabilities.mul(logProbabilities.constant(w))).orElse(logProbabilities);
            losses = losses.mul(1 - smoothing).sub(all.sum(1).mul(smoothing / classes));
        }
        if (reduction == Reduction.MEAN && ofLabels.isPresent()) {
            return losses.sum().div(logProbabilities.constant(ofLabels.get().sum()));
        }
        return reduction.of(losses);
    }

    /** The entry of each label. */
    private static <T extends TensorOps<T>> T pick(String loss, T values, T index) {
        return naming(loss, values.shape(), () -> values.gather(1, index).squeeze(1));
    }

    /** What follows labels, which are not read here, where it would cost a wait for the device: the op inside checks them. */
    private static <T> T naming(String loss, Shape logits, Supplier<T> following) {
        try {
            return following.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(loss + ": a label is not one of the " + logits.dim(1) + " classes, which count from 0: "
                    + e.getMessage(), e);
        }
    }

    private static void requireSmoothing(String loss, double smoothing) {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException(loss + ": the smoothing is " + smoothing + "; give 0 (none) to 1, usually 0.1");
        }
    }

    /** Weights (C) as (1, C, 1, ...). */
    private static Tensor perClass(String loss, Tensor weights, Shape logits) {
        if (!weights.shape().equals(Shape.of(logits.dim(1)))) {
            throw ShapeException.of(loss, "there must be one weight for each class", List.of(logits, weights.shape()),
                    "the weights should be (" + logits.dim(1) + ")", "classes lie on axis 1 of the logits");
        }
        int[] dims = new int[logits.rank()];
        Arrays.fill(dims, 1);
        dims[1] = logits.dim(1);
        return weights.reshape(dims);
    }

    private static <T extends TensorOps<T>> void requireLabels(String loss, T logits, Tensor labels) {
        requireClasses(loss, logits.shape());
        if (labels.dtype() != DType.I32) {
            throw new ShapeException(loss + ": labels must be I32 class numbers, got " + labels.dtype() + " " + labels.shape()
                    + "; for probabilities use softCrossEntropy");
        }
        Shape expected = logits.shape().without(List.of(1), false);
        if (!labels.shape().equals(expected)) {
            throw ShapeException.of(loss, "the labels do not fit the logits", List.of(logits.shape(), labels.shape()),
                    "the labels should be " + expected, "classes lie on axis 1 of the logits");
        }
    }

    private static void requireClasses(String loss, Shape logits) {
        if (logits.rank() < 2) {
            throw new ShapeException(loss + ": logits must be (N, C) or (N, C, positions...), got " + logits
                    + "; for a single example use unsqueeze(0)");
        }
    }

    private static <T extends TensorOps<T>> void sameShape(String loss, T prediction, Tensor target) {
        // Broadcasting here hides a classic mistake: (N, 1) against (N) would silently give N x N errors.
        if (!prediction.shape().equals(target.shape())) {
            throw ShapeException.of(loss, "prediction and target differ in shape", List.of(prediction.shape(), target.shape()),
                    prediction.shape() + " != " + target.shape(), "reshape one of them");
        }
    }
}
