package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.OpTable;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The gradient of every op in the table against finite differences: so no op can be without a gradient check. */
class OpTableGradientTest {
    /** The reference computes each case some eight times; the largest are left to the comparison of the backends. */
    private static final long LARGEST = 6_000;
    /** Up to here the gradient is differentiated again; of rows without so small a case the smallest ones are. */
    private static final long TINY = 21;

    private interface Check {
        void check(Function<List<Variable>, Variable> f, Tensor... inputs);
    }

    @TestFactory
    Stream<DynamicNode> first() {
        return tests("first derivatives", row -> LARGEST, GradCheck::check);
    }

    @TestFactory
    Stream<DynamicNode> second() {
        return tests("second derivatives", row -> Math.max(TINY, smallest(row)), GradCheck::checkSecond);
    }

    private static Stream<DynamicNode> tests(String what, ToLongFunction<Row> largest, Check check) {
        return OpTable.rows().stream().filter(Row::differentiable).map(row -> {
            List<Case> cases = smooth(row).filter(c -> size(c) <= largest.applyAsLong(row)).toList();
            assertTrue(cases.stream().anyMatch(c -> size(c) > 0), row.name() + " has no case small enough for the check of its " + what);
            return DynamicContainer.dynamicContainer(row.name(),
                    cases.stream().map(c -> DynamicTest.dynamicTest(what + " of " + c.name(), () -> run(c, check))));
        });
    }

    private static long smallest(Row row) {
        return smooth(row).mapToLong(OpTableGradientTest::size).filter(size -> size > 0).min().orElse(0);
    }

    private static Stream<Case> smooth(Row row) {
        return row.cases().stream().filter(Case::smooth);
    }

    private static long size(Case c) {
        return c.inputs().stream().mapToLong(input -> input.shape().size()).sum();
    }

    /** Differentiates by the floating-point operands; masks and indices are constants. */
    private static void run(Case c, Check check) {
        List<Tensor> operands = c.operands(Device.reference());
        Function<List<Variable>, Variable> f = in -> {
            var all = new ArrayList<Variable>();
            int next = 0;
            for (Tensor operand : operands) {
                all.add(operand.dtype().isFloating() ? in.get(next++) : Variable.of(operand));
            }
            return c.apply(all);
        };
        check.check(f, operands.stream().filter(operand -> operand.dtype().isFloating()).toArray(Tensor[]::new));
    }
}
