package limbeck.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckTest {
    private static final List<Figure> RIGHT = List.of(new Figure("tests of tensor", Figure.OURS, 4662, "tests"),
            new Figure("tests of tensor", "all", 4662, "tests"), new Figure("accuracy mnist student mlp-64", Figure.OURS, 96.5, "%"),
            new Figure("accuracy mnist student mlp-64", "CPU", 96.8, "%"), new Figure("accuracy mnist student mlp-64", Check.ALLOWED, 0.36, "%"));

    private static List<String> faults(List<Figure> figures) {
        return Check.faults(Check.lines(figures));
    }

    @Test
    void theTableHasALineForEachRivalAndAimsLast() {
        var figures = new ArrayList<>(List.of(new Figure("product 4096 tf32", Figure.OURS, 300, "TFLOP/s"),
                new Figure("product 4096 tf32", "cuBLAS", 400, "TFLOP/s"), new Figure("product 4096 fp32", Figure.OURS, 60, "TFLOP/s"),
                new Figure("step resnet20 from resnet56, batch 128, tf32", Figure.OURS, 30_000, "samples/s")));
        // PyTorch's come from another file.
        figures.add(new Figure("step resnet20 from resnet56, batch 128, tf32", "PyTorch eager", 10_000, "samples/s"));
        figures.add(new Figure("step resnet20 from resnet56, batch 128, tf32", "torch.compile", 20_000, "samples/s"));
        assertEquals("""
                what                                           ours  rival  unit       ratio     aim  met  beside
                product 4096 fp32                              60.0      -  TFLOP/s        -
                step resnet20 from resnet56, batch 128, tf32  30000  20000  samples/s   1.50               torch.compile
                product 4096 tf32                             300.0  400.0  TFLOP/s     0.75  >=0.80  NO   cuBLAS
                step resnet20 from resnet56, batch 128, tf32  30000  10000  samples/s   3.00  >=2.00  yes  PyTorch eager""",
                Check.table(Check.lines(figures)));
        assertEquals("Reached 1 of 2 aims.", Check.verdict(Check.lines(figures)));
    }

    @Test
    void aimsAreThoseOfTheProject() {
        assertEquals(">=0.90", Aim.of("elementwise x + y", "copy").toString());
        assertEquals(">=0.90", Aim.of("batch norm, backward", "copy").toString());
        assertNull(Aim.of("softmax of rows", "copy"));
        assertNull(Aim.of("product 4096 fp32", "cuBLAS"));
        assertNull(Aim.of("step resnet20, batch 128, tf32", "PyTorch eager"));
        assertNull(Aim.of("step resnet20 from resnet56, batch 128, tf32", "without graphs"));
    }

    @Test
    void beingSlowIsNoFault() {
        var figures = new ArrayList<>(RIGHT);
        figures.add(new Figure("product 4096 tf32", Figure.OURS, 1, "TFLOP/s"));
        figures.add(new Figure("product 4096 tf32", "cuBLAS", 400, "TFLOP/s"));
        assertEquals(List.of(), faults(figures));
        assertEquals("Reached 2 of 3 aims.", Check.verdict(Check.lines(figures)));
    }

    @Test
    void beingWrongIs() {
        var figures = new ArrayList<>(RIGHT);
        figures.set(0, new Figure("tests of tensor", Figure.OURS, 4661, "tests"));
        figures.set(2, new Figure("accuracy mnist student mlp-64", Figure.OURS, 95.8, "%"));
        assertEquals(List.of("tests of tensor: 4661 beside 4662 tests of all",
                "accuracy mnist student mlp-64: 95.8 beside 96.8 % of CPU"), faults(figures));
    }

    @Test
    void soIsNotHavingTried() {
        assertEquals(List.of("there is no result of: tests", "there is no result of: accuracy"), faults(List.of()));
        var figures = new ArrayList<>(RIGHT);
        figures.remove(2);
        assertEquals(List.of("accuracy mnist student mlp-64: - beside 96.8 % of CPU"), faults(figures));
    }
}
