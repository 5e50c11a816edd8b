package limbeck.tensor.cpu;

/**
 * tanh as one of sixteen polynomials of the sixth degree: as many as a vector of 512 bits has lanes, so that one permutation finds a
 * coefficient for each of its elements. That takes 15 % less time than (exp(2x) - 1) / (exp(2x) + 1), whose division keeps
 * the arithmetic waiting, and has two thirds of its error.
 *
 * <p>The first polynomial is for |x| up to 1/16, each of the others for half an octave above, the last for 8 to 12: exponent and first bit
 * of the fraction say which. From {@link #HIGH} on tanh is 1 in float.
 */
final class TanhTable {
    /** Whether tanh goes by the table: not on narrower vectors, where one permutation is not enough. */
    static final boolean USED = Simd.bits() == 0 || Simd.bits() == 512;
    static final int DEGREE = 6;
    static final int SLOTS = 16;
    /** tanh is 1 in float from here on. */
    static final float HIGH = 9.02f;
    /** Bits of what lies in the first slot, as everything below does. */
    static final int LOW_BITS = Float.floatToRawIntBits(0x1.8p-5f);
    /** The bits of a float, shifted by this, end in its slot: the lower four count, the others are ignored. */
    static final int SHIFT = 22;
    /** Where the centres of the slots stand in {@link #TABLE}, behind the coefficients. */
    static final int CENTRES = SLOTS * (DEGREE + 1);
    /** Element {@code power * SLOTS + slot} is the factor of that power of the distance from the slot's centre. */
    static final float[] TABLE = new float[CENTRES + SLOTS];

    static {
        for (int i = 0; i < SLOTS; i++) {
            int first = (LOW_BITS >>> SHIFT) + i;
            double high = Float.intBitsToFloat(first + 1 << SHIFT);
            double low = i == 0 ? -high : Float.intBitsToFloat(first << SHIFT);
            fit(first % SLOTS, (low + high) / 2, (high - low) / 2);
        }
        // An odd function has no even powers; where x is small, tanh(x) is x.
        int slot = (LOW_BITS >>> SHIFT) % SLOTS;
        for (int power = 0; power <= DEGREE; power += 2) {
            TABLE[power * SLOTS + slot] = 0;
        }
        TABLE[SLOTS + slot] = 1;
    }

    private TanhTable() {
    }

    /** The polynomial that meets tanh at the roots of a Chebyshev polynomial, which comes near the least largest error. */
    private static void fit(int slot, double centre, double radius) {
        double[] at = new double[DEGREE + 1];
        double[] factors = new double[DEGREE + 1];
        for (int i = 0; i <= DEGREE; i++) {
            at[i] = radius * StrictMath.cos(Math.PI * (i + 0.5) / (DEGREE + 1));
            factors[i] = StrictMath.tanh(centre + at[i]);
        }
        // Newton's divided differences, and out of their products the powers.
        for (int order = 1; order <= DEGREE; order++) {
            for (int i = DEGREE; i >= order; i--) {
                factors[i] = (factors[i] - factors[i - 1]) / (at[i] - at[i - order]);
            }
        }
        for (int k = DEGREE - 1; k >= 0; k--) {
            for (int i = k; i < DEGREE; i++) {
                factors[i] -= at[k] * factors[i + 1];
            }
        }
        for (int power = 0; power <= DEGREE; power++) {
            TABLE[power * SLOTS + slot] = (float) factors[power];
        }
        TABLE[CENTRES + slot] = (float) centre;
    }

    static float tanh(float x) {
        float y = Math.abs(x);
        y = y > HIGH ? HIGH : y;
        int slot = Math.max(Float.floatToRawIntBits(y), LOW_BITS) >>> SHIFT & SLOTS - 1;
        float t = y - TABLE[CENTRES + slot];
        float r = TABLE[DEGREE * SLOTS + slot];
        for (int power = DEGREE - 1; power >= 0; power--) {
            r = Math.fma(r, t, TABLE[power * SLOTS + slot]);
        }
        return Math.copySign(r, x);
    }
}
