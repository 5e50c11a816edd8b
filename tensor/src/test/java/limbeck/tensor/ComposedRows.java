package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Function;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.Custom;

/** The rows of functions composed of ops, and of a user's own op. */
final class ComposedRows {
    private ComposedRows() {
    }

    /** The user's op of the documentation: {@code x sigmoid(x)}. */
    record Swish() implements Custom {
        @Override
        public String name() {
            return "swish";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Saves saves() {
            return Saves.INPUTS;
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.getFirst().silu();
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            T x = in.getFirst();
            T sigmoid = x.sigmoid();
            return List.of(gradient.mul(sigmoid.add(x.mul(sigmoid).mul(sigmoid.rsub(1)))));
        }
    }

    static List<Row> rows() {
        // The shift by the maximum leaves |x| + |max| roundoffs in the exponent, here at most some ten.
        var row = new Tolerance.Relative(64, 0);
        var logarithm = new Tolerance.Relative(16, 8);
        var gate = new Tolerance.Relative(8, 1);
        return List.of(
                new Row("custom", true, unary(new OpTable.Applied(new Swish()), gate)),
                new Row("logSumExp", true, rowwise(ComposedRows::logSumExp, logarithm)),
                new Row("mean", true, rowwise(ComposedRows::mean, logarithm)),
                new Row("var", true, rowwise(ComposedRows::variance, row)),
                new Row("silu", true, unary(ComposedRows::silu, gate)),
                new Row("hardswish", true, unary(ComposedRows::hardswish, gate)));
    }

    private static List<Case> unary(Function function, Tolerance tolerance) {
        var cases = new ArrayList<Case>();
        for (Input input : List.of(Input.of(), Input.of(0), Input.of(127), Input.of(1000), Input.of(7, 17).as(Placement.TRANSPOSED),
                Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST))) {
            cases.add(new Case(function, List.of(input), tolerance, true));
        }
        return cases;
    }

    private static List<Case> rowwise(Function function, Tolerance tolerance) {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
            cases.add(new Case(function, List.of(Input.of(3, size)), tolerance, true));
        }
        for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED)) {
            cases.add(new Case(function, List.of(Input.of(17, 33).as(placement)), tolerance, true));
        }
        cases.add(new Case(function, List.of(Input.of(0, 5)), tolerance, true));
        cases.add(new Case(function, List.of(Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)), tolerance, true));
        return cases;
    }

    // Named methods, not lambdas: a lambda cannot be generic, a method reference can.

    private static <T extends TensorOps<T>> T logSumExp(List<T> in) {
        return in.getFirst().logSumExp(List.of(in.getFirst().shape().axis(-1)), false);
    }

    private static <T extends TensorOps<T>> T mean(List<T> in) {
        return in.getFirst().mean(-1);
    }

    private static <T extends TensorOps<T>> T variance(List<T> in) {
        return in.getFirst().var(List.of(in.getFirst().shape().axis(-1)), 0, true);
    }

    private static <T extends TensorOps<T>> T silu(List<T> in) {
        return in.getFirst().silu();
    }

    private static <T extends TensorOps<T>> T hardswish(List<T> in) {
        return in.getFirst().hardswish();
    }
}
