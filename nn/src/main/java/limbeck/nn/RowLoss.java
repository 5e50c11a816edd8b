package limbeck.nn;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import limbeck.tensor.op.FusedOp;

/**
 * A loss of each row of logits (N, C) against a constant, by an op whose result is a vector: their gradient, and behind it the N
 * losses. One pass over the logits computes both; the gradient waits here for the backward. An instance serves one call.
 */
final class RowLoss implements Custom {
    private final String name;
    private final FusedOp op;
    private Tensor gradient;

    RowLoss(String name, FusedOp op) {
        this.name = name;
        this.op = op;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Shape infer(List<Shape> in) {
        op.infer(in);
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
        Tensor both = in.getFirst().apply(op, List.of(in.getLast()));
        gradient = both.slice(0, 0, size).reshape(shape);
        return both.slice(0, size, size + shape.dim(0));
    }

    @Override
    public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T g) {
        T logits = in.getFirst();
        // A gradient that is to be differentiated itself has to be computed from the logits again.
        T slope = logits instanceof Tensor ? logits.constant(gradient)
                : logits.apply(op, List.of(in.getLast())).slice(0, 0, logits.shape().intSize()).reshape(logits.shape());
        return Arrays.asList(slope.mul(g.unsqueeze(1)), null);
    }
}
