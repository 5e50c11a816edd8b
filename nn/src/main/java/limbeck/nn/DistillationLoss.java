package limbeck.nn;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import limbeck.tensor.op.SoftDivergence;

/**
 * {@code tau^2 KL(softmax(t / tau) || softmax(z / tau))} of each row, of a student's logits z and constant ones t. One pass over both
 * computes the losses and their gradient, which waits here for the backward. An instance serves one call.
 */
final class DistillationLoss implements Custom {
    private final double temperature;
    private Tensor gradient;

    DistillationLoss(double temperature) {
        this.temperature = temperature;
    }

    @Override
    public String name() {
        return "distillation";
    }

    @Override
    public Shape infer(List<Shape> in) {
        new SoftDivergence(temperature).infer(in);
        return Shape.of(in.getFirst().dim(0));
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    @Override
    public Tensor forward(List<Tensor> in) {
        Shape shape = in.getFirst().shape();
        int size = shape.intSize();
        Tensor both = in.getFirst().apply(new SoftDivergence(temperature), List.of(in.getLast()));
        gradient = both.slice(0, 0, size).reshape(shape);
        return both.slice(0, size, size + shape.dim(0));
    }

    @Override
    public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T g) {
        T student = in.getFirst();
        // A gradient that is to be differentiated itself has to be computed from the logits again.
        T slope = student instanceof Tensor ? student.constant(gradient)
                : student.div(temperature).softmax(1).sub(in.getLast().div(temperature).softmax(1)).mul(temperature);
        return Arrays.asList(slope.mul(g.unsqueeze(1)), null);
    }
}
