package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.op.UnaryFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GELU and its derivative against double, over a sweep through the bit patterns of float, and where they are not ordinary numbers. */
final class GeluKernelsTest {
    /** An odd step, so that the low bits vary too; about 430 thousand floats. */
    private static final int STEP = 9973;

    /** The functions, and how far each may be from the exact value. */
    private enum Form {
        EXACT(x -> x * normal(x), 3, 7e-8),
        TANH(x -> x / (1 + Math.exp(-argument(x))), 2.1, 4e-8),
        EXACT_SLOPE(x -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI), 3, 1.6e-7),
        TANH_SLOPE(x -> {
            double p = 1 / (1 + Math.exp(-argument(x)));
            return p + x * p * (1 - p) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
        }, 1.8, 8e-8);

        private final DoubleUnaryOperator definition;
        /** In ulp, where x is positive. */
        private final double ulp;
        /** Absolute, where x is negative and the result is near 0. */
        private final double distance;

        Form(DoubleUnaryOperator definition, double ulp, double distance) {
            this.definition = definition;
            this.ulp = ulp;
            this.distance = distance;
        }

        private static double normal(double x) {
            return (1 + UnaryFn.ERF.apply(x * Math.sqrt(0.5), 0, 0)) / 2;
        }

        private static double argument(double x) {
            return 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
        }

        float[] apply(GeluLoops loops, float[] x) {
            float[] z = new float[x.length];
            float[] one = new float[x.length];
            Arrays.fill(one, 1);
            switch (this) {
                case EXACT -> loops.exact(x.length, x, 0, z, 0);
                case TANH -> loops.tanh(x.length, x, 0, z, 0);
                case EXACT_SLOPE -> loops.exactInput(x.length, x, 0, one, 0, z, 0);
                case TANH_SLOPE -> loops.tanhInput(x.length, x, 0, one, 0, z, 0);
            }
            return z;
        }

        double atInfinity() {
            return this == EXACT || this == TANH ? Double.POSITIVE_INFINITY : 1;
        }
    }

    @ParameterizedTest
    @EnumSource
    void error(Form form) {
        float[] x = new float[4096];
        double worst = 0;
        double farthest = 0;
        for (long bits = 0; bits < 1L << 32; ) {
            for (int i = 0; i < x.length; i++, bits += STEP) {
                x[i] = Float.intBitsToFloat((int) bits);
            }
            float[] z = form.apply(GeluLoops.BEST, x);
            assertArrayEquals(form.apply(new ScalarGeluLoops(), x), z, "scalars and vectors");
            for (int i = 0; i < x.length; i++) {
                if (Float.isNaN(x[i])) {
                    assertTrue(Float.isNaN(z[i]), form + "(NaN) is " + z[i]);
                } else if (Math.abs(x[i]) < 100) {
                    double exact = form.definition.applyAsDouble(x[i]);
                    double distance = Math.abs(z[i] - exact);
                    if (x[i] >= 0) {
                        worst = Math.max(worst, distance / Math.ulp((float) exact));
                    } else {
                        farthest = Math.max(farthest, distance);
                    }
                }
            }
        }
        assertTrue(worst <= form.ulp, form + " is " + worst + " ulp from the exact value where x is positive");
        assertTrue(farthest <= form.distance, form + " is " + farthest + " from the exact value where x is negative");
    }

    /** Numbers beyond all that matters, infinities, zeros and both kinds of NaN, in vectors and at the end of a row. */
    @ParameterizedTest
    @EnumSource
    void ends(Form form) {
        float[] x = new float[67];
        for (int i = 0; i < x.length; i++) {
            x[i] = new float[] {Float.NEGATIVE_INFINITY, -Float.MAX_VALUE, -1000, -11, Float.POSITIVE_INFINITY, Float.MAX_VALUE, 1000,
                Float.NaN, Float.intBitsToFloat(0xFFC00001), 0, -0f}[i % 11];
        }
        float[] z = form.apply(GeluLoops.BEST, x);
        for (int i = 0; i < x.length; i++) {
            switch (i % 11) {
                case 0, 1, 2, 3 -> assertEquals(0, z[i], 0, form + "(" + x[i] + ")");
                case 4, 5, 6 -> assertEquals(Math.min(x[i], form.atInfinity()), z[i], form + "(" + x[i] + ")");
                case 7, 8 -> assertTrue(Float.isNaN(z[i]), form + "(NaN) is " + z[i]);
                default -> assertEquals(form == Form.EXACT || form == Form.TANH ? 0 : 0.5, z[i], 2e-7, form + "(" + x[i] + ")");
            }
        }
    }

    /** A slice begins inside its memory, and what lies around its result's is not touched. */
    @Test
    void aSliceIsComputedWhereItLies() {
        Tensor x = Device.cpu().normal(Key.of(20263), 9, 17);
        Tensor g = Device.cpu().normal(Key.of(20264), 9, 17);
        for (boolean approximate : new boolean[] {false, true}) {
            assertArrayEquals(x.apply(new Gelu(approximate), List.of()).slice(0, 2, 7).toFloats(),
                    x.slice(0, 2, 7).apply(new Gelu(approximate), List.of()).toFloats());
            assertArrayEquals(x.apply(new GeluInput(approximate), List.of(g)).slice(0, 2, 7).toFloats(),
                    x.slice(0, 2, 7).apply(new GeluInput(approximate), List.of(g.slice(0, 2, 7))).toFloats());
        }
    }
}
