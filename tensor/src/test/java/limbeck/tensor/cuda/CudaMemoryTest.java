package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Memory;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where the memory of a GPU goes, and that it comes back. */
@Tag("cuda-emulated")
final class CudaMemoryTest {
    private static final long MIB = 1 << 20;

    private Device cuda;

    @BeforeEach
    void fresh() throws InterruptedException {
        cuda = Emulator.device();
        // What other tests have left outside any scope comes back now, not in the middle of a test.
        // Java tells of it in its own time: until nothing has come three times.
        for (int quiet = 0, i = 0; quiet < 3 && i < 50; i++) {
            long before = cuda.memory().pooled();
            System.gc();
            Thread.sleep(20);
            quiet = cuda.memory().pooled() == before ? quiet + 1 : 0;
        }
        cuda.trim();
    }

    @Test
    void everyByteIsCounted() {
        Memory before = cuda.memory();
        try (var _ = Scope.open("outer")) {
            Tensor x = cuda.zeros(1000);
            try (var _ = Scope.open("inner")) {
                x.add(1).mul(2);
                assertEquals(before.inUse() + 12_000, cuda.memory().inUse());
            }
            assertEquals(before.inUse() + 4_000, cuda.memory().inUse());
            assertEquals(8_000, cuda.memory().pooled());
        }
        Memory after = cuda.memory();
        assertEquals(before.inUse(), after.inUse());
        assertEquals(before.inUse() + 4_000, after.peak());
        assertEquals(12_000, after.pooled());
        cuda.trim();
        assertEquals(0, cuda.memory().pooled());
    }

    @Test
    void workspaceIsCountedInThePeakAndGivenBack() {
        try (var _ = Scope.open("sum")) {
            Tensor x = cuda.zeros(100_000);
            long before = cuda.memory().inUse();
            x.sum();
            Memory after = cuda.memory();
            assertEquals(before + 4, after.inUse());
            // A float for each chunk of 4,096.
            assertEquals(before + 4 + 4 * 25, after.peak());
        }
    }

    @Test
    void aLoopTakesNothingNewFromTheDriver() {
        Tensor w = InPlace.own(cuda.normal(Key.of(1), 17, 5));
        long free = -1;
        for (int step = 0; step < 10_000; step++) {
            try (var _ = Scope.open("step")) {
                Tensor x = cuda.uniform(Key.of(step), 8, 17);
                Tensor y = x.matmul(w).softmax(1);
                Tensor g = x.t().matmul(y).add(w.sum(0));
                InPlace.update(new Update.Sgd(1e-3, 0, false, 0), w, g, List.of());
            }
            assertEquals(0, cuda.memory().inUse(), "after step " + step);
            if (step <= 2) {
                // By then its kernels are in graphs.
                free = free();
            }
            assertEquals(free, free(), "free on the device after step " + step);
        }
    }

    /** As the driver counts. */
    private static long free() {
        try (var free = new SizeTPointer(1); var total = new SizeTPointer(1)) {
            Driver.check(cudart.cuMemGetInfo(free, total), "cuMemGetInfo");
            return free.get();
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Emulator.only();
        Emulator.environment("CUEMU_MEMORY", Long.toString(64 * MIB));
        try (var _ = Scope.open("too much")) {
            Tensor small = cuda.zeros((int) MIB);
            var error = assertThrows(OutOfMemoryError.class, () -> cuda.zeros(1 << 24));
            String text = error.getMessage();
            assertTrue(text.startsWith("cuda: a tensor of 67108864 bytes does not fit on cuda-emu (CPU) beside the 4194304 bytes in open"
                    + " scopes and "), text);
            assertTrue(text.contains(" of the device's 67108864 are free"), text);
            // What is free for other sizes is given back before that.
            for (int size = 1; size < 14; size++) {
                try (var _ = Scope.open("sizes")) {
                    cuda.zeros(size * (int) MIB);
                }
            }
            assertEquals(1, small.add(1).toFloats()[7]);
        } finally {
            Emulator.environment("CUEMU_MEMORY", Long.toString(8192 * MIB));
        }
    }

    @Test
    void withoutAScopeTheGarbageCollectorGivesBack() throws InterruptedException {
        var kept = new ArrayList<>(List.of(cuda.zeros(12_345), cuda.zeros(12_345)));
        assertEquals(0, cuda.memory().inUse());
        kept.removeLast();
        for (int i = 0; i < 500 && cuda.memory().pooled() < 4 * 12_345; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertTrue(cuda.memory().pooled() >= 4 * 12_345, "the tensor that nobody holds came back");
        // Its memory is handed on; that of the other one is not.
        for (int i = 0; i < 10; i++) {
            kept.add(cuda.ones(12_345));
        }
        assertEquals(0, kept.getFirst().sum().item());
        Reference.reachabilityFence(kept);
    }

    @Test
    void aTouchAfterTheEndNamesTheScope() {
        Tensor x;
        try (var _ = Scope.open("training step")) {
            x = cuda.zeros(3);
        }
        var error = assertThrows(IllegalStateException.class, () -> x.add(1));
        assertTrue(error.getMessage().contains("the closed scope 'training step'"), error.getMessage());
    }
}
