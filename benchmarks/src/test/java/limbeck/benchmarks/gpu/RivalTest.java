package limbeck.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import limbeck.tensor.Precision;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RivalTest {
    @TempDir
    private Path folder;

    /** Lacks a library, as cuBLAS does on most machines. */
    static final class Lacking implements Rival.Copies {
        Lacking() {
            throw new UnsatisfiedLinkError("/home/me/cache/libjnicublas.so: libcublas.so.13: cannot open shared object file");
        }

        @Override
        public String title() {
            return "lacking";
        }

        @Override
        public Work copy(long bytes, float[] pattern) {
            throw new UnsupportedOperationException();
        }
    }

    private String remark(String name) throws IOException {
        Path file = folder.resolve("figures.tsv");
        Files.deleteIfExists(file);
        assertEquals(Optional.empty(), Rival.find(Rival.Copies.class, name, new Figures(file)));
        return Files.readString(file).strip();
    }

    @Test
    void aMissingRivalIsOneSentence() throws IOException {
        assertEquals("# RivalTest$Lacking is not measured: libjnicublas.so: libcublas.so.13: cannot open shared object file",
                remark("RivalTest$Lacking"));
        assertEquals("# NoSuchRival is not measured: this was built without -Pgpu, which brings the bindings", remark("NoSuchRival"));
    }

    @Test
    void figuresBesideAnotherComputationAreRefused() {
        float[] numbers = Agreement.numbers(100, 1);
        float[] rough = numbers.clone();
        for (int i = 0; i < rough.length; i++) {
            rough[i] *= 1.001f;
        }
        Agreement.require(Precision.TF32, numbers, rough);
        assertThrows(IllegalStateException.class, () -> Agreement.require(Precision.FP32, numbers, rough));
        rough[3] = Float.NaN;
        assertThrows(IllegalStateException.class, () -> Agreement.require(Precision.BF16, numbers, rough));
    }

    @Test
    void layersHaveTheShapesOfTheirConvolutions() {
        var stem = new Convolution("resnet50", 32, 3, 224, 64, 7, 2);
        assertEquals(Shape.of(32, 64, 112, 112), stem.result());
        assertEquals(2.0 * 32 * 64 * 112 * 112 * 3 * 49, stem.operations());
        assertTrue(Convolution.LAYERS.stream().allMatch(layer -> layer.resultSide() * layer.stride() == layer.side()));
    }
}
