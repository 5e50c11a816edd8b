package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import limbeck.distill.Score;
import limbeck.distill.StepReport;
import org.junit.jupiter.api.Test;

class EpochMeansTest {
    private static StepReport step(double ce, double kd, int judged, int examples) {
        return new StepReport(ce + kd, Map.of("ce", ce, "kd", kd), Map.of(), new Score(0, judged), examples);
    }

    @Test
    void batchesCountByTheirSizesAndTheLabelsLossByItsLabels() {
        var means = new EpochMeans();
        means.add(step(2, 1, 1, 4));
        means.add(step(0, 4, 0, 4));
        means.add(step(5, 4, 2, 2));
        assertEquals((2 + 2 * 5) / 3.0, means.labels(), 1e-12, "a batch without labels says nothing of them");
        assertEquals(means.labels(), means.losses().get("ce"));
        assertEquals((4 + 16 + 8) / 10.0, means.losses().get("kd"), 1e-12);
    }

    @Test
    void withoutLabelsTheWholeLossStandsIn() {
        var means = new EpochMeans();
        means.add(new StepReport(3, Map.of("kd", 3.0), Map.of(), Score.NONE, 2));
        assertEquals(3, means.labels());
        assertTrue(Double.isNaN(means.accuracy()));
    }
}
