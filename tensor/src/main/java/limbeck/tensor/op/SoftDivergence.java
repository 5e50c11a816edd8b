package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * The loss of distillation and its gradient in one: operands the student's logits z and the teacher's t, both (N, C). With
 * {@code p = softmax(t / tau)} and {@code q = softmax(z / tau)} the result is a vector in which two things follow one another: the
 * gradient {@code tau (q - p)} in row-major order, and the losses {@code tau^2 KL(p || q)}, one a row (Hinton, Vinyals and Dean, 2015,
 * arXiv 1503.02531).
 *
 * <p>One op for both, because the gradient is made of the very exponentials of which the loss is.
 *
 * @param temperature tau, above 0
 */
public record SoftDivergence(double temperature) implements FusedOp {
    @Override
    public String name() {
        return "softDivergence";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 2);
        Shape student = in.getFirst();
        if (student.rank() != 2 || !student.equals(in.getLast()) || student.dim(1) == 0) {
            throw ShapeException.of(name(), "the logits do not fit", in, "both should be (N, C) with the same classes", "");
        }
        return Shape.of(student.intSize() + student.dim(0));
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T logStudent = in.getFirst().div(temperature).logSoftmax(1);
        T logTeacher = in.getLast().div(temperature).logSoftmax(1);
        T teacher = logTeacher.exp();
        T gradient = logStudent.exp().sub(teacher).mul(temperature);
        T losses = teacher.mul(logTeacher.sub(logStudent)).sum(1).mul(temperature * temperature);
        return gradient.reshape(gradient.shape().intSize()).concat(0, List.of(losses));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
