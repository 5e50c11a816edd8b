package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoaderTest {
    private static final Key KEY = Key.of(11);
    private static final int SIZE = 23;

    /** Example i has label i % 3 and pixels that name it. */
    private final Dataset data = Dataset.ofFloats("numbered", Shape.of(1, 2, 3), 3, numbered(),
        IntStream.range(0, SIZE).map(i -> i % 3).toArray());

    private static float[] numbered() {
        var values = new float[SIZE * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 6 + i % 6 / 8f;
        }
        return values;
    }

    /** All that an epoch shows, as text that is equal exactly when the bits are. */
    private static List<String> show(Epoch batches) {
        var shown = new ArrayList<String>();
        try (batches) {
            for (Batch b : batches) {
                shown.add(Arrays.toString(b.ids()) + Arrays.toString(b.inputs().toFloats()) + Arrays.toString(b.teacherInputs().toFloats())
                    + Arrays.toString(b.targets().toInts()) + b.augmentationSeed() + b.inputs().shape());
            }
        }
        return shown;
    }

    private static long[] ids(Epoch batches) {
        try (batches) {
            var ids = LongStream.builder();
            for (Batch b : batches) {
                Arrays.stream(b.ids()).forEach(ids);
            }
            return ids.build().toArray();
        }
    }

    @Test
    void plainBatchesComeInOrderWithASmallerLast() {
        Loader loader = Loader.of(data, 5).build();
        assertEquals(5, loader.batches());
        var sizes = new ArrayList<Integer>();
        try (Epoch batches = loader.epoch(0)) {
            for (Batch b : batches) {
                if (sizes.isEmpty()) {
                    assertEquals(Shape.of(5, 1, 2, 3), b.inputs().shape());
                    assertEquals(4.625f, b.inputs().toFloats()[29]);
                    assertSame(b.inputs(), b.teacherInputs());
                    assertEquals(0, b.augmentationSeed());
                }
                assertArrayEquals(Arrays.stream(b.ids()).mapToInt(id -> (int) id % 3).toArray(), b.targets().toInts());
                sizes.add(b.size());
            }
        }
        assertEquals(List.of(5, 5, 5, 5, 3), sizes);
        assertEquals(4, Loader.of(data, 5).dropLast().build().batches());
        assertEquals(20, ids(Loader.of(data, 5).dropLast().build().epoch(0)).length);
    }

    @Test
    void everyExampleComesOnceInAnotherOrderEachEpoch() {
        Loader loader = Loader.of(data, 4).shuffle(KEY).build();
        long[] all = LongStream.range(0, SIZE).toArray();
        long[] first = ids(loader.epoch(0));
        long[] second = ids(loader.epoch(1));
        assertFalse(Arrays.equals(first, second));
        assertArrayEquals(first, ids(loader.epoch(0)));
        for (long[] order : List.of(first, second)) {
            assertFalse(Arrays.equals(all, order));
            assertArrayEquals(all, Arrays.stream(order).sorted().toArray());
        }
    }

    @Test
    void theBitsDoNotDependOnPrefetching() {
        List<String> expected = null;
        for (int prefetch : new int[] {0, 1, 4, 50}) {
            Loader loader = Loader.of(data, 4).shuffle(KEY).augment(Augment.parse("shift:1,flip,noise:0.1"), KEY)
                .teacherAugment(Augment.noise(0.2f), KEY).normalise(data.statistics()).prefetch(prefetch).build();
            List<String> shown = show(loader.epoch(2));
            if (expected == null) {
                expected = shown;
            }
            assertEquals(expected, shown);
            assertEquals(expected.subList(3, 6), show(loader.epoch(2, 3)), "resumed");
            assertNotEquals(expected, show(loader.epoch(3)));
        }
    }

    @Test
    void anExampleIsAugmentedAlikeInAnyOrderAndSubset() {
        Augment noise = Augment.noise(1);
        try (Epoch whole = Loader.of(data, SIZE).augment(noise, KEY).build().epoch(1);
             Epoch one = Loader.of(data.range(7, 8), 1).augment(noise, KEY).build().epoch(1)) {
            assertArrayEquals(Arrays.copyOfRange(whole.next().inputs().toFloats(), 42, 48), one.next().inputs().toFloats());
        }
    }

    @Test
    void theTeacherMaySeeAnotherView() {
        try (Epoch same = Loader.of(data, 4).augment(Augment.noise(1), KEY).build().epoch(0);
             Epoch clean = Loader.of(data, 4).augment(Augment.noise(1), KEY).teacherAugment(Augment.NONE, KEY).build().epoch(0);
             Epoch both = Loader.of(data, 4).augment(Augment.noise(1), KEY).teacherAugment(Augment.noise(1),
                 KEY).build().epoch(0)) {
            Batch shared = same.next();
            assertSame(shared.inputs(), shared.teacherInputs());
            assertNotEquals(0, shared.augmentationSeed());
            Batch cleaned = clean.next();
            assertEquals(0, cleaned.augmentationSeed());
            assertEquals(0.125f, cleaned.teacherInputs().toFloats()[1]);
            assertArrayEquals(shared.inputs().toFloats(), cleaned.inputs().toFloats());
            Batch apart = both.next();
            assertNotSame(apart.inputs(), apart.teacherInputs());
            assertFalse(Arrays.equals(apart.inputs().toFloats(), apart.teacherInputs().toFloats()));
            assertNotEquals(shared.augmentationSeed(), apart.augmentationSeed());
        }
    }

    @Test
    void regressionHasFloatTargetsAndMayHaveNoise() {
        Dataset rows = Dataset.ofTargets("rows", Shape.of(2), new float[] {1, 2, 3, 4, 5, 6}, new float[] {10, 20, 30}, 1);
        Loader loader = Loader.of(rows, 2).normalise(rows.statistics()).augment(Augment.noise(0), KEY).build();
        try (Epoch batches = loader.epoch(0)) {
            Batch b = batches.next();
            assertEquals(Shape.of(2, 1), b.targets().shape());
            assertArrayEquals(new float[] {10, 20}, b.targets().toFloats());
            assertEquals(-Math.sqrt(1.5), b.inputs().toFloats()[0], 1e-6);
            assertArrayEquals(new float[] {30}, batches.next().targets().toFloats());
        }
        assertThrows(IllegalArgumentException.class, () -> Loader.of(rows, 2).augment(Augment.flip(), KEY).build());
    }

    @Test
    void aFailureInTheBackgroundReachesTheLoop() {
        var count = new AtomicInteger();
        Augment broken = (image, channels, height, width, scratch, key) -> {
            if (count.incrementAndGet() == 10) {
                throw new IllegalStateException("the tenth example");
            }
        };
        for (int prefetch : new int[] {0, 1, 4}) {
            count.set(0);
            try (Epoch batches = Loader.of(data, 4).augment(broken, KEY).prefetch(prefetch).build().epoch(0)) {
                batches.next();
                batches.next();
                var e = assertThrows(IllegalStateException.class, batches::next);
                assertEquals("the tenth example", e.getMessage());
                if (prefetch > 0) {
                    assertThrows(NoSuchElementException.class, batches::next);
                }
            }
        }
    }

    @Test
    void leavingALoopEarlyEndsTheThread() {
        Loader loader = Loader.of(data, 1).prefetch(2).build();
        for (int i = 0; i < 20; i++) {
            try (Epoch batches = loader.epoch(i)) {
                batches.next();
            }
        }
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("limbeck-loader")));
        Epoch closed = loader.epoch(0);
        closed.close();
        closed.close();
        assertFalse(closed.hasNext());
        assertThrows(NoSuchElementException.class, closed::next);
    }

    @Test
    void aWaitingLoopCanBeInterrupted() {
        Augment slow = (image, channels, height, width, scratch, key) -> {
            try {
                Thread.sleep(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (Epoch batches = Loader.of(data, 4).augment(slow, KEY).prefetch(1).build().epoch(0)) {
            Thread.currentThread().interrupt();
            assertThrows(IllegalStateException.class, batches::next);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aBatchLivesAsLongAsTheScopeThatAskedForIt() {
        try (Epoch batches = Loader.of(data, 4).build().epoch(0)) {
            Batch kept = step(batches);
            assertArrayEquals(new int[] {0, 1, 2, 0}, kept.targets().toInts());
            assertThrows(RuntimeException.class, () -> kept.inputs().toFloats());
        }
    }

    private static Batch step(Epoch batches) {
        try (var scope = Scope.open("step")) {
            Batch batch = batches.next();
            scope.keep(batch.targets());
            return batch;
        }
    }

    @Test
    void emptySetsAndWrongNumbersAreNamed() {
        Loader empty = Loader.of(data.range(0, 0), 4).shuffle(KEY).build();
        assertEquals(0, ids(empty.epoch(0)).length);
        assertThrows(IllegalArgumentException.class, () -> Loader.of(data, 0));
        assertThrows(IllegalArgumentException.class, () -> Loader.of(data, 1).prefetch(-1));
        assertThrows(IllegalArgumentException.class, () -> Loader.of(data, 1).normalise(Statistics.identity(3)));
        assertThrows(IllegalArgumentException.class, () -> Loader.of(data, 10).build().epoch(0, 4));
    }

    /** What a view is does not depend on the epoch; the order does. */
    @Test
    void viewsComeBackInAnotherOrder() {
        Loader loader = Loader.of(data, 5).shuffle(KEY).augment(Augment.noise(0.1f), KEY).teacherAugment(Augment.shift(1), KEY).views(3).build();
        List<TreeMap<Long, String>> epochs = IntStream.range(0, 7).mapToObj(e -> byId(loader.epoch(e))).toList();
        for (int e = 0; e < 7; e++) {
            for (int other = 0; other < e; other++) {
                assertEquals(e % 3 == other % 3, epochs.get(e).equals(epochs.get(other)), "epochs " + other + " and " + e);
                assertFalse(Arrays.equals(ids(loader.epoch(e)), ids(loader.epoch(other))));
            }
        }
        Loader fresh = Loader.of(data, 5).shuffle(KEY).augment(Augment.noise(0.1f), KEY).teacherAugment(Augment.shift(1), KEY).build();
        assertEquals(epochs.subList(0, 3), IntStream.range(0, 3).mapToObj(e -> byId(fresh.epoch(e))).toList(), "the first ones are those without views");
        assertNotEquals(epochs.getFirst(), byId(fresh.epoch(3)));
    }

    @Test
    void everyInputOfTheTeacherHasAPlaceOfItsOwn() {
        Loader loader = Loader.of(data.take(new int[] {22, 3, 9}), 2).shuffle(KEY).augment(Augment.noise(0.1f), KEY).views(2).build();
        TeacherInputs inputs = loader.teacherInputs();
        assertEquals(List.of(3, 2, 2), List.of(inputs.examples(), inputs.views(), inputs.batchSize()));
        var places = new ArrayList<Long>();
        for (int e = 0; e < 4; e++) {
            try (Epoch batches = loader.epoch(e)) {
                for (Batch b : batches) {
                    Arrays.stream(b.ids()).map(id -> inputs.place(id, b.augmentationSeed())).sorted().forEach(places::add);
                }
            }
        }
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), places.stream().sorted().distinct().toList());
        long seed = loader.teacherKey(1).value();
        assertEquals(List.of(3, 4, 5), List.of(inputs.place(3, seed), inputs.place(9, seed), inputs.place(22, seed)));
        assertThrows(IllegalArgumentException.class, () -> inputs.place(4, seed));
        assertThrows(IllegalArgumentException.class, () -> inputs.place(3, seed + 1));
        assertThrows(IllegalArgumentException.class, () -> inputs.place(3 + (1L << 32), seed));
        assertThrows(IllegalArgumentException.class, () -> Loader.of(data, 1).views(-1));
    }

    private static TreeMap<Long, String> byId(Epoch batches) {
        var shown = new TreeMap<Long, String>();
        try (batches; var _ = Scope.open("by id")) {
            for (Batch b : batches) {
                for (int i = 0; i < b.size(); i++) {
                    shown.put(b.ids()[i], Arrays.toString(b.inputs().slice(0, i, i + 1).toFloats())
                        + Arrays.toString(b.teacherInputs().slice(0, i, i + 1).toFloats()) + b.augmentationSeed());
                }
            }
        }
        return shown;
    }
}
