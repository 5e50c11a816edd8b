package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.Custom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TensorTest {
    /** The first lines that a user tries, on both devices. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void theExampleOfTheDocumentation(String device) {
        Tensor x = Device.of(device).tensor(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor y = x.mul(2).add(x.t()).relu();
        assertArrayEquals(new float[] {3, 7, 8, 12}, y.toFloats());
        assertEquals("Tensor (2, 2) " + x.dtype() + " on " + device + " [3.0, 7.0, 8.0, 12.0]", y.toString());
    }

    @Test
    void eachDeviceHasItsFloat() {
        assertEquals(DType.F32, Device.cpu().ones(1).dtype());
        assertEquals(DType.F64, Device.reference().ones(1).dtype());
        assertSame(Device.cpu(), Device.of("cpu"));
    }

    @Test
    void arraysAreCopiedInAndOut() {
        float[] values = {1, 2};
        Tensor x = Device.cpu().tensor(values, 2);
        values[0] = 9;
        x.toFloats()[1] = 9;
        assertArrayEquals(new float[] {1, 2}, x.toFloats());
        assertArrayEquals(new float[] {1}, Device.cpu().tensor(new float[] {1, 2, 3}, Shape.of(1)).toFloats());
    }

    @Test
    void movementsShareMemoryAndKernelsDoNot() {
        Tensor x = Device.cpu().ones(2, 6);
        assertTrue(x.t().sharesMemory(x));
        assertTrue(x.reshape(3, 4).sharesMemory(x));
        assertTrue(x.slice(1, 1, 6, 2).flip(0).sharesMemory(x));
        assertFalse(x.t().reshape(12).sharesMemory(x));
        assertFalse(x.neg().sharesMemory(x));
        assertSame(x, x.contiguous());
        assertSame(x, x.cast(DType.F32));
    }

    @Test
    void imagesMoveBetweenOrders() {
        Tensor x = Device.cpu().normal(Key.of(1), 2, 3, 4, 5);
        Tensor images = x.channelsLast();
        assertTrue(images.layout().isChannelsLast());
        assertArrayEquals(x.toFloats(), images.toFloats());
        assertSame(images, images.channelsLast());
        assertTrue(images.relu().layout().isChannelsLast(), "elementwise keeps the order");
        assertTrue(images.add(Device.cpu().ones(3, 1, 1)).layout().isChannelsLast());
        assertTrue(x.conv2d(Device.cpu().ones(4, 3, 3, 3), ConvSpec.DEFAULT).layout().isChannelsLast());
        assertTrue(x.maxPool2d(2, 2, 0).layout().isChannelsLast());
        assertTrue(images.contiguous().layout().isContiguous());
        assertNotSame(images, images.contiguous());
    }

    @Test
    void movesBetweenDevicesInBothDirections() {
        Tensor x = Device.cpu().normal(Key.of(1), 3, 5).t();
        assertArrayEquals(x.toDoubles(), x.to(Device.reference()).toDoubles());
        assertArrayEquals(x.toFloats(), x.to(Device.reference()).to(Device.cpu()).toFloats());
        assertSame(x, x.to(Device.cpu()));
        for (DType type : List.of(DType.I8, DType.I32, DType.BOOL)) {
            Tensor integers = Device.cpu().tensor(new int[] {0, 1, -100}, 3).cast(type);
            Tensor moved = integers.to(Device.reference());
            assertEquals(type, moved.dtype());
            assertArrayEquals(integers.toInts(), moved.toInts());
        }
    }

    @Test
    void readingOutKeepsTheLogicalOrder() {
        Tensor x = Device.cpu().tensor(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertArrayEquals(new int[] {1, 4, 2, 5, 3, 6}, x.t().toInts());
        assertArrayEquals(new int[] {6, 4}, x.select(0, 1).flip(0).slice(0, 0, 3, 2).toInts());
        assertEquals(4, x.select(0, 1).select(0, 0).item());
    }

    @Test
    void shapesOfTheMovements() {
        Tensor x = Device.cpu().zeros(2, 3, 4);
        assertEquals(Shape.of(2, 12), x.flatten(1).shape());
        assertEquals(Shape.of(24), x.flatten(0).shape());
        assertEquals(Shape.of(0, 12), Device.cpu().zeros(0, 3, 4).flatten(1).shape());
        assertEquals(Shape.of(4, 6), x.reshape(4, -1).shape());
        assertEquals(Shape.of(2, 4, 3), x.t().shape());
        assertEquals(Shape.of(4, 3, 2), x.transpose(0, -1).shape());
        assertEquals(Shape.of(2, 3, 1, 4), x.unsqueeze(2).shape());
        assertEquals(Shape.of(2, 3, 4, 1), x.unsqueeze(-1).shape());
        assertEquals(Shape.of(2, 4), x.select(1, 0).shape());
        assertEquals(Shape.of(5, 2, 3, 4), x.expand(5, 2, 3, 4).shape());
        assertEquals(Shape.of(2, 2, 3, 4), x.stack(0, List.of(x)).shape());
        assertEquals(Shape.of(2, 3, 9), x.pad(-1, 2, 3, 0).shape());
    }

    @Test
    void aCustomOpMustKeepItsPromise() {
        record Liar() implements Custom {
            @Override
            public String name() {
                return "liar";
            }

            @Override
            public Shape infer(List<Shape> in) {
                return Shape.of(7);
            }

            @Override
            public Tensor forward(List<Tensor> in) {
                return in.getFirst();
            }

            @Override
            public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
                return List.of(gradient);
            }
        }
        var error = assertThrows(ShapeException.class, () -> Device.cpu().ones(2).apply(new Liar(), List.of()));
        assertEquals("liar: forward made (2) where infer promised (7)", error.getMessage());
    }

    /** Uniform and normal numbers come from the key alone, so they agree to the rounding of a float. */
    @Test
    void randomNumbersAreTheSameOnEveryDevice() {
        Key key = Key.of(3).split("weights");
        assertArrayEquals(Device.reference().normal(key, 1000).toFloats(), Device.cpu().normal(key, 1000).toFloats());
        assertArrayEquals(Device.reference().uniform(key, 1000).toFloats(), Device.cpu().uniform(key, 1000).toFloats());
        assertArrayEquals(Device.reference().bernoulli(key, 0.1, Shape.of(1000)).toFloats(),
                Device.cpu().bernoulli(key, 0.1, Shape.of(1000)).toFloats());
    }

    @Test
    void negativeAxesCountFromTheEndInListsToo() {
        Tensor x = Device.cpu().tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertArrayEquals(new double[] {6, 15}, x.sum(List.of(-1), false).toDoubles());
        assertArrayEquals(new double[] {4, 5, 6}, x.max(List.of(-2), true).toDoubles());
        assertArrayEquals(new double[] {2, 5}, x.mean(List.of(-1), false).toDoubles());
    }
}
