package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * Cross-entropy and its gradient in one: operands logits z (N, C) and labels I32 (N). With {@code q = softmax(z)} and the target
 * {@code p}, which is {@code 1 - smoothing} at the label and {@code smoothing / C} more everywhere (Szegedy et al., CVPR 2016), the
 * result is a vector in which two things follow one another: the gradient {@code q - p} in row-major order, and the losses
 * {@code -sum(p log q)}, one a row. A label that is no class is an error that names it.
 *
 * <p>One op for both, as {@link SoftDivergence}, and for the same reason.
 *
 * @param smoothing from 0 (none) to 1
 */
public record CrossEntropy(double smoothing) implements FusedOp {
    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 2);
        Shape logits = in.getFirst();
        if (logits.rank() != 2 || !in.getLast().equals(Shape.of(logits.dim(0)))) {
            throw ShapeException.of(name(), "the labels do not fit the logits", in, "they should be (N, C) and (N)", "");
        }
        return Shape.of(logits.intSize() + logits.dim(0));
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T log = in.getFirst().logSoftmax(1);
        T labels = in.getLast();
        int classes = log.shape().dim(1);
        T losses = log.gather(1, labels.unsqueeze(1)).squeeze(1).neg();
        T target = labels.apply(new OneHot(classes, log.dtype()), List.of());
        if (smoothing > 0) {
            losses = losses.mul(1 - smoothing).sub(log.sum(1).mul(smoothing / classes));
            target = target.mul(1 - smoothing).add(smoothing / classes);
        }
        T gradient = log.exp().sub(target);
        return gradient.reshape(gradient.shape().intSize()).concat(0, List.of(losses));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
