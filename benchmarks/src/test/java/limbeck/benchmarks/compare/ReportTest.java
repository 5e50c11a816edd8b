package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of the ratios. */
class ReportTest {
    private static final List<Ratio> RATIOS = List.of(
            new Ratio("gemm 8x8x8", 1, 110, 116, Comparison.PEAK, "GFLOP/s"),
            new Ratio("gemm 8x8x8", 1, 110, 100, "MKL", "GFLOP/s"),
            new Ratio("gemm 8x8x8", 1, 110, 88, "libtorch", "GFLOP/s"),
            new Ratio("gemm 8x8x8", 2, 110, 220, "MKL", "GFLOP/s"),
            new Ratio("exp", 1, 0.0125, 0.25, "libtorch", "GB/s"));

    @Test
    void theTableShowsTheFastestRivalAndTheLimit() {
        assertEquals("""
                Case        Threads  Limbeck  Rival  Unit     Ratio  Against
                ─────────────────────────────────────────────────────────────
                gemm 8x8x8        1      110    100  GFLOP/s   1.10  MKL
                gemm 8x8x8        1      110    116  GFLOP/s   0.95  FMA peak
                gemm 8x8x8        2      110    220  GFLOP/s   0.50  MKL
                exp               1    0.013  0.250  GB/s     0.050  libtorch""", Report.table(RATIOS));
    }

    @Test
    void theVerdictCountsTheFastestRivalsAlone() {
        // 1.1, 0.5 and 0.05
        assertEquals("Against the fastest rival of each line: ahead in 1 of 3, geometric mean of the ratios 0.30.", Report.verdict(RATIOS));
        assertEquals("Nothing could be compared.", Report.verdict(List.of()));
    }

    @Test
    void jsonIsAListWithStableKeys() throws Exception {
        JsonNode list = new ObjectMapper().readTree(Report.json(RATIOS));
        assertEquals(RATIOS.size(), list.size());
        JsonNode first = list.get(1);
        var keys = new ArrayList<String>();
        first.fieldNames().forEachRemaining(keys::add);
        assertEquals(List.of("case", "threads", "ours", "rival", "rival_name", "unit", "ratio"), keys);
        assertEquals("gemm 8x8x8", first.get("case").asText());
        assertEquals(1, first.get("threads").asInt());
        assertEquals(1.1, first.get("ratio").asDouble(), 1e-12);
    }

    @Test
    void thePageHoldsEveryRatioAndWhatIsMissing() {
        String page = Report.markdown(RATIOS, List.of("Date: today"), "how", List.of("MKL is missing"));
        assertTrue(page.contains("\n- Date: today\n- how\n- MKL is missing\n"), page);
        assertTrue(page.contains("| gemm 8x8x8 | 1 | 110 | 88.0 | GFLOP/s | 1.25 | libtorch |"), page);
        // A table of the fastest, and one of all.
        assertEquals(3 + RATIOS.size(), page.lines().filter(line -> line.matches("\\| (gemm|exp).*")).count());
    }

    @Test
    void onlyTheLimitIsStillShown() {
        var alone = List.of(RATIOS.getFirst());
        assertTrue(Report.table(alone).endsWith("FMA peak"));
        assertEquals("Nothing could be compared.", Report.verdict(alone));
    }

    @Test
    void medianAndMean() {
        assertEquals(2, Statistics.median(3, 1, 2));
        assertEquals(2.5, Statistics.median(4, 1, 3, 2));
        assertEquals(1, Statistics.geometricMean(2, 0.5), 1e-12);
    }
}
