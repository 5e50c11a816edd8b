package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.ScatterAdd;
import org.junit.jupiter.api.Test;

/** The oracle against numbers worked out by hand, and against what mathematics says of it. */
final class ReferenceTest {
    private static final Device DEVICE = Device.reference();
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Tensor tensor(double[] values, int... dims) {
        return DEVICE.tensor(values, Shape.of(dims));
    }

    private static Tensor row(double... values) {
        return tensor(values, values.length);
    }

    /** 1, 2, 3, ... */
    private static Tensor counted(int... dims) {
        Shape shape = Shape.of(dims);
        return DEVICE.arange(1, 1, shape.intSize()).reshape(shape);
    }

    private static void assertValues(Tensor actual, double... expected) {
        assertArrayEquals(expected, actual.toDoubles(), 1e-12);
    }

    @Test
    void functionsHaveTheirKnownValues() {
        Tensor x = row(-1, 0, 2);
        assertValues(x.mul(3).add(1), -2, 1, 7);
        assertValues(x.rsub(1), 2, 1, -1);
        assertValues(x.exp(), 1 / Math.E, 1, Math.E * Math.E);
        assertValues(row(1, Math.E).log(), 0, 1);
        assertValues(row(4, 2.25).sqrt(), 2, 1.5);
        assertValues(row(4, 0.25).rsqrt(), 0.5, 2);
        assertValues(row(4, -0.5).reciprocal(), 0.25, -2);
        assertValues(x.square(), 1, 0, 4);
        assertValues(row(0, Math.log(2)).tanh(), 0, 0.6);
        assertValues(row(0, Math.log(3), -Math.log(3)).sigmoid(), 0.5, 0.75, 0.25);
        assertValues(x.relu(), 0, 0, 2);
        assertValues(x.leakyRelu(0.1), -0.1, 0, 2);
        assertValues(row(0, 1000, -1000).softplus(), Math.log(2), 1000, 0);
        assertValues(x.abs(), 1, 0, 2);
        assertValues(x.sign(), -1, 0, 1);
        assertValues(row(4, 9).pow(1.5), 8, 27);
        assertValues(row(-5, 0.5, 5).clamp(-1, 2), -1, 0.5, 2);
        assertValues(row(2, 3).pow(row(10, -1)), 1024, 1.0 / 3);
        assertValues(row(1, 5).maximum(row(2, 3)), 2, 5);
        assertValues(row(1, 5).minimum(row(2, 3)), 1, 3);
    }

    /** Tabulated to 16 digits (Abramowitz and Stegun, table 7.1; the tail from the asymptotic series). */
    @Test
    void erfHasItsTabulatedValues() {
        double[] expected = {0, 0.1124629160182849, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 0.9999779095030014,
            0.9999999845827421, 1, -0.8427007929497149};
        assertArrayEquals(expected, row(0, 0.1, 0.5, 1, 2, 3, 4, 7, -1).erf().toDoubles(), 1e-15);
    }

    @Test
    void nanSpreadsThroughMaximumAndFoldsButNotThroughComparisons() {
        assertValues(row(NAN, 1).maximum(row(1, NAN)), NAN, NAN);
        assertValues(row(NAN, 1).relu(), NAN, 1);
        assertValues(row(NAN, 1).clamp(0, 2), NAN, 1);
        assertValues(row(1, NAN, 3).max(), NAN);
        assertValues(row(1, NAN, 3).min(), NAN);
        assertValues(row(NAN, NAN, 1).eq(row(NAN, 1, 1)), 0, 0, 1);
        assertValues(row(NAN, NAN, 1).ne(row(NAN, 1, 1)), 1, 1, 0);
        assertValues(row(NAN, 1).lt(2), 0, 1);
    }

    @Test
    void comparisonsAndWhere() {
        Tensor x = row(1, 2, 3);
        assertValues(x.eq(2), 0, 1, 0);
        assertValues(x.ne(2), 1, 0, 1);
        assertValues(x.lt(2), 1, 0, 0);
        assertValues(x.le(2), 1, 1, 0);
        assertValues(x.gt(2), 0, 0, 1);
        assertValues(x.ge(2), 0, 1, 1);
        assertEquals(DType.BOOL, x.eq(2).dtype());
        assertValues(x.gt(1).where(x, DEVICE.scalar(-1)), -1, 2, 3);
    }

    @Test
    void foldsOverAxes() {
        Tensor x = counted(2, 3);
        assertValues(x.sum(), 21);
        assertValues(x.sum(0), 5, 7, 9);
        assertValues(x.sum(1), 6, 15);
        assertEquals(Shape.of(2, 1), x.sum(List.of(1), true).shape());
        assertValues(x.sum(new int[0]), 1, 2, 3, 4, 5, 6);
        assertValues(x.max(0), 4, 5, 6);
        assertValues(x.min(-1), 1, 4);
        assertValues(x.mean(), 3.5);
        assertValues(x.var(List.of(0, 1), 0, false), 35.0 / 12);
        assertValues(x.var(List.of(0, 1), 1, false), 3.5);
        assertValues(counted(2, 2, 2).sum(0, 2), 14, 22);
    }

