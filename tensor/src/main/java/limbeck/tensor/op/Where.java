package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/** A choice, element by element: operands (condition BOOL, value where true, value where false); all three broadcast. */
public record Where() implements KernelOp {
    @Override
    public String name() {
        return "where";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 3);
        return Shape.broadcast("where", in.get(0), Shape.broadcast("where", in.get(1), in.get(2)));
    }

    @Override
    public DType inferType(List<DType> in) {
        if (in.getFirst() != DType.BOOL) {
            throw new ShapeException("where: the condition must be BOOL, got " + in.getFirst() + "; compare first, for example x.gt(y)");
        }
        return Types.same(this, in.subList(1, 3));
    }

    @Override
    public Order order() {
        return Order.LIKE_INPUT;
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }
}
