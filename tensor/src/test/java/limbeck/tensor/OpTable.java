package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.Op;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * Every op, once: with what operands it is tried. A row buys the comparison of each backend with the reference
 * ({@link #compare}), and in autograd the check of its gradient. {@code OpTableTest} fails for an op without a row.
 */
public final class OpTable {
    /** Where all randomness of the tests comes from; {@code -Dlimbeck.seed=8} tries other numbers. */
    public static final long SEED = Long.getLong("limbeck.seed", 7);

    /** Extents around the widths of vectors, tiles and blocks. */
    static final List<Integer> SIZES = List.of(0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 1000, 4098);

    /** A function of tensors or of variables alike. */
    public interface Function {
        /**
         * Computes it.
         *
         * @param <T> tensors or variables
         * @param in the operands
         * @return the result
         */
        <T extends TensorOps<T>> T apply(List<T> in);
    }

    /**
     * One op on all its operands.
     *
     * @param op the op
     */
    public record Applied(Op op) implements Function {
        @Override
        public <T extends TensorOps<T>> T apply(List<T> in) {
            return in.getFirst().apply(op, in.subList(1, in.size()));
        }
    }

    /**
     * One op on operands that are made of the given ones, because not any will do.
     *
     * @param op the op
     * @param function makes its operands and computes it
     */
    public record Through(Op op, Function function) implements Function {
        @Override
        public <T extends TensorOps<T>> T apply(List<T> in) {
            return function.apply(in);
        }
    }

    /**
     * One op, or one function composed of ops.
     *
     * @param name the name that users know
     * @param differentiable whether it has a gradient
     * @param cases what it is tried on
     */
    public record Row(String name, boolean differentiable, List<Case> cases) {
        /** Keeps equal cases once. */
        public Row {
            cases = cases.stream().distinct().toList();
        }
    }

    /**
     * A function with operands to try it on.
     *
     * @param function the function
     * @param inputs its operands; none for an op that makes a tensor from nothing
     * @param tolerance how far a backend may be from the reference
     * @param smooth whether finite differences tell the gradient: false at kinks, ties and extremes, and where it would take long
     */
    public record Case(Function function, List<Input> inputs, Tolerance tolerance, boolean smooth) {
        static Case of(Op op, Tolerance tolerance, Input... inputs) {
            return new Case(new Applied(op), List.of(inputs), tolerance, true);
        }

        /** This case with finite differences forbidden. */
        Case rough() {
            return new Case(function, inputs, tolerance, false);
        }

        /**
         * The name of the case within its row.
         *
         * @return the function and the inputs
         */
        public String name() {
            return switch (function) {
                case Applied(Op op) -> op + " of " + inputs;
                case Through(Op op, _) -> op + " of " + inputs;
                default -> inputs.toString();
            };
        }

        /**
         * Makes the operands.
         *
         * @param device where
         * @return the same numbers on every device
         */
        public List<Tensor> operands(Device device) {
            Key key = Key.of(SEED).split(name());
            return IntStream.range(0, inputs.size()).mapToObj(i -> inputs.get(i).on(device, key.split(i))).toList();
        }

        /**
         * Computes the function.
         *
         * @param <T> tensors or variables
         * @param in the operands
         * @return the result
         */
        public <T extends TensorOps<T>> T apply(List<T> in) {
            return function.apply(in);
        }

        /**
         * The result on a device; an op without operands is made there.
         *
         * @param device where
         * @return the result
         */
        public Tensor run(Device device) {
            return inputs.isEmpty() ? device.make((KernelOp) ((Applied) function).op()) : apply(operands(device));
        }
    }

    private OpTable() {
    }

    /**
     * The whole table.
     *
     * @return one row an op
     */
    public static List<Row> rows() {
        var rows = new ArrayList<Row>();
        rows.addAll(ElementwiseRows.rows());
        rows.addAll(ReductionRows.rows());
        rows.addAll(MovementRows.rows());
        rows.addAll(LinearRows.rows());
        rows.addAll(CreationRows.rows());
        rows.addAll(ComposedRows.rows());
        rows.addAll(FusedRows.rows());
        return rows;
    }

    /**
     * Compares a device with the reference, in every case of every row.
     *
     * @param device the device under test
     * @return one test a case
     */
    public static Stream<DynamicNode> compare(Device device) {
        return rows().stream().map(row -> DynamicContainer.dynamicContainer(row.name(),
                row.cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(device, c)))));
    }

    /**
     * Compares a device with the reference in one case, at {@link Precision#STRICT}: that is what the tolerances are for. Tests of
     * the convolutions state what other precisions may differ by.
     *
     * @param device the device under test
     * @param c the case
     */
    public static void compare(Device device, Case c) {
        Precision before = Precision.current();
        Precision.use(Precision.STRICT);
        try (var _ = Scope.open("comparison")) {
            Tensor expected = c.run(Device.reference());
            Tensor actual = c.run(device);
            assertEquals(expected.shape(), actual.shape(), "shape");
            if (expected.dtype() != DType.F64) {
                assertEquals(expected.dtype(), actual.dtype(), "element type");
            }
            double[] magnitudes = c.tolerance() instanceof Tolerance.Sum
                    ? Tolerance.magnitudes(c, c.operands(Device.reference())) : expected.toDoubles();
            close(c, expected.toDoubles(), actual.toDoubles(), magnitudes, actual.dtype());
        } finally {
            Precision.use(before);
        }
    }

    private static void close(Case c, double[] expected, double[] actual, double[] magnitudes, DType type) {
        for (int i = 0; i < expected.length; i++) {
            // What the result's type cannot hold overflows or vanishes in the oracle's answer too.
            double wanted = type.round(expected[i]);
            double allowed = c.tolerance().allowed(wanted, magnitudes[i], type);
            boolean equal = Double.compare(wanted, actual[i]) == 0 || wanted == actual[i];
            // Not "distance > allowed": a NaN is close to nothing.
            if (!equal && !(Math.abs(wanted - actual[i]) <= allowed && Double.isFinite(wanted))) {
                fail("element " + i + " of " + expected.length + " (row-major) is " + actual[i] + ", the reference says " + wanted
                        + "; allowed distance " + allowed + ", seed " + SEED);
            }
        }
    }
}