    @Test
    void foldsOfNothing() {
        Tensor empty = DEVICE.zeros(0, 2);
        assertValues(empty.sum(0), 0, 0);
        assertValues(empty.max(0), -INFINITY, -INFINITY);
        assertValues(empty.min(0), INFINITY, INFINITY);
        assertValues(empty.sum(1));
        assertValues(empty.mean(0), NAN, NAN);
    }

    @Test
    void theFirstOfEqualElementsAndTheFirstNanWin() {
        assertValues(row(1, 3, 3, 2).argmax(0), 1);
        assertValues(row(4, 1, 1, 2).argmin(0), 1);
        assertValues(row(9, NAN, 10, NAN).argmax(0), 1);
        assertValues(row(9, NAN, 1, NAN).argmin(0), 1);
        assertValues(counted(2, 3).argmax(0), 1, 1, 1);
        assertValues(counted(2, 3).neg().argmax(1), 0, 0);
        assertEquals(Shape.of(2, 1), apply(new ArgReduce(true, 1, true), counted(2, 3)).shape());
        assertEquals(DType.I32, row(1).argmax(0).dtype());
    }

    @Test
    void matrixProducts() {
        Tensor a = counted(2, 3);
        Tensor b = counted(3, 2);
        assertValues(a.matmul(b), 22, 28, 49, 64);
        assertValues(apply(new MatMul(true, false), a.t().contiguous(), b), 22, 28, 49, 64);
        assertValues(apply(new MatMul(false, true), a, b.t().contiguous()), 22, 28, 49, 64);
        assertValues(apply(new MatMul(true, true), b, a), 22, 49, 28, 64);
    }

    @Test
    void batchesBroadcast() {
        Tensor batch = counted(2, 1, 2);
        assertValues(batch.matmul(counted(2, 2)), 7, 10, 15, 22);
        assertValues(counted(1, 2).matmul(counted(2, 2, 1)), 5, 11);
        assertEquals(Shape.of(5, 4, 3, 2), DEVICE.zeros(5, 1, 3, 6).matmul(DEVICE.zeros(4, 6, 2)).shape());
        assertValues(DEVICE.zeros(2, 0).matmul(DEVICE.zeros(0, 2)), 0, 0, 0, 0);
    }

    private static Tensor apply(KernelOp op, Tensor first, Tensor... rest) {
        return first.apply(op, List.of(rest));
    }

    @Test
    void gatherPicksAlongAnAxis() {
        Tensor x = counted(2, 3);
        assertValues(x.gather(1, DEVICE.tensor(new int[] {2, 0, 1, 1}, 2, 2)), 3, 1, 5, 5);
        assertValues(x.gather(0, DEVICE.tensor(new int[] {1, 0, 1}, 1, 3)), 4, 2, 6);
        assertValues(x.gather(1, DEVICE.tensor(new int[] {2, 0}, 1, 2)), 3, 1, 6, 4);
        assertValues(x.indexSelect(1, DEVICE.tensor(new int[] {2, 2, 0}, 3)), 3, 3, 1, 6, 6, 4);
    }

    @Test
    void scatterAddSumsWhatMeets() {
        Tensor index = DEVICE.tensor(new int[] {0, 0, 2, 1}, 2, 2);
        assertValues(apply(new ScatterAdd(1, 3), counted(2, 2), index), 3, 0, 0, 0, 4, 3);
        assertValues(DEVICE.ones(2, 3).scatterAdd(1, index, counted(2, 2)), 4, 1, 1, 1, 5, 4);
    }

    @Test
    void scatterAddIsTheAdjointOfGather() {
        Tensor x = DEVICE.normal(Key.of(1), 4, 5, 3);
        Tensor index = DEVICE.tensor(Key.of(2).permutation(4 * 7 * 3), 4, 7, 3);
        index = index.cast(DType.F64).mul(5.0 / 84).cast(DType.I32);
        Tensor g = DEVICE.normal(Key.of(3), 4, 7, 3);
        assertEquals(x.gather(1, index).mul(g).sum().item(), apply(new ScatterAdd(1, 5), g, index).mul(x).sum().item(), 1e-12);
    }

    @Test
    void oneHotPutsASingleOne() {
        assertValues(DEVICE.tensor(new int[] {1, 0}, 2).oneHot(3), 0, 1, 0, 1, 0, 0);
        assertEquals(Shape.of(2, 1, 3), DEVICE.tensor(new int[] {1, 0}, 2, 1).oneHot(3).shape());
    }

