package limbeck.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("figures.tsv");
        var figures = new Figures(file);
        var speed = new Figure("product 64 tf32", Figure.OURS, 312.5, "TFLOP/s");
        var little = new Figure("sum of all", "copy", 1.25e-7, "GB/s");
        figures.add(speed);
        figures.remark("cuBLAS is not there");
        figures.add(little);
        assertEquals(List.of(speed, little), Figure.read(List.of(folder.resolve("never written.tsv"), file)));
    }

    @Test
    void theLanguageOfTheMachineIsNotThatOfTheFile() {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("a\tb\t0.500000\tGB/s", new Figure("a", "b", 0.5, "GB/s").line());
        } finally {
            Locale.setDefault(usual);
        }
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Path file = folder.resolve("pytorch.tsv");
        Files.writeString(file, "# PyTorch 2\nstep a\tPyTorch eager\t12\tsamples/s\n\nstep b\tPyTorch eager\n");
        var parts = assertThrows(IllegalArgumentException.class, () -> Figure.read(List.of(file)));
        assertTrue(parts.getMessage().endsWith("pytorch.tsv, line 4: needs 4 parts between tabs (what, who, value, unit), got 2: 'step b\tPyTorch eager'"),
                parts.getMessage());
        Files.writeString(file, "step a\tPyTorch eager\tfast\tsamples/s\n");
        var number = assertThrows(IllegalArgumentException.class, () -> Figure.read(List.of(file)));
        assertTrue(number.getMessage().contains("line 1: the third part is no number"), number.getMessage());
    }

    @Test
    void aFailureIsARemarkAndTheRestGoesOn() throws IOException {
        Path file = folder.resolve("figures.tsv");
        var figures = new Figures(file);
        figures.attempt("conv a", () -> {
            throw new IllegalStateException("cuDNN has no algorithm\nand more");
        });
        figures.attempt("conv b", () -> {
            throw new UnsatisfiedLinkError("no jnicudnn");
        });
        figures.attempt("conv c", () -> figures.add(new Figure("conv c", "cuDNN", 1, "TFLOP/s")));
        assertEquals(List.of("# conv a failed: cuDNN has no algorithm (IllegalStateException)",
                "# conv b failed: no jnicudnn (UnsatisfiedLinkError)", "conv c\tcuDNN\t1.00000\tTFLOP/s"), Files.readAllLines(file));
    }
}
