package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Collective;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several GPUs, each with a rank of its own, over the stand-in of NCCL: all of Java's side of it. */
@Tag("cuda-emulated")
final class CudaCollectiveTest {
    private static final Key KEY = Key.of(31);

    private List<Device> devices;

    @BeforeEach
    void open() {
        Emulator.device();
        Emulator.only();
        Emulator.environment("CUEMU_DEVICES", "3");
        try {
            devices = List.of(Device.cuda(0), Device.cuda(1), Device.cuda(2));
        } finally {
            Emulator.environment("CUEMU_DEVICES", "1");
        }
    }

    @Test
    void sumsAndBroadcastsAreThoseThroughJava() {
        List<List<float[]>> direct = Collective.run(devices, CudaCollectiveTest::exchange);
        List<List<float[]>> java = Collective.runThroughJava(devices, CudaCollectiveTest::exchange);
        for (int rank = 0; rank < 3; rank++) {
            for (int i = 0; i < direct.get(rank).size(); i++) {
                assertArrayEquals(direct.getFirst().get(i), direct.get(rank).get(i), "rank " + rank);
                assertArrayEquals(java.get(rank).get(i), direct.get(rank).get(i), 1e-6f, "rank " + rank);
            }
        }
    }

    private static List<float[]> exchange(Collective rank) {
        Device device = rank.device();
        var found = new ArrayList<float[]>();
        for (int step = 0; step < 3; step++) {
            try (var _ = Scope.open("step")) {
                Key key = KEY.split(step).split(rank.rank());
                Tensor x = device.normal(key, 0, 1, Shape.of(5, 7));
                List<Tensor> mine = List.of(x.add(1).mul(2), x.t(), device.zeros(0), device.arange(1000).mul(rank.rank()), x.sum());
                rank.sum(mine).forEach(sum -> found.add(sum.mul(1).toFloats()));
                found.add(rank.broadcast(List.of(x.square(), x.gt(0)), 1).getFirst().toFloats());
                found.add(rank.broadcast(List.of(x.gt(0)), 2).getFirst().to(DType.F32).toFloats());
            }
        }
        return found;
    }

    @Test
    void replicasStayEqualWhileTheirStepsAreReplayed() {
        long[] before = devices.stream().mapToLong(device -> device.memory().inUse()).toArray();
        List<float[]> weights = Collective.run(devices, rank -> {
            Device device = rank.device();
            Tensor w = InPlace.own(device.zeros(4, 3));
            Tensor truth = device.normal(KEY.split("truth"), 4, 3);
            for (int step = 0; step < 12; step++) {
                Replays.Count count = Replays.Count.of(device);
                try (var _ = Scope.open("step")) {
                    Tensor x = device.normal(KEY.split("data").split(step).split(rank.rank()), 8, 4);
                    Tensor wrong = x.matmul(w).sub(x.matmul(truth)).add(1).sub(1).mul(2).mul(0.5);
                    Tensor gradient = rank.sum(List.of(x.t().matmul(wrong).mul(1.0 / 24))).getFirst();
                    InPlace.update(new Update.Sgd(0.4, 0, false, 0), w, gradient, List.of());
                }
                assertTrue(step < 3 || Replays.Count.of(device).since(count).graphs() > 0);
            }
            return w.toFloats();
        });
        assertArrayEquals(weights.get(0), weights.get(1));
        assertArrayEquals(weights.get(0), weights.get(2));
        assertArrayEquals(Device.cpu().normal(KEY.split("truth"), 4, 3).toFloats(), weights.get(0), 0.1f);
        assertArrayEquals(before, devices.stream().mapToLong(device -> device.memory().inUse()).toArray());
    }

    @Test
    void aFailureOfOneRankReachesTheOthers() {
        String text = assertThrows(ArithmeticException.class, () -> Collective.run(devices, rank -> {
            if (rank.rank() == 1) {
                throw new ArithmeticException("one");
            }
            return rank.sum(List.of(rank.device().ones(3)));
        })).getMessage();
        assertEquals("one", text);
    }

    @Test
    void ranksOfOneDeviceGoThroughJava() {
        Device one = devices.getFirst();
        assertEquals(List.of(6.0, 6.0), Collective.run(List.of(one, one), rank -> rank.sum(List.of(one.full(3, Shape.SCALAR))).getFirst().item()));
    }

    @Test
    void mixedDevicesAreRefused() {
        String text = assertThrows(IllegalArgumentException.class, () -> devices.get(0).ones(2).add(devices.get(1).ones(2))).getMessage();
        assertTrue(text.contains("cuda:0 and cuda:1"), text);
    }
}
