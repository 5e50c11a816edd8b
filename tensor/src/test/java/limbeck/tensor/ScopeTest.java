package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScopeTest {
    @Test
    void aTensorOfAClosedScopeNamesIt() {
        Tensor x;
        try (var _ = Scope.open("training step")) {
            x = Device.cpu().ones(3);
        }
        var error = assertThrows(IllegalStateException.class, x::sum);
        assertEquals("this tensor's memory was given back by the closed scope 'training step'; "
                + "read it earlier, or hand it on with scope.keep(tensor)", error.getMessage());
        assertThrows(IllegalStateException.class, x::toFloats);
        assertTrue(x.toString().endsWith("(freed)"));
    }

    @Test
    void aViewLivesAndDiesWithItsMemory() {
        Tensor view;
        try (var _ = Scope.open()) {
            view = Device.cpu().ones(3, 2).t();
        }
        assertThrows(IllegalStateException.class, view::sum);
    }

    @Test
    void keepHandsATensorToTheScopeAround() {
        Tensor kept;
        try (var outer = Scope.open("outer")) {
            try (var inner = Scope.open("inner")) {
                kept = inner.keep(Device.cpu().ones(3));
                assertSame(kept, inner.keep(kept));
            }
            assertEquals(3, kept.sum().item());
            outer.keep(kept);
        }
        assertEquals(3, kept.sum().item(), "kept by the outermost scope, it belongs to the garbage collector");
    }

    @Test
    void keepLeavesTensorsOfOtherScopesAlone() {
        Tensor x;
        try (var _ = Scope.open()) {
            x = Device.cpu().ones(3);
            try (var inner = Scope.open()) {
                inner.keep(x);
            }
            assertEquals(3, x.sum().item());
        }
        assertThrows(IllegalStateException.class, x::sum);
    }

    @Test
    void withoutAScopeTensorsLive() {
        Tensor x = Device.cpu().ones(3);
        try (var _ = Scope.open()) {
            Scope.release(x, "nobody");
        }
        assertEquals(3, x.sum().item());
    }

    @Test
    void detachTakesATensorOutOfAllScopes() {
        Tensor x;
        try (var _ = Scope.open(); var _ = Scope.open()) {
            x = Scope.detach(Device.cpu().ones(3));
        }
        assertEquals(3, x.sum().item());
    }

    @Test
    void releaseNamesWhoReleased() {
        try (var _ = Scope.open()) {
            Tensor x = Device.cpu().ones(3);
            Scope.release(x, "the tape");
            Scope.release(x, "someone later");
            assertTrue(assertThrows(IllegalStateException.class, x::sum).getMessage().contains("given back by the tape;"));
        }
    }

    @Test
    void scopesCloseInReverseOrderOnTheirThread() {
        try (var outer = Scope.open("outer")) {
            try (var inner = Scope.open("inner")) {
                assertEquals("scope 'outer' is closed before a scope inside it; close scopes in reverse order, by try-with-resources",
                        assertThrows(IllegalStateException.class, outer::close).getMessage());
                assertEquals("scope 'inner' was opened by another thread; close it there", CompletableFuture.supplyAsync(() ->
                        assertThrows(IllegalStateException.class, inner::close).getMessage()).join());
            }
        }
    }

    @Test
    void closingTwiceDoesNothing() {
        Scope scope = Scope.open();
        scope.close();
        scope.close();
    }

    @Test
    void anotherThreadsTensorsAreItsOwn() {
        Tensor other;
        try (var _ = Scope.open()) {
            other = CompletableFuture.supplyAsync(() -> Device.cpu().ones(3)).join();
        }
        assertEquals(3, other.sum().item());
    }

    /** Of every element type, so that arrays which several types share are counted right. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void closingGivesTheMemoryBack(String name) {
        Device device = Device.of(name);
        device.trim();
        long before = device.memory().inUse();
        for (DType type : DType.values()) {
            try (var _ = Scope.open()) {
                Tensor x = device.tensor(new int[1000], 1000).cast(type);
                assertEquals(before + 4000 + (type == DType.I32 ? 0 : 1000L * type.bytes()), device.memory().inUse(), x::toString);
            }
            assertEquals(before, device.memory().inUse());
        }
        device.trim();
        assertEquals(0, device.memory().pooled());
    }

    @Test
    void thePeakIsTheMostSinceTheLastLook() {
        Device device = Device.cpu();
        long before = device.memory().inUse();
        try (var _ = Scope.open()) {
            device.ones(1000);
            Scope.release(device.ones(500), "the test");
            assertEquals(before + 6000, device.memory().peak());
            assertEquals(before + 4000, device.memory().peak());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void aLoopInSteadyStateAllocatesNothing(String name) {
        Device device = Device.of(name);
        step(device);
        Memory first = device.memory();
        for (int i = 0; i < 3; i++) {
            step(device);
            Memory later = device.memory();
            assertEquals(first.pooled(), later.pooled(), "the pool holds what the first step left");
            assertEquals(first.inUse(), later.inUse());
        }
    }

    private static void step(Device device) {
        try (var _ = Scope.open("step")) {
            Tensor x = device.normal(Key.of(1), 33, 65);
            x.matmul(x.t()).relu().sum(0).argmax(0);
        }
    }

    @Test
    void keptTensorsAreNotCounted() {
        Device device = Device.cpu();
        long before = device.memory().inUse();
        Tensor kept;
        try (var scope = Scope.open()) {
            kept = scope.keep(device.ones(1000));
        }
        assertEquals(before, device.memory().inUse());
        assertFalse(kept.toString().contains("freed"));
    }
}
