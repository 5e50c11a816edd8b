package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is read out of JMH's log of a run that failed. */
class HarnessTest {
    @Test
    void aWrongResultIsAFailure() {
        Measurement.Failure failure = Harness.failure("""
                # Warmup Iteration   1: <failure>

                java.lang.IllegalStateException: gemm: the results differ by 1
                \tat limbeck.benchmarks.peers.Agreement.require(Agreement.java:1)
                """);
        assertEquals("gemm: the results differ by 1", failure.reason());
        assertFalse(failure.missing());
    }

    @Test
    void aLibraryThatDoesNotLoadIsMissing() {
        Measurement.Failure failure = Harness.failure("""
                java.lang.UnsatisfiedLinkError: no jnimkl_rt in java.library.path
                \tat java.base/java.lang.ClassLoader.loadLibrary(ClassLoader.java:1)
                Caused by: java.lang.UnsatisfiedLinkError: libmkl_rt.so.2: cannot open
                """);
        assertEquals("libmkl_rt.so.2: cannot open", failure.reason());
        assertTrue(failure.missing());
    }

    @Test
    void aSilentDeathIsAFailure() {
        assertEquals("it gave no result", Harness.failure("<forked VM failed with exit code 134>").reason());
    }
}
