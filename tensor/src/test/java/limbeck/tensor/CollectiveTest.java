package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks as threads. */
final class CollectiveTest {
    private static final Key KEY = Key.of(23);

    /** Nothing here may hang. */
    private static <T> List<T> run(int ranks, Function<Collective, T> body) {
        return assertTimeoutPreemptively(Duration.ofSeconds(60), () -> Collective.run(Collections.nCopies(ranks, Device.cpu()), body));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void sumsAreThoseOfOneOrderWhoeverComesFirst(int ranks) {
        List<Shape> shapes = List.of(Shape.of(7, 3), Shape.SCALAR, Shape.of(0), Shape.of(1000), Shape.of(2, 2, 2));
        List<List<float[]>> runs = new ArrayList<>();
        for (int run = 0; run < 4; run++) {
            int late = run;
            List<List<float[]>> all = run(ranks, rank -> {
                if (rank.rank() == late) {
                    sleep();
                }
                try (var _ = Scope.open("step")) {
                    List<Tensor> addends = new ArrayList<>(shapes.stream().map(shape -> normal(rank.rank(), shape)).toList());
                    addends.set(4, addends.get(4).permute(2, 0, 1));
                    List<Tensor> sums = rank.sum(addends);
                    assertEquals(shapes.get(0), sums.get(0).shape());
                    assertArrayEquals(normal(rank.rank(), shapes.get(3)).toFloats(), addends.get(3).toFloats(), "addends stay as they are");
                    return sums.stream().map(Tensor::toFloats).toList();
                }
            });
            all.forEach(one -> assertSameBits(all.getFirst(), one));
            runs.add(all.getFirst());
        }
        runs.forEach(one -> assertSameBits(runs.getFirst(), one));
        double[] expected = new double[1000];
        for (int rank = 0; rank < ranks; rank++) {
            float[] addend = normal(rank, shapes.get(3)).toFloats();
            for (int i = 0; i < expected.length; i++) {
                expected[i] += addend[i];
            }
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], runs.getFirst().get(3)[i], 1e-5);
        }
    }

    private static Tensor normal(int rank, Shape shape) {
        return Device.cpu().normal(KEY.split(rank), 0, 1, shape);
    }

    private static void assertSameBits(List<float[]> expected, List<float[]> found) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i));
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manySumsGiveTheirMemoryBack() {
        List<Boolean> all = run(3, rank -> {
            for (int step = 0; step < 200; step++) {
                try (var _ = Scope.open("step")) {
                    Tensor sum = rank.sum(List.of(Device.cpu().full(rank.rank() + step, Shape.of(5)))).getFirst();
                    assertEquals(3.0 * step + 3, sum.toFloats()[4]);
                }
            }
            return true;
        });
        assertEquals(List.of(true, true, true), all);
    }

    @Test
    void broadcastsComeFromTheRankAsked() {
        List<String> all = run(3, rank -> {
            Tensor own = Device.cpu().tensor(new int[] {rank.rank(), 7}, 2);
            int[] first = rank.broadcast(List.of(own), 2).getFirst().toInts();
            assertEquals(rank.rank(), own.toInts()[0]);
            return Arrays.toString(first) + rank.size() + rank.device();
        });
        assertEquals(Collections.nCopies(3, "[2, 7]3cpu"), all);
    }

    @Test
    void devicesMayDiffer() {
        List<Device> devices = List.of(Device.cpu(), Device.reference());
        // Their types must not.
        List<String> all = Collective.run(devices, rank -> {
            Tensor sum = rank.sum(List.of(rank.device().tensor(new int[] {1, 2 + rank.rank()}, 2))).getFirst();
            return Arrays.toString(sum.toInts()) + sum.device();
        });
        assertEquals(List.of("[2, 5]cpu", "[2, 5]reference"), all);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFailureReachesAllAndIsTheOneThatCounts(int failing) {
        var failure = new ArithmeticException("no number");
        var reasons = Collections.synchronizedList(new ArrayList<String>());
        var thrown = assertThrows(ArithmeticException.class, () -> run(3, rank -> {
            Tensor x = Device.cpu().ones(2);
            rank.sum(List.of(x));
            if (rank.rank() == failing) {
                sleep();
                throw failure;
            }
            try {
                rank.sum(List.of(x));
            } catch (IllegalStateException e) {
                assertSame(failure, e.getCause());
                reasons.add(e.getMessage());
                throw e;
            }
            return 0;
        }));
        assertSame(failure, thrown);
        assertEquals(Collections.nCopies(2, "collective: rank " + failing + " has failed (no number)"), reasons);
    }

    @Test
    void aRankThatEndsEarlyIsNamed() {
        String text = assertThrows(IllegalStateException.class, () -> run(2, rank ->
                rank.rank() == 1 ? List.of() : rank.sum(List.of(Device.cpu().ones(2))))).getMessage();
        assertEquals("collective: rank 1 has ended, and others still wait for it; all must call the same methods", text);
    }

    @Test
    void ranksThatDisagreeAreTold() {
        String text = assertThrows(IllegalStateException.class, () -> run(2, rank ->
                rank.sum(List.of(Device.cpu().ones(2 + rank.rank()))))).getMessage();
        assertTrue(text.contains("rank 0 wants the sum of [(2) F32], rank 1 the sum of [(3) F32]"), text);
        text = assertThrows(IllegalStateException.class, () -> run(2, rank -> rank.rank() == 0 ? rank.sum(List.of())
                : rank.broadcast(List.of(), 1))).getMessage();
        assertTrue(text.contains("rank 0 wants the sum of [], rank 1 the broadcast from rank 1 of []"), text);
    }

    @Test
    void whatIsWrongFromTheStartIsSaid() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Collective.run(List.of(), _ -> 0)).getMessage()
                .contains("there is no device"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> run(2, rank -> rank.broadcast(List.of(), 2))).getMessage()
                .contains("no rank 2 among 2"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> run(2, rank -> rank.sum(List.of(Device.reference().ones(1)))))
                .getMessage().contains("move it with to(device)"));
    }
}
