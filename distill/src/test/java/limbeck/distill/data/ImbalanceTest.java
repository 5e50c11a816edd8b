package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

/** Long tails, sizes of classes, and drawing classes evenly. */
class ImbalanceTest {
    /** Examples whose labels come in turn, as many of each class as the counts say; the pixel of example i is i / 256. */
    private static Dataset of(int... counts) {
        var labels = new ArrayList<Integer>();
        int most = Arrays.stream(counts).max().orElseThrow();
        for (int round = 0; round < most; round++) {
            for (int c = 0; c < counts.length; c++) {
                if (round < counts[c]) {
                    labels.add(c);
                }
            }
        }
        int[] all = labels.stream().mapToInt(Integer::intValue).toArray();
        return Dataset.ofBytes("imbalanced", Shape.of(1), counts.length, new byte[all.length], all);
    }

    private static int[] even(int classes, int each) {
        return IntStream.range(0, classes).map(_ -> each).toArray();
    }

    @Test
    void theLongTailHasTheCountsOfThePapers() {
        // Fashion-MNIST at 50 to 1, and CIFAR-10-LT at 100 to 1 as Cao et al. count it.
        assertArrayEquals(new int[] {6000, 3884, 2515, 1628, 1054, 682, 442, 286, 185, 120},
                LongTail.counts(ClassCounts.even(10, 6000), 50).counts());
        assertArrayEquals(new int[] {5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50},
                LongTail.counts(ClassCounts.even(10, 5000), 100).counts());
        assertArrayEquals(even(7, 13), LongTail.counts(ClassCounts.even(7, 13), 1).counts());
        assertArrayEquals(new int[] {9}, LongTail.counts(ClassCounts.even(1, 9), 50).counts());
    }

    @Test
    void theRatioIsExactWhereClassesDiffer() {
        // Class 1 has least for its place: 40 * 10^(1/2) is 126.49, less than the 200 of class 0.
        assertArrayEquals(new int[] {126, 40, 12}, LongTail.counts(new ClassCounts(new int[] {200, 40, 90}), 10).counts());
        // A class without examples is left at that, and a long tail ends with one example.
        assertArrayEquals(new int[] {10, 0, 1}, LongTail.counts(new ClassCounts(new int[] {10, 0, 10}), 1000).counts());
    }

    @Test
    void theLongTailKeepsOrderIdsAndTheTestPart() {
        Dataset train = of(40, 40, 40);
        Dataset test = of(5, 5, 5);
        Splits tail = LongTail.of(new Splits(train, test), 16);
        assertArrayEquals(new int[] {40, 10, 2}, tail.train().classCounts().counts());
        assertEquals(test.fingerprint(), tail.test().fingerprint());
        int[] ids = IntStream.range(0, tail.train().size()).map(tail.train()::id).toArray();
        assertArrayEquals(Arrays.stream(ids).sorted().distinct().toArray(), ids, "in their order, each once");
        assertArrayEquals(tail.train().labels(), Arrays.stream(ids).map(train::label).toArray());
        assertEquals(tail.train().fingerprint(), LongTail.of(train, 16).fingerprint(), "the same ones every time");
        assertFalse(Arrays.equals(new int[] {1, 4}, Arrays.stream(ids).filter(id -> id % 3 == 1).limit(2).toArray())
                && Arrays.equals(new int[] {2, 5}, Arrays.stream(ids).filter(id -> id % 3 == 2).toArray()), "not simply the first ones");
        assertEquals(List.of("made long-tailed, 16 to 1: 52 of 120 training examples stay, by class 40; 10; 2; the test part is as it was"),
                tail.notes());
    }