    @Test
    void anIndexOutOfRangeIsNamed() {
        Tensor index = DEVICE.tensor(new int[] {0, 1, 2, 5}, 2, 2);
        var gather = assertThrows(IllegalArgumentException.class, () -> counted(2, 3).gather(1, index));
        assertEquals("gather: index 5 at position (1, 1) is out of range for extent 3; indices count from 0", gather.getMessage());
        var scatter = assertThrows(IllegalArgumentException.class, () -> apply(new ScatterAdd(1, 3), counted(2, 2), index));
        assertEquals("scatterAdd: index 5 at position (1, 1) is out of range for extent 3; indices count from 0", scatter.getMessage());
        var oneHot = assertThrows(IllegalArgumentException.class, () -> DEVICE.tensor(new int[] {-1}, 1).oneHot(3));
        assertEquals("oneHot: index -1 at position (0) is out of range for extent 3; indices count from 0", oneHot.getMessage());
    }

    @Test
    void concatStackAndPad() {
        Tensor x = counted(2, 2);
        assertValues(x.concat(0, List.of(row(9, 8).reshape(1, 2))), 1, 2, 3, 4, 9, 8);
        assertValues(x.concat(1, List.of(row(9, 8).reshape(2, 1))), 1, 2, 9, 3, 4, 8);
        assertValues(row(1, 2).stack(1, List.of(row(3, 4))), 1, 3, 2, 4);
        assertValues(apply(new Pad(List.of(1, 0), List.of(0, 2), -1), x), -1, -1, -1, -1, 1, 2, -1, -1, 3, 4, -1, -1);
    }

    @Test
    void castsRoundAsTheTypeDoes() {
        Tensor x = row(-1.9, 0.4, 300.7, 1e20, NAN);
        assertArrayEquals(new int[] {-1, 0, 300, Integer.MAX_VALUE, 0}, x.cast(DType.I32).toInts());
        assertArrayEquals(new int[] {-1, 0, 127, 127, 0}, x.cast(DType.I8).toInts());
        assertArrayEquals(new int[] {1, 1, 1, 1, 1}, x.cast(DType.BOOL).toInts());
        assertValues(row(1.0 / 3).cast(DType.F32), 1.0f / 3);
        assertValues(row(1.00390625).cast(DType.BF16), 1);
        assertValues(row(65519, 65520).cast(DType.F16), 65504, INFINITY);
    }

    @Test
    void elementIOfARandomTensorIsDrawIOfItsKey() {
        Key key = Key.of(11);
        Tensor uniform = DEVICE.uniform(key, -1, 3, Shape.of(2, 3));
        Tensor normal = DEVICE.normal(key, 5, 2, Shape.of(2, 3));
        Tensor flips = DEVICE.bernoulli(key, 0.25, Shape.of(2, 3));
        for (int i = 0; i < 6; i++) {
            assertEquals(-1 + 4 * (double) key.uniform(i), uniform.toDoubles()[i]);
            assertEquals(5 + 2 * key.gaussian(i), normal.toDoubles()[i]);
            assertEquals(key.uniform(i) < 0.25 ? 1 : 0, flips.toDoubles()[i]);
        }
    }

    @Test
    void fillAndArange() {
        assertValues(DEVICE.full(2.5, Shape.of(2)), 2.5, 2.5);
        assertValues(DEVICE.arange(3), 0, 1, 2);
        assertValues(DEVICE.arange(1, -0.5, 3), 1, 0.5, 0);
        assertValues(DEVICE.zeros(0));
    }

    @Test
    void composedFunctionsHaveTheirKnownValues() {
        Tensor x = row(Math.log(1), Math.log(2), Math.log(5));
        assertValues(x.softmax(0), 0.125, 0.25, 0.625);
        assertValues(x.logSoftmax(0).exp(), 0.125, 0.25, 0.625);
        assertValues(x.logSumExp(List.of(0), false), Math.log(8));
        assertValues(row(1000, 1000).softmax(0), 0.5, 0.5);
        assertValues(row(-INFINITY, 0).softmax(0), 0, 1);
        assertValues(row(-INFINITY, -INFINITY).logSumExp(List.of(0), false), -INFINITY);
        for (DType type : List.of(DType.F32, DType.F64, DType.BF16, DType.F16)) {
            assertValues(row(-INFINITY, -INFINITY).cast(type).logSumExp(List.of(0), false), -INFINITY);
        }
        assertValues(row(1e300, -1e300).logSumExp(List.of(0), false), 1e300);
        assertValues(row(0, 1).gelu(), 0, 0.8413447460685429);
        assertValues(row(0, 1).geluTanh(), 0, 0.8411919906082768);
        assertValues(row(0, 1).silu(), 0, 1 / (1 + Math.exp(-1)));
        assertValues(row(-4, -1, 0, 1, 5).hardswish(), 0, -1.0 / 3, 0, 2.0 / 3, 5);
    }
}
