package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The list of cases against the benchmarks that there are. */
class CasesTest {
    private final Harness harness = new Harness();

    @Test
    void everyCaseHasItsBenchmarkWithItsParameters() {
        for (Case one : Cases.all()) {
            String benchmark = "limbeck.benchmarks." + one.benchmark();
            assertTrue(harness.has(benchmark), benchmark);
            for (String parameter : one.parameters().keySet()) {
                assertTrue(!harness.values(benchmark, parameter).isEmpty(), benchmark + " has no parameter " + parameter);
            }
            assertEquals(List.of("1", "2"), harness.values(benchmark, "threads"));
            if (!one.baseline().isEmpty()) {
                assertTrue(harness.has("limbeck.benchmarks." + one.family() + "Bench." + one.baseline()), one.baseline());
            }
        }
    }

    @Test
    void namesAreUnique() {
        var names = new HashSet<String>();
        Cases.all().forEach(one -> assertTrue(names.add(one.name()), one.name()));
    }

    @Test
    void theQuickSelectionHasEveryFamily() {
        Set<String> all = new TreeSet<>();
        Set<String> quick = new TreeSet<>();
        for (Case one : Cases.all()) {
            all.add(one.family());
            if (!one.is(Case.Trait.SLOW)) {
                quick.add(one.family());
            }
        }
        assertEquals(all, quick);
    }

    @Test
    void workIsCountedInTheUnit() {
        Case gemm = named("gemm 256x10x128");
        assertEquals(2e-9 * 256 * 10 * 128, gemm.work(), 1e-15);
        Case conv = named("conv 3x3 16x32x32 -> 32 stride 2, batch 128");
        assertEquals(2e-9 * 128 * 32 * 16 * 16 * 16 * 9, conv.work(), 1e-12);
        assertEquals(128, named("infer resnet20, batch 128").work());
    }

    @Test
    void aRivalIsFoundByTheNameOfTheFamily() {
        assertEquals("limbeck.benchmarks.peers.MklGemm.matmul", Rival.MKL.benchmark(named("gemm 512x512x512")));
        assertEquals("limbeck.benchmarks.peers.LibtorchElementwise.reluFresh",
                Rival.LIBTORCH.benchmark(named("elementwise relu 128x64x32x32, new result")));
    }

    @Test
    void aQuickComparisonLeavesOutEjmlAndMostSecondThreads() {
        assertEquals(Set.of(Rival.LIBTORCH, Rival.MKL, Rival.OPENBLAS), Rival.all(true));
        assertEquals(Set.of(Rival.values()), Rival.all(false));
        assertEquals(List.of(1), named("elementwise exp 64K").threads(true));
        assertEquals(List.of(1, 2), named("gemm 512x512x512").threads(true));
        Cases.all().forEach(one -> assertEquals(List.of(1, 2), one.threads(false), one.name()));
    }

    @Test
    void theFullRunHasTheLargeAndTheOddProducts() {
        for (String shape : new String[] {"128x128x128", "256x256x256", "2048x2048x2048", "128x196x1152", "50000x64x147"}) {
            assertTrue(named("gemm " + shape).is(Case.Trait.SLOW), shape);
        }
    }

    @Test
    void onlyImagesHaveLayouts() {
        assertTrue(named("train step resnet20").is(Case.Trait.IMAGES));
        assertTrue(!named("train step mlp-1200-1200").is(Case.Trait.IMAGES));
        assertTrue(!named("gemm 512x512x512").is(Case.Trait.IMAGES));
    }

    private static Case named(String name) {
        return Cases.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }
}