    @Test
    void ratiosBelowOneAreRefused() {
        for (double ratio : new double[] {0.5, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            String message = assertThrows(IllegalArgumentException.class, () -> LongTail.of(of(3, 3), ratio)).getMessage();
            assertEquals("long tail: the ratio of the first class to the last is a number of 1 or more, such as 50, got " + ratio, message);
        }
    }

    @Test
    void effectiveNumbersWeighClasses() {
        ClassCounts counts = new ClassCounts(new int[] {6000, 120, 1});
        double beta = 0.999;
        double[] plain = Arrays.stream(counts.counts()).mapToDouble(n -> (1 - beta) / (1 - Math.pow(beta, n))).toArray();
        double sum = Arrays.stream(plain).sum();
        double[] expected = Arrays.stream(plain).map(w -> 3 * w / sum).toArray();
        assertArrayEquals(expected, counts.effectiveWeights(beta), 1e-12);
        assertArrayEquals(new double[] {1, 1, 1}, counts.effectiveWeights(0), 1e-15);
        double[] inverse = counts.effectiveWeights(1);
        assertEquals(50, inverse[1] / inverse[0], 1e-12);
        assertEquals(3, Arrays.stream(inverse).sum(), 1e-12);
        // Where 1 - beta^n has lost all its digits in a plain subtraction.
        double[] near = counts.effectiveWeights(1 - 1e-15);
        assertEquals(50, near[1] / near[0], 1e-3);
        assertThrows(IllegalArgumentException.class, () -> counts.effectiveWeights(1.1));
        assertThrows(IllegalArgumentException.class, () -> counts.effectiveWeights(Double.NaN));
    }

    @Test
    void absentClassesHaveNoWeightAndAFinitePrior() {
        ClassCounts counts = new ClassCounts(new int[] {3, 0, 1});
        assertArrayEquals(new double[] {0.5, 0, 1.5}, counts.effectiveWeights(1), 1e-15);
        assertArrayEquals(new double[] {Math.log(0.6), Math.log(0.2), Math.log(0.2)}, counts.logPriors(), 1e-15);
        assertArrayEquals(new int[] {1}, counts.absent());
        assertEquals(3, counts.ratio());
        assertTrue(counts.isImbalanced());
        assertFalse(new ClassCounts(new int[] {30, 10}).isImbalanced());
        assertTrue(new ClassCounts(new int[] {31, 10}).isImbalanced());
        assertEquals("class counts: needs numbers of examples, not all of them 0, got [0, 0]",
                assertThrows(IllegalArgumentException.class, () -> new ClassCounts(new int[2])).getMessage());
    }

    @Test
    void hiddenLabelsAreNotCounted() {
        Dataset hiding = of(4, 2).hidingLabels(id -> id % 3 == 0);
        assertArrayEquals(new int[] {-1, 1, 0, -1, 0, 0}, hiding.labels());
        assertArrayEquals(new int[] {3, 1}, hiding.classCounts().counts());
        assertEquals(2, hiding.range(2, 6).where(label -> label != Dataset.UNLABELLED).id(0));
        assertEquals(List.of(0, 0), IntStream.of(hiding.take(new int[] {2, 4}).labels()).boxed().toList());
        assertThrows(IllegalArgumentException.class, () -> hiding.hidingLabels(_ -> true).classCounts());
    }

    private static long[] ids(Loader loader, int epoch, int firstBatch) {
        var ids = LongStream.builder();
        try (var _ = Scope.open("test"); Epoch batches = loader.epoch(epoch, firstBatch)) {
            for (Batch batch : batches) {
                Arrays.stream(batch.ids()).forEach(ids);
            }
        }
        return ids.build().toArray();
    }

    private static Map<Long, Integer> frequencies(long[] ids) {
        var frequencies = new HashMap<Long, Integer>();
        Arrays.stream(ids).forEach(id -> frequencies.merge(id, 1, Integer::sum));
        return frequencies;
    }

    @Test
    void balancedDrawingIsEvenWithinOne() {
        Dataset data = of(50, 9, 0, 3);
        Loader loader = Loader.of(data, 8).shuffle(Key.of(5)).balanced().build();
        assertEquals(Loader.of(data, 8).build().batches(), loader.batches());
        var ofLargest = new HashMap<Long, Integer>();
        for (int epoch = 0; epoch < 5; epoch++) {
            long[] ids = ids(loader, epoch, 0);
            assertEquals(62, ids.length);
            var perClass = new int[4];
            Arrays.stream(ids).forEach(id -> perClass[data.label((int) id)]++);
            Arrays.sort(perClass);
            assertArrayEquals(new int[] {0, 20, 21, 21}, perClass);
            // Within a class each example comes equally often, up to one.
            frequencies(ids).forEach((id, count) -> {
                int own = data.classCounts().of(data.label(id.intValue()));
                assertTrue(count >= 20 / own && count <= 1 + 21 / own, "example " + id + " of a class of " + own + " came " + count + " times");
            });
            Arrays.stream(ids).filter(id -> data.label((int) id) == 0).forEach(id -> ofLargest.merge(id, 1, Integer::sum));
        }
        assertTrue(ofLargest.size() > 40, "others of the largest class in each epoch: " + ofLargest.size());
    }

    @Test
    void balancedDrawingFollowsKeyAndEpochAlone() {
        Dataset data = of(50, 9, 3);
        Loader loader = Loader.of(data, 8).shuffle(Key.of(5)).balanced().build();
        assertArrayEquals(ids(loader, 3, 0), ids(Loader.of(data, 8).shuffle(Key.of(5)).balanced().prefetch(0).build(), 3, 0));
        long[] all = ids(loader, 3, 0);
        assertArrayEquals(Arrays.copyOfRange(all, 16, all.length), ids(loader, 3, 2), "resumed at batch 2");
        assertFalse(Arrays.equals(all, ids(loader, 4, 0)));
        assertFalse(Arrays.equals(all, ids(Loader.of(data, 8).shuffle(Key.of(6)).balanced().build(), 3, 0)));
        // Ids last: an example is what it is in the whole set.
        Dataset part = data.range(10, 40);
        Arrays.stream(ids(Loader.of(part, 4).shuffle(Key.of(1)).balanced().build(), 0, 0)).forEach(id -> assertTrue(id >= 10 && id < 40));
    }

    @Test
    void classesOfOneSizeComeAsEver() {
        Map<Long, Integer> frequencies = frequencies(ids(Loader.of(of(6, 6), 5).shuffle(Key.of(5)).balanced().build(), 0, 0));
        assertEquals(12, frequencies.size(), "each example once");
    }

    @Test
    void whatCannotBeDrawnEvenlyIsRefused() {
        assertEquals("loader: to draw classes evenly give it a key, as in shuffle(key).balanced()",
                assertThrows(IllegalArgumentException.class, () -> Loader.of(of(2, 2), 2).balanced().build()).getMessage());
        Dataset hiding = of(2, 2).hidingLabels(id -> id == 1);
        assertEquals("loader: to draw classes evenly every example needs a label, and 1 of 4 have none",
                assertThrows(IllegalArgumentException.class, () -> Loader.of(hiding, 2).shuffle(Key.of(1)).balanced().build()).getMessage());
        Dataset numbers = Dataset.ofTargets("numbers", Shape.of(1), new float[2], new float[2], 1);
        assertEquals("loader: classes cannot be drawn evenly, since numbers has numbers as targets",
                assertThrows(IllegalArgumentException.class, () -> Loader.of(numbers, 2).shuffle(Key.of(1)).balanced().build()).getMessage());
    }
}
