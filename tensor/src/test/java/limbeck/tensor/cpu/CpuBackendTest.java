package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.Test;

/** What the backend does around its kernels: types, errors, optimizer steps. */
final class CpuBackendTest {
    private static final Device CPU = Device.cpu();

    @Test
    void doubleIsStoredButNotComputed() {
        Tensor x = CPU.tensor(new float[] {1, 2, 3, 4}, 2, 2).cast(DType.F64);
        assertArrayEquals(new double[] {1, 3, 2, 4}, x.t().contiguous().toDoubles());
        assertArrayEquals(new double[] {0, 1, 2, 3, 4, 0}, x.reshape(4).pad(0, 1, 1, 0).toDoubles());
        var error = assertThrows(IllegalArgumentException.class, x::exp);
        assertEquals("the cpu device computes in float32; cast to F32, or use Device.reference() for float64", error.getMessage());
    }

    @Test
    void narrowFloatsAreRoundedOnceAnOp() {
        for (DType type : List.of(DType.BF16, DType.F16)) {
            Tensor x = CPU.normal(Key.of(1), 1000).cast(type);
            Tensor y = x.add(x.mul(0.1));
            assertEquals(type, y.dtype());
            double[] wide = x.toDoubles();
            double[] actual = y.toDoubles();
            for (int i = 0; i < wide.length; i++) {
                double product = type.round((float) (wide[i] * (float) 0.1));
                assertEquals(type.round((float) (wide[i] + product)), actual[i], type + " element " + i);
            }
        }
    }

    @Test
    void integersStayExact() {
        Tensor x = CPU.tensor(new int[] {16_777_217, -3, 7}, 3);
        assertArrayEquals(new int[] {16_777_218, -2, 8}, x.add(CPU.tensor(new int[] {1}, 1)).toInts());
        assertEquals(16_777_221, (int) x.sum().item());
        assertArrayEquals(new int[] {1, 0, 1}, x.gt(CPU.tensor(new int[] {0}, 1)).toInts());
    }

    /** Asks for no memory: what is too large is refused before, and for the largest only the length of its array is computed. */
    @Test
    void aTensorLargerThanAnyArrayIsRefusedByItsShape() {
        String error = assertThrows(ShapeException.class, () -> CPU.zeros(Integer.MAX_VALUE)).getMessage();
        assertEquals("shape (2147483647) has 2147483647 elements; one tensor holds at most 2147475456", error);
        for (DType type : DType.values()) {
            // The JVM's own limit is two below the largest int.
            int length = Temps.length(type, Shape.MOST);
            assertTrue(length >= Shape.MOST && length <= Integer.MAX_VALUE - 2, type + " takes an array of " + length);
        }
    }

    @Test
    void anIndexOutsideIsNamed() {
        Tensor x = CPU.normal(Key.of(1), 5, 20);
        Tensor index = CPU.tensor(new int[] {0, 4, 5}, 3, 1);
        String gather = assertThrows(IllegalArgumentException.class, () -> x.gather(0, index)).getMessage();
        assertEquals("gather: index 5 at element 40 of the result is outside an axis of extent 5; give 0 to 4", gather);
        Tensor source = CPU.normal(Key.of(2), 3, 20);
        String scatter = assertThrows(IllegalArgumentException.class,
                () -> source.apply(new ScatterAdd(0, 5), List.of(index))).getMessage();
        assertTrue(scatter.startsWith("scatterAdd: index 5 at element 40 of the source"), scatter);
        String oneHot = assertThrows(IllegalArgumentException.class, () -> CPU.tensor(new int[] {1, -1}, 2).oneHot(3)).getMessage();
        assertTrue(oneHot.startsWith("oneHot: class -1 at element 1 of the labels is outside 0 to 2"), oneHot);
    }

    @Test
    void updatesFollowTheReference() {
        List<Update> rules = List.of(new Update.Sgd(0.1, 0, false, 0.01), new Update.Sgd(0.1, 0.9, false, 0.01), new Update.Sgd(0.1, 0.9, true, 0),
                new Update.Adam(1e-2, 0.9, 0.999, 1e-8, 0.1, false, 1), new Update.Adam(1e-2, 0.9, 0.999, 1e-8, 0.1, true, 7),
                new Update.Average(0.99));
        for (Update rule : rules) {
            for (DType type : List.of(DType.F32, DType.BF16)) {
                double[] expected = step(Device.reference(), rule, type);
                double[] actual = step(CPU, rule, type);
                assertArrayEquals(expected, actual, type == DType.F32 ? 2e-6 : 0.02, rule + " of " + type);
            }
        }
    }

    /** Target and states after one step, with a gradient in another order. */
    private static double[] step(Device device, Update rule, DType type) {
        Tensor p = device.normal(Key.of(1), 33, 65).cast(type);
        Tensor g = device.normal(Key.of(2), 65, 33).t().cast(type);
        List<Tensor> state = List.of(device.normal(Key.of(3), 33, 65).cast(type), device.uniform(Key.of(4), 33, 65).cast(type))
                .subList(0, rule.states());
        InPlace.update(rule, p, g, state);
        return p.concat(0, state).cast(DType.F64).toDoubles();
    }
}
