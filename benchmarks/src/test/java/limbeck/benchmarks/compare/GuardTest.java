package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the guard blames a change; the ratios are given, nothing is timed. */
class GuardTest {
    private static final Screen SILENT = new Screen(new PrintStream(OutputStream.nullOutputStream()),
            new PrintStream(OutputStream.nullOutputStream()), false);

    /** All cases measure 1, but GEMM what is given, attempt after attempt. */
    private static Guard guard(Deque<Double> gemm) {
        return new Guard(SILENT, one -> one == GuardCase.GEMM ? gemm.remove() : 1);
    }

    private static Map<String, Double> ones() {
        return guard(queue(1, 1, 1)).record();
    }

    private static Deque<Double> queue(double... values) {
        var queue = new ArrayDeque<Double>();
        Arrays.stream(values).forEach(queue::add);
        return queue;
    }

    @Test
    void tenPerCentAreAllowed() {
        Guard.Finding gemm = guard(queue(0.901)).compare(ones()).getFirst();
        assertFalse(gemm.isWorse());
        assertEquals(-0.099, gemm.change(), 1e-9);
    }

    @Test
    void aSlowCaseIsMeasuredAgainBeforeItIsBlamed() {
        var attempts = queue(0.5, 0.95);
        assertFalse(guard(attempts).compare(ones()).getFirst().isWorse());
        assertTrue(attempts.isEmpty());
    }

    @Test
    void whatStaysSlowIsNamed() {
        List<Guard.Finding> findings = guard(queue(0.5, 0.6, 0.55)).compare(ones());
        assertEquals(List.of(GuardCase.GEMM), findings.stream().filter(Guard.Finding::isWorse).map(Guard.Finding::one).toList());
        assertEquals(0.6, findings.getFirst().now());
        String line = Guard.table(findings).lines().findFirst().orElseThrow();
        assertTrue(line.startsWith("gemm 512x512x512") && line.endsWith("-40.0 %  WORSE"), line);
    }

    @Test
    void aCaseWithoutAFigureIsNew() {
        List<Guard.Finding> findings = guard(queue(1)).compare(Map.of());
        assertTrue(findings.stream().noneMatch(Guard.Finding::isWorse));
        assertTrue(Guard.table(findings).lines().allMatch(line -> line.endsWith("new")));
    }

    @Test
    void whatIsRecordedIsTheMedianOfThreeAttempts() {
        assertEquals(0.8, guard(queue(0.7, 0.9, 0.8)).record().get(GuardCase.GEMM.title()));
    }

    @Test
    void titlesAreUnique() {
        var titles = new EnumMap<GuardCase, String>(GuardCase.class);
        for (GuardCase one : GuardCase.values()) {
            assertFalse(titles.containsValue(one.title()));
            titles.put(one, one.title());
        }
    }
}
