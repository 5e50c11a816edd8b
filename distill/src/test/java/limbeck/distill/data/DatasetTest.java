package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private final Dataset bytes = Dataset.ofBytes("tiny", Shape.of(2, 1, 2), 3,
        new byte[] {0, 51, 102, (byte) 255, 1, 2, 3, 4, 5, 6, 7, 8}, new int[] {2, 0, 2});

    @Test
    void bytesAreReadAsPartsOf255() {
        var out = new float[5];
        bytes.read(0, out, 1);
        assertArrayEquals(new float[] {0, 0, 0.2f, 0.4f, 1}, out);
    }

    @Test
    void subsetsKeepIdsAndShareValues() {
        Dataset twos = bytes.where(label -> label == 2);
        assertEquals(2, twos.size());
        assertEquals(3, twos.classes());
        assertEquals(2, twos.id(1));
        assertArrayEquals(new int[] {2, 2}, twos.labels());
        Dataset last = twos.range(1, 2);
        assertEquals(2, last.id(0));
        var out = new float[4];
        last.read(0, out, 0);
        assertEquals(5 / 255f, out[0]);
        assertArrayEquals(new int[] {2, 2, 0}, bytes.take(new int[] {2, 2, 1}).labels());
        assertEquals(0, bytes.where(label -> label == 1).size());
    }

    @Test
    void fingerprintIsOfTheExamplesNotOfTheWayToThem() {
        Dataset all = bytes.range(0, 3);
        assertEquals(bytes.fingerprint(), all.fingerprint());
        assertEquals(64, bytes.fingerprint().length());
        assertNotEquals(bytes.fingerprint(), bytes.range(0, 2).fingerprint());
        assertNotEquals(bytes.fingerprint(), bytes.take(new int[] {1, 0, 2}).fingerprint());
        Dataset relabelled = Dataset.ofBytes("tiny", Shape.of(2, 1, 2), 3,
            new byte[] {0, 51, 102, (byte) 255, 1, 2, 3, 4, 5, 6, 7, 8}, new int[] {2, 0, 1});
        assertNotEquals(bytes.fingerprint(), relabelled.fingerprint());
    }

    @Test
    void validationTakesTheTestPartsPlace() {
        int n = 101;
        Dataset train = Dataset.ofBytes("train", Shape.of(1), n, new byte[n], IntStream.range(0, n).toArray());
        Dataset test = Dataset.ofBytes("test", Shape.of(1), n, new byte[3], new int[] {7, 7, 7});
        Splits splits = new Splits(train, test).validation(30);
        assertEquals(71, splits.train().size());
        assertEquals(30, splits.test().size());
        int[] all = IntStream.concat(Arrays.stream(splits.train().labels()), Arrays.stream(splits.test().labels())).sorted().toArray();
        assertArrayEquals(train.labels(), all, "every training example once, no test example");
        // Not the last examples: files are often sorted by class.
        assertTrue(Arrays.stream(splits.test().labels()).filter(label -> label < 71).count() > 10);
        assertArrayEquals(splits.test().labels(), new Splits(train, test).validation(30).test().labels());
        assertEquals(List.of("judged by 30 held-out training examples, not by the test part"), splits.notes());
        assertThrows(DataException.class, () -> new Splits(train, test).validation(n));
        assertThrows(DataException.class, () -> new Splits(train, test).validation(0));
    }

    @Test
    void statisticsArePerChannel() {
        Dataset floats = Dataset.ofFloats("f", Shape.of(2, 2), 1, new float[] {1, 3, 10, 10, 5, 7, 10, 10}, new int[2]);
        Statistics s = floats.statistics();
        assertArrayEquals(new float[] {4, 10}, s.mean());
        assertArrayEquals(new float[] {(float) Math.sqrt(5), 0}, s.std());
        var example = new float[] {1, 3, 10, 11};
        s.normalise(example, 0, 4);
        assertArrayEquals(new float[] {-3 / (float) Math.sqrt(5), -1 / (float) Math.sqrt(5), 0, 1}, example, 1e-6f);
        assertThrows(DataException.class, () -> floats.range(0, 0).statistics());
    }

    @Test
    void statisticsKeepTheDeviationOfLargeNumbers() {
        Dataset years = Dataset.ofTargets("years", Shape.of(1), new float[] {1e7f, 1e7f + 1, 1e7f + 2}, new float[] {1, 2, 6}, 1);
        assertEquals(Math.sqrt(2 / 3.0), years.statistics().std()[0], 1e-6);
        assertEquals(3, years.targetStatistics().mean()[0]);
    }

    @Test
    void regressionHasTargetsAndNoLabels() {
        Dataset rows = Dataset.ofTargets("r", Shape.of(1), new float[] {1, 2}, new float[] {5, 6, 7, 8}, 2);
        assertEquals(8, rows.range(1, 2).target(0, 1));
        assertEquals(0, rows.classes());
        assertThrows(IllegalStateException.class, () -> rows.label(0));
        assertThrows(IllegalStateException.class, () -> bytes.target(0, 0));
    }

    @Test
    void disagreementIsNamed() {
        var e = assertThrows(DataException.class, () -> Dataset.ofFloats("x", Shape.of(2), 3, new float[4], new int[] {0, 3}));
        assertEquals("x: example 1 has label 3, expected 0 to 2", e.getMessage());
        assertThrows(DataException.class, () -> Dataset.ofFloats("x", Shape.of(2), 3, new float[5], new int[] {0, 1}));
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.id(3));
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.range(1, 4));
        assertThrows(DataException.class, () -> new Splits(bytes, Dataset.ofBytes("y", Shape.of(2, 1, 2), 2, new byte[0],
            new int[0])));
    }
}
