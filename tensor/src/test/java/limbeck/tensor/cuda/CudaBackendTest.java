package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.DeviceInfo;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the backend does around its kernels: types, errors, random bits, optimizer steps. */
@Tag("cuda-emulated")
final class CudaBackendTest {
    private Device cuda;

    @BeforeEach
    void open() {
        cuda = Emulator.device();
    }

    @Test
    void theDeviceIsFoundByItsNames() {
        assertEquals("cuda:0", cuda.name());
        assertEquals(cuda, Device.of("cuda"));
        assertEquals(cuda, Device.cuda(0));
        Emulator.only();
        var error = assertThrows(IllegalStateException.class, () -> Device.cuda(9));
        assertEquals("device: 'cuda:9' is not there; the driver lists 1 GPU, cuda:0", error.getMessage());
    }

    @Test
    void theDeviceIsListed() {
        List<DeviceInfo> devices = Device.list();
        assertEquals(List.of("cpu", "cuda:0", "reference"), devices.stream().map(DeviceInfo::name).toList());
        assertTrue(devices.stream().allMatch(DeviceInfo::usable));
        Emulator.only();
        assertEquals("cuda-emu (CPU), 8.0 GiB, compute capability 9.0, multiprocessors: 4, driver for CUDA 13.0", devices.get(1).description());
    }

    @Test
    void doubleIsStoredButNotComputed() {
        Tensor x = cuda.tensor(new float[] {1, 2, 3, 4}, 2, 2).cast(DType.F64);
        assertArrayEquals(new double[] {1, 3, 2, 4}, x.t().contiguous().toDoubles());
        assertArrayEquals(new double[] {0, 1, 2, 3, 4, 0}, x.reshape(4).pad(0, 1, 1, 0).toDoubles());
        var error = assertThrows(IllegalArgumentException.class, x::exp);
        assertEquals("the cuda device computes in float32; cast to F32, or use Device.reference() for float64", error.getMessage());
    }

    @Test
    void anIndexOutsideIsNamedWhenATensorIsRead() {
        Tensor x = cuda.normal(Key.of(1), 5, 20);
        Tensor index = cuda.tensor(new int[] {0, 4, 5}, 3, 1);
        Tensor picked = x.gather(0, index);
        assertEquals("gather: index 5 at element 40 of the result is outside an axis of extent 5; give 0 to 4",
                assertThrows(IllegalArgumentException.class, picked::toFloats).getMessage());
        x.toFloats();
        Tensor added = cuda.normal(Key.of(2), 3, 20).apply(new ScatterAdd(0, 5), List.of(index));
        // Whatever is read next reports it, once.
        assertEquals("scatterAdd: index 5 at element 40 of the source is outside an axis of extent 5; give 0 to 4",
                assertThrows(IllegalArgumentException.class, x::toFloats).getMessage());
        assertEquals(100, added.toFloats().length);
        Tensor spread = cuda.tensor(new int[] {1, -1, 7}, 3).oneHot(3);
        assertEquals("oneHot: index -1 at element 1 of the labels is outside an axis of extent 3; give 0 to 2",
                assertThrows(IllegalArgumentException.class, spread::toFloats).getMessage());
        for (int classes : new int[] {20, 2000}) {
            Tensor labels = cuda.tensor(new int[] {1, classes, -1}, 3);
            Tensor both = cuda.normal(Key.of(3), 3, classes).apply(new CrossEntropy(0.1), List.of(labels));
            assertEquals("crossEntropy: index " + classes + " at element 1 of the labels is outside an axis of extent " + classes
                    + "; give 0 to " + (classes - 1), assertThrows(IllegalArgumentException.class, both::toFloats).getMessage());
        }
    }

    @Test
    void manyIndexedOpsBetweenTwoReadsAreAllWatched() {
        Tensor x = cuda.normal(Key.of(1), 5);
        Tensor bad = cuda.tensor(new int[] {9}, 1);
        Tensor good = cuda.tensor(new int[] {2}, 1);
        x.gather(0, bad);
        // The slots are used up: the backend looks by itself.
        assertThrows(IllegalArgumentException.class, () -> {
            for (int i = 0; i < 1000; i++) {
                x.gather(0, good);
            }
        });
    }

    @Test
    void randomBitsAreThoseOfTheOtherBackends() {
        for (int size : new int[] {1, 5, 4098}) {
            Key key = Key.of(size).split("bits");
            assertArrayEquals(Device.cpu().uniform(key, size).toFloats(), cuda.uniform(key, size).toFloats());
            assertArrayEquals(Device.cpu().normal(key, size).toFloats(), cuda.normal(key, size).toFloats());
            assertArrayEquals(Device.cpu().normal(key, 0.3, 1.7, Shape.of(size)).toFloats(),
                    cuda.normal(key, 0.3, 1.7, Shape.of(size)).toFloats());
            assertArrayEquals(Device.cpu().uniform(key, -2, 5, Shape.of(size)).toFloats(),
                    cuda.uniform(key, -2, 5, Shape.of(size)).toFloats());
            assertArrayEquals(Device.cpu().bernoulli(key, 0.3, Shape.of(size)).toFloats(),
                    cuda.bernoulli(key, 0.3, Shape.of(size)).toFloats());
        }
    }

