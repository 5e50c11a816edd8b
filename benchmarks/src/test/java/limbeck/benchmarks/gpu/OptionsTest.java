package limbeck.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import limbeck.tensor.Precision;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final List<Precision> USUAL = List.of(Precision.FP32, Precision.TF32);

    @Test
    void allCanBeGivenAndNoneMust() {
        assertEquals(new Options("cuda:0", false, null, USUAL), Options.parse(USUAL));
        assertEquals(new Options("cuda:1", true, Path.of("f.tsv"), List.of(Precision.BF16)),
                Options.parse(USUAL, "--device", "cuda:1", "--quick", "--out", "f.tsv", "--precision", "bf16"));
    }

    @Test
    void whatIsUnknownIsRefused() {
        assertEquals("'--fast' is unknown; known are --device NAME, --quick, --out FILE and --precision NAME",
                assertThrows(IllegalArgumentException.class, () -> Options.parse(USUAL, "--fast")).getMessage());
        assertEquals("--out needs a value behind it", assertThrows(IllegalArgumentException.class, () -> Options.parse(USUAL, "--out")).getMessage());
    }
}
