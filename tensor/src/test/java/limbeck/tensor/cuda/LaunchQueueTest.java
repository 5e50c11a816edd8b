package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.cuda.Replays.Count;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Launches that wait to be replayed as graphs, and that nobody notices. */
@Tag("cuda-emulated")
final class LaunchQueueTest {
    private final Device cuda = Emulator.device();

    @BeforeEach
    void readOnce() {
        // Whatever another test has left in the row.
        cuda.zeros(1).item();
    }

    /** The first number and eight: some thirty launches. */
    private double chain(int size, double first) {
        try (var _ = Scope.open("chain")) {
            Tensor x = cuda.full(first, Shape.of(size));
            for (int i = 0; i < 8; i++) {
                x = x.add(1).square().sqrt();
            }
            return x.max().item();
        }
    }

    @Test
    void whatComesTwiceIsReplayed() {
        assertEquals(11, chain(5, 3));
        Count before = Count.of(cuda);
        assertEquals(11, chain(5, 3));
        Count second = Count.of(cuda).since(before);
        assertTrue(second.graphs() > 0, second.toString());
        assertEquals(0, second.updated(), "made with the arguments of the second time");
        assertEquals(11, chain(5, 3));
        Count third = Count.of(cuda).since(before).since(second);
        assertEquals(new Count(second.single(), second.graphs(), second.replayed(), 0), third);
        assertTrue(third.single() < 4 && third.replayed() > 20, third.toString());
    }

    @Test
    void anotherNumberIsToldToOneKernel() {
        chain(6, 3);
        chain(6, 3);
        Count before = Count.of(cuda);
        assertEquals(12, chain(6, 4));
        Count after = Count.of(cuda).since(before);
        assertEquals(1, after.updated(), after.toString());
        assertEquals(12, chain(6, 4));
        assertEquals(1, Count.of(cuda).since(before).updated());
    }

    @Test
    void anotherShapeIsLaunchedOneByOneFirst() {
        chain(300, 1);
        chain(300, 1);
        Count before = Count.of(cuda);
        assertEquals(9, chain(7000, 1));
        Count other = Count.of(cuda).since(before);
        assertEquals(0, other.graphs(), other.toString());
        assertEquals(9, chain(7000, 1));
        assertEquals(9, chain(300, 1));
        Count both = Count.of(cuda).since(before).since(other);
        assertTrue(both.graphs() >= 2 && both.single() < 8, both.toString());
    }

    @Test
    void anUpdateEndsAStepAndAnAverageDoesNot() {
        Tensor w = InPlace.own(cuda.zeros(9));
        for (int step = 0; step < 4; step++) {
            Count before = Count.of(cuda);
            try (var _ = Scope.open("step")) {
                Tensor x = cuda.full(step, w.shape());
                for (int i = 0; i < 3; i++) {
                    x = x.add(1).mul(0.5).add(w);
                    InPlace.update(new Update.Average(0.5), w, x, List.of());
                }
                InPlace.update(new Update.Sgd(0.1, 0, false, 0), w, x, List.of());
            }
            // Never read, and yet each step begins like the one before; but the first, which begins with the zeros.
            Count after = Count.of(cuda).since(before);
            assertTrue(step < 2 || after.single() < 4 && after.graphs() == 2, "step " + step + ": " + after);
        }
        float[] expected = Replays.without(cuda, w::toFloats);
        assertArrayEquals(expected, w.toFloats());
    }

    @Test
    void memoryThatWentBackToTheDriverIsNotTouched() {
        for (int i = 0; i < 6; i++) {
            assertEquals(10 + i, chain(40, 2 + i));
            try (var _ = Scope.open("in the way")) {
                cuda.trim();
                cuda.zeros(40 + i);
                assertEquals(10 + i, chain(40, 2 + i));
            }
        }
    }

