package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.LogSoftmaxInput;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.SoftDivergence;
import limbeck.tensor.op.Softmax;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax and its kin where exponentials vanish; the op table has their sizes and layouts. */
final class SoftmaxKernelsTest {
    private static final Key KEY = Key.of(20266);

    /** Logits hundreds apart, in whole vectors and in the end of a row: most exponentials are no normal floats. */
    @ParameterizedTest
    @ValueSource(ints = {10, 16, 67, 1000})
    void logitsFarApart(int classes) {
        Tensor x = Device.cpu().normal(KEY, 9, classes).mul(100);
        Tensor y = Device.cpu().normal(KEY.split("teacher"), 9, classes).mul(100);
        check(new Softmax(1), List.of(x), 1e-6);
        check(new LogSoftmax(1), List.of(x), 1e-4);
        // A lane of L adds up 1,000 / L numbers near 100, whose sums are rounded by 2^-24: 100 x 2^-24 x 1,000 / sqrt(6 L) is one deviation, this
        // four of them.
        check(new LogSoftmaxInput(1), List.of(x.logSoftmax(1), y), 1e-2 / Math.sqrt(MicroKernel.LANES));
        check(new SoftDivergence(2), List.of(x, y), 1e-2);
        check(new CrossEntropy(0.1), List.of(x, Device.cpu().tensor(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, 9)), 1e-3);
    }

    /** A row whose exponentials are all normal floats has the same bits beside one that is spread far. */
    @ParameterizedTest
    @ValueSource(ints = {16, 67})
    void aRowIsComputedAlone(int classes) {
        Tensor near = Device.cpu().normal(KEY, 1, classes);
        Tensor both = near.mul(100).concat(0, List.of(near));
        for (Op op : List.of(new Softmax(1), new LogSoftmax(1))) {
            assertArrayEquals(near.apply(op, List.of()).toFloats(), both.apply(op, List.of()).slice(0, 1, 2).toFloats(), op.toString());
        }
    }

    private static void check(Op op, List<Tensor> in, double bound) {
        double[] actual = in.getFirst().apply(op, in.subList(1, in.size())).toDoubles();
        double[] expected = in.getFirst().to(Device.reference()).apply(op,
                in.subList(1, in.size()).stream().map(x -> x.to(Device.reference())).toList()).toDoubles();
        assertEquals(expected.length, actual.length);
        assertArrayEquals(expected, actual, bound, op + ", key " + KEY);
    }
}