    /** All bit patterns of 16 bits there and back, and all floats that lie around a tie between two of them. */
    @Test
    void narrowFloatsAreRoundedAsInJava() {
        float[] all = new float[3 * (1 << 16)];
        for (int bits = 0; bits < 1 << 16; bits++) {
            float half = Float.float16ToFloat((short) bits);
            float tie = half + (Math.nextUp(half) - half == 0 ? 0 : Math.scalb(Float.intBitsToFloat(0x3f800000), Math.max(-25,
                    Math.getExponent(half) - 11)));
            all[3 * bits] = half;
            all[3 * bits + 1] = tie;
            all[3 * bits + 2] = Float.intBitsToFloat(bits << 16 | 0x8000);
        }
        Tensor x = cuda.tensor(all, all.length);
        float[] halves = x.apply(new Cast(DType.F16), List.of()).toFloats();
        float[] brains = x.apply(new Cast(DType.BF16), List.of()).toFloats();
        for (int i = 0; i < all.length; i++) {
            assertEquals(Float.float16ToFloat(Float.floatToFloat16(all[i])), halves[i], "F16 of " + all[i]);
            assertEquals(DType.bfloat16ToFloat(DType.floatToBfloat16(all[i])), brains[i], "BF16 of " + all[i]);
        }
    }

    @Test
    void updatesFollowTheReference() {
        List<Update> rules = List.of(new Update.Sgd(0.1, 0, false, 0.01), new Update.Sgd(0.1, 0.9, false, 0.01),
                new Update.Sgd(0.1, 0.9, true, 0),
                new Update.Adam(1e-2, 0.9, 0.999, 1e-8, 0.1, false, 1), new Update.Adam(1e-2, 0.9, 0.999, 1e-8, 0.1, true, 7),
                new Update.Average(0.99), new Update.Average(0.9, 1.25));
        for (Update rule : rules) {
            for (DType type : List.of(DType.F32, DType.BF16)) {
                assertArrayEquals(step(Device.reference(), rule, type), step(cuda, rule, type), type == DType.F32 ? 2e-6 : 0.02,
                        rule + " of " + type);
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

    @Test
    void manyUpdatesAreOneLaunch() {
        int[] sizes = {1, 0, 1023, 1024, 1025, 5000};
        List<Tensor> targets = IntStream.of(sizes).mapToObj(n -> cuda.normal(Key.of(n), n).add(0)).toList();
        List<float[]> before = targets.stream().map(Tensor::toFloats).toList();
        InPlace.update(IntStream.range(0, sizes.length).mapToObj(i -> new Update.Change<>(new Update.Sgd(i, 0, false, 0), targets.get(i),
                cuda.ones(sizes[i]), List.<Tensor>of())).toList());
        for (int i = 0; i < sizes.length; i++) {
            float[] after = targets.get(i).toFloats();
            for (int j = 0; j < sizes[i]; j++) {
                assertEquals(before.get(i)[j] - i, after[j], 1e-6, "element " + j + " of " + sizes[i]);
            }
        }
    }

    @Test
    void tensorsMoveBetweenDevices() {
        Tensor x = Device.cpu().normal(Key.of(1), 3, 5, 7);
        Tensor there = x.to(cuda);
        assertEquals(cuda, there.device());
        assertArrayEquals(x.toFloats(), there.to(Device.cpu()).toFloats());
        var error = assertThrows(IllegalArgumentException.class, () -> x.add(there));
        assertEquals("add: operands are on different devices, cpu and cuda:0; move one with to(device)", error.getMessage());
    }

    @Test
    void threadsShareADevice() {
        float[] sums = new float[8];
        float[] expected = new float[8];
        List<Thread> threads = IntStream.range(0, 8).mapToObj(i -> Thread.ofPlatform().start(() -> {
            Tensor x = cuda.normal(Key.of(i), 33, 17);
            sums[i] = x.matmul(x.t()).relu().sum().toFloats()[0];
        })).toList();
        threads.forEach(thread -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 8; i++) {
            Tensor x = cuda.normal(Key.of(i), 33, 17);
            expected[i] = x.matmul(x.t()).relu().sum().toFloats()[0];
        }
        assertArrayEquals(expected, sums);
        assertNotEquals(sums[0], sums[1]);
    }

    @Test
    void viewsOfTooManyAxesSayWhatToDo() {
        Tensor x = cuda.zeros(IntStream.range(0, 18).map(i -> i % 2 == 0 ? 1 : 3).toArray());
        int[] dims = Stream.generate(() -> 2).limit(9).mapToInt(i -> i).toArray();
        Tensor y = cuda.zeros(IntStream.of(dims).map(d -> d + 1).toArray());
        for (int axis = 0; axis < 9; axis++) {
            y = y.slice(axis, 0, 2);
        }
        Tensor cut = y;
        var error = assertThrows(IllegalArgumentException.class, () -> cut.add(1));
        assertTrue(error.getMessage().startsWith("cuda: a view of 9 axes"), error.getMessage());
        assertEquals(x.shape().size(), x.add(1).toFloats().length);
    }
}
