package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import limbeck.tensor.op.UnaryFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The elementary functions against double, over a sweep through the bit patterns of float and at the ends of their ranges. */
final class CpuMathTest {
    /** An odd step, so that the low bits vary too; about 430 thousand floats. */
    private static final int STEP = 9973;

    @ParameterizedTest
    @CsvSource({"EXP, 1.1", "LOG, 1.0", "TANH, 2.4", "SIGMOID, 2.4", "ERF, 1.1", "SOFTPLUS, 2.0", "SQRT, 0.51", "RSQRT, 1.6",
        "RECIPROCAL, 0.51"})
    void errorInUlp(UnaryFn fn, double bound) {
        float[] x = new float[4096];
        float[] z = new float[x.length];
        long bits = 0;
        while (bits < 1L << 32) {
            for (int i = 0; i < x.length; i++, bits += STEP) {
                x[i] = Float.intBitsToFloat((int) bits);
            }
            apply(fn, x, z);
            for (int i = 0; i < x.length; i++) {
                check(fn, x[i], z[i], bound);
            }
        }
    }

    /** Where functions overflow, vanish, change formula or sign, and all that is not an ordinary number. */
    @ParameterizedTest
    @CsvSource({"EXP, 1.1", "LOG, 1.0", "TANH, 2.4", "SIGMOID, 2.4", "ERF, 1.1", "SOFTPLUS, 2.0", "SQRT, 0.51", "RSQRT, 1.6",
        "RECIPROCAL, 0.51"})
    void ends(UnaryFn fn, double bound) {
        float[] marks = {0, Float.MIN_VALUE, Float.MIN_NORMAL, 1e-20f, 1e-4f, 0.34657359f, 2f / 3, 0.89f, 1, 4f / 3, 4, 8.8f, 9.01f, 10, 16.6f,
            87.3f, 88.72283f, 88.8f, 89, 103.2f, 103.97f, 104, 1e10f, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN};
        float[] x = new float[marks.length * 2 * 64];
        int at = 0;
        for (float mark : marks) {
            for (int i = -32; i < 32; i++) {
                int bits = Float.floatToRawIntBits(mark) + i;
                x[at++] = Float.intBitsToFloat(Math.max(0, bits));
                x[at++] = -Float.intBitsToFloat(Math.max(0, bits));
            }
        }
        float[] z = new float[x.length];
        apply(fn, x, z);
        for (int i = 0; i < x.length; i++) {
            check(fn, x[i], z[i], bound);
        }
    }

    /** What else is in the array may decide how a function is computed, but not its bits. */
    @ParameterizedTest
    @CsvSource({"EXP, 1.1, 87, 87.1", "TANH, 2.4, 0.5, 1e30"})
    void theBitsAreTheSameBesideLargerNumbers(UnaryFn fn, double bound, float most, float large) {
        float[] x = new float[1 << 16];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - x.length / 2) * most / (x.length / 2);
        }
        float[] alone = new float[x.length];
        apply(fn, x, alone);
        float[] beside = new float[x.length];
        for (float other : new float[] {large, 100, -100, Float.NEGATIVE_INFINITY, Float.NaN}) {
            // One in each piece that is computed at once.
            for (int i = 0; i < x.length; i += 512) {
                x[i] = other;
            }
            apply(fn, x, beside);
            for (int i = 0; i < x.length; i++) {
                if (i % 512 == 0) {
                    check(fn, x[i], beside[i], bound);
                } else {
                    assertEquals(alone[i], beside[i], fn + "(" + x[i] + ") beside " + other);
                }
            }
        }
    }

    @Test
    void tanhByTable() {
        float[] x = new float[1 << 16];
        float[] z = new float[x.length];
        // Each half octave from 2^-20 to 16 by as many floats.
        for (int i = 0, bits = Float.floatToRawIntBits(0x1p-20f); i < x.length; i++, bits += 24 * (1 << 23) / x.length) {
            x[i] = i % 2 == 0 ? Float.intBitsToFloat(bits) : -Float.intBitsToFloat(bits);
        }
        apply(UnaryFn.TANH, x, z);
        for (int i = 0; i < x.length; i++) {
            float tanh = TanhTable.tanh(x[i]);
            check(UnaryFn.TANH, x[i], tanh, 1.7);
            assertTrue(Math.abs(tanh) <= 1, "tanh(" + x[i] + ") is " + tanh);
            assertTrue(z[i] == tanh || !TanhTable.USED, "tanh(" + x[i] + ") is " + z[i] + " on vectors and " + tanh + " alone");
        }
    }

    private static void apply(UnaryFn fn, float[] x, float[] z) {
        Loops.BEST.unary(fn, 0, 0, 1, x.length, x, Walk.of(0, x.length, 1), z, Walk.of(0, x.length, 1));
    }

    private static void check(UnaryFn fn, float x, float actual, double bound) {
        double exact = fn.apply(x, 0, 0);
        float rounded = (float) exact;
        if (Float.isNaN(rounded) || Float.isInfinite(rounded) || Float.isInfinite(actual) || exact == 0) {
            // Zero by its sign, infinity and NaN by kind.
            assertEquals(rounded, actual, fn + "(" + x + ")");
        } else {
            double error = Math.abs(actual - exact) / Math.ulp(rounded);
            assertTrue(error <= bound, fn + "(" + x + ") is " + actual + ", " + error + " ulp from " + exact);
        }
    }
}