    @Test
    void theLeastUsedGraphsAreDropped() {
        for (int form = 0; form < 300; form++) {
            for (int round = 0; round < 2; round++) {
                assertEquals(Integer.bitCount(form), bits(form), "form " + form);
            }
        }
        Count before = Count.of(cuda);
        assertEquals(0, bits(0));
        assertEquals(1, Count.of(cuda).since(before).graphs(), "of its two rows the one that all forms share");
    }

    @Test
    void withoutMemoryForAGraphThereIsNone() {
        Emulator.only();
        assertEquals(10, chain(1234, 2));
        Count before = Count.of(cuda);
        Emulator.environment("CUEMU_MEMORY", "1");
        try {
            assertEquals(10, chain(1234, 2));
        } finally {
            Emulator.environment("CUEMU_MEMORY", Long.toString(1L << 33));
        }
        assertEquals(0, Count.of(cuda).since(before).graphs());
        assertEquals(10, chain(1234, 2));
        assertTrue(Count.of(cuda).since(before).graphs() > 0);
    }

    /** Two rows of kernels, the second one for each number another. */
    private double bits(int form) {
        try (var _ = Scope.open("bits")) {
            Tensor x = cuda.zeros(3);
            for (int bit = -7; bit < 9; bit++) {
                x = bit >= 0 && (form >> bit & 1) == 1 ? x.add(1) : x.abs();
            }
            return x.max().item();
        }
    }

    @Test
    void threadsShareADevice() throws InterruptedException, ExecutionException {
        try (var pool = Executors.newFixedThreadPool(3)) {
            var results = new ArrayList<Future<Double>>();
            for (int i = 0; i < 60; i++) {
                int first = i;
                results.add(pool.submit(() -> chain(20 + first % 2, first)));
            }
            for (int i = 0; i < 60; i++) {
                assertEquals(8 + i, results.get(i).get());
            }
        }
    }

    @Test
    void anIndexOutsideIsReportedFromAGraphToo() {
        Tensor source = cuda.arange(0, 1, 6).reshape(3, 2);
        for (int i = 0; i < 6; i++) {
            int last = i == 4 ? 3 : 2;
            try (var _ = Scope.open("gather")) {
                Tensor index = cuda.tensor(new int[] {0, last}, 2);
                Tensor x = source.add(1).mul(2).sub(1).indexSelect(0, index).add(1).mul(0.5);
                if (last == 3) {
                    String text = assertThrows(IllegalArgumentException.class, x::toFloats).getMessage();
                    assertTrue(text.contains("index 3"), text);
                } else {
                    assertArrayEquals(new float[] {1, 2, 5, 6}, x.toFloats());
                }
            }
        }
    }

    @Test
    void largeCopiesAndFillsKeepTheirOrder() {
        for (int size : new int[] {1, 70_000, 140_000}) {
            try (var _ = Scope.open("copies")) {
                Tensor x = cuda.ones(size);
                Tensor all = x.add(1).concat(0, List.of(cuda.zeros(size), x.add(2))).add(1);
                assertEquals(new HashSet<>(List.of(3f, 1f, 4f)), IntStream.of(0, size, 3 * size - 1).mapToObj(i -> all.toFloats()[i])
                        .collect(Collectors.toSet()));
                assertEquals(8.0 * size, all.sum().item());
            }
        }
    }

    @Test
    void smallAndLargeUploadsKeepTheirOrder() {
        for (int size : new int[] {1, 3, 15, 16, 17, 63, 64, 65, 959, 960, 961, 1920, 8191, 8192, 8193, 20_000}) {
            int[] numbers = IntStream.range(0, size).map(i -> i * 7 - 3).toArray();
            try (var _ = Scope.open("uploads")) {
                Tensor first = cuda.tensor(numbers, size);
                Tensor second = first.add(cuda.tensor(numbers, size));
                numbers[size - 1] = 5;
                Tensor third = second.add(cuda.tensor(numbers, size));
                int[] found = third.toInts();
                for (int i = 0; i < size; i++) {
                    assertEquals(i == size - 1 ? 2 * (7 * i - 3) + 5 : 3 * (7 * i - 3), found[i], "number " + i + " of " + size);
                }
            }
        }
    }
}
