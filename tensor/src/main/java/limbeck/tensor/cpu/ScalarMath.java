package limbeck.tensor.cpu;

/**
 * The elementary functions in float, one number at a time: the same formulas and coefficients as {@link VectorMath}, so
 * that the end of a row agrees with its beginning. The polynomials are minimax fits whose coefficients were rounded to
 * float one after the other, the rest refitted each time.
 *
 * <p>Largest errors against double, over every 997th of the bit patterns of float: exp 1.03 ulp, log 0.88, tanh 2.33 (by
 * {@link TanhTable} 1.60), sigmoid 2.18, erf 0.99, softplus 1.81; for positive x gelu 2.84, its derivative 2.88, the same of its tanh form
 * 1.95 and 1.69.
 * Zeros keep their sign where the function is odd, results below the normal range are gradual, and a NaN stays a NaN.
 */
final class ScalarMath {
    static final float LOG2_E = 0x1.715476p0f;
    /** ln 2 in two parts; the first has few enough bits that its product with a small integer is exact. */
    static final float LN2_HIGH = 0x1.62e4p-1f;
    static final float LN2_LOW = 0x1.7f7d1cp-20f;
    static final float LN2 = 0x1.62e43p-1f;

    /** Adding this rounds a float to an integer, which then stands in the low bits. */
    static final float ROUNDER = 0x1.8p23f;
    static final int ROUNDER_BITS = 0x4B400000;

    /** exp is infinite above and zero below. */
    static final float EXP_HIGH = 89;
    static final float EXP_LOW = -104;
    /** Up to this magnitude exp is a normal float, and so is the power of two in it. */
    static final float EXP_NORMAL = 87;

    /** exp(r) = 1 + r + r^2 E(r) for |r| up to ln 2 / 2. */
    static final float E0 = 0x1.0p-1f;
    static final float E1 = 0x1.5554bp-3f;
    static final float E2 = 0x1.5554d2p-5f;
    static final float E3 = 0x1.1227c2p-7f;
    static final float E4 = 0x1.6d66aep-10f;

    /** log(1 + m) = m - m^2 / 2 + m^3 L(m) for m from -1/3 to 1/3. */
    static final float L0 = 0x1.555506p-2f;
    static final float L1 = -0x1.fffef4p-3f;
    static final float L2 = 0x1.99d05ep-3f;
    static final float L3 = -0x1.559d36p-3f;
    static final float L4 = 0x1.1ed424p-3f;
    static final float L5 = -0x1.f32076p-4f;
    static final float L6 = 0x1.1e73a2p-3f;
    static final float L7 = -0x1.07e5fep-3f;
    /** The bits of 2/3: subtracting them leaves the exponent that brings a number into 2/3 .. 4/3. */
    static final int TWO_THIRDS_BITS = 0x3F2AAAAB;
    static final int EXPONENT_MASK = 0xFF800000;

    /** tanh is 1 in float from half of this on. */
    static final float TANH_HIGH = 20;

    /** erf(x) = x + x P(x^2) up to here. */
    static final float ERF_MIDDLE = 0.89f;
    static final float P0 = 0x1.06eba8p-3f;
    static final float P1 = -0x1.812740p-2f;
    static final float P2 = 0x1.ce2d5ap-4f;
    static final float P3 = -0x1.b7ff64p-6f;
    static final float P4 = 0x1.543138p-8f;
    static final float P5 = -0x1.a4e3f4p-11f;
    static final float P6 = 0x1.4aa4fep-14f;
    /** erf(x) = 1 - exp(-x Q(x)) from there to here, where it is 1 in float. */
    static final float ERF_HIGH = 4;
    static final float Q0 = 0x1.20edfcp0f;
    static final float Q1 = 0x1.453bc8p-1f;
    static final float Q2 = 0x1.b2aap-4f;
    static final float Q3 = -0x1.83a390p-6f;
    static final float Q4 = 0x1.d7030ap-9f;
    static final float Q5 = -0x1.45bffap-12f;
    static final float Q6 = 0x1.4fca24p-17f;

    /**
     * GELU goes by s = -|x|: it is max(x, 0) + s Phi(s), where Phi(s) = (1 + s D(s))^8 / 2 falls to 0 at this s and stays there,
     * so that minus infinity gives 0. The eighth power is squares: of 1 + u in the form u^2 + 2 u, which keeps the digits of
     * small u, and the last one of (1 + u) sqrt(1/2).
     */
    static final float GELU_END = -8.5f;
    static final float ROOT_HALF = 0x1.6a09e6p-1f;
    static final float D0 = 0x1.988444p-4f;
    static final float D1 = -0x1.1d35e8p-5f;
    static final float D2 = 0x1.8245f4p-11f;
    static final float D3 = 0x1.af1d0ep-10f;
    static final float D4 = -0x1.268304p-15f;
    static final float D5 = -0x1.109a38p-14f;
    static final float D6 = -0x1.0dd0f4p-17f;
    static final float D7 = -0x1.5297e0p-22f;
    /** The density of the normal distribution is Phi(s) M(s): as smooth as Phi is steep. */
    static final float M0 = 0x1.98853ap-1f;
    static final float M1 = -0x1.45e626p-1f;
    static final float M2 = 0x1.c0618ep-4f;
    static final float M3 = 0x1.49ec3ap-6f;
    static final float M4 = 0x1.02ca08p-10f;
    static final float M5 = -0x1.12790ep-11f;
    static final float M6 = -0x1.10486ap-13f;
    static final float M7 = -0x1.4b61eep-17f;

    /** The tanh form has 1 / (1 + exp(y)) for Phi, y = |x| (LINEAR + CUBIC x^2); from here on exp(y) is infinite. */
    static final float GELU_TANH_END = -10.06f;
    static final float GELU_LINEAR = 0x1.9884533d43651p0f;
    static final float GELU_CUBIC = 0.07135481627159562f;

    private ScalarMath() {
    }

    static float exp(float x) {
        if (x > EXP_HIGH) {
            return Float.POSITIVE_INFINITY;
        }
        if (x < EXP_LOW) {
            return 0;
        }
        float t = Math.fma(x, LOG2_E, ROUNDER);
        float r = remainder(x, t);
        // The power of two in two factors: one alone would overflow or vanish before the product does.
        int exponent = Float.floatToRawIntBits(t) - ROUNDER_BITS;
        int half = exponent >> 1;
        return (1 + expm1Core(r)) * power(half) * power(exponent - half);
    }

    /** What is left of x after the multiple of ln 2 that stands in the low bits of t. */
    private static float remainder(float x, float t) {
        float n = t - ROUNDER;
        return Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    }

    private static float power(int exponent) {
        return Float.intBitsToFloat(exponent + 127 << 23);
    }

    private static float expm1Core(float r) {
        float e = Math.fma(E4, r, E3);
        e = Math.fma(e, r, E2);
        e = Math.fma(e, r, E1);
        e = Math.fma(e, r, E0);
        return Math.fma(r * r, e, r);
    }

    static float log(float x) {
        if (!(x > 0 && x < Float.POSITIVE_INFINITY)) {
            return x == 0 ? Float.NEGATIVE_INFINITY : x < 0 ? Float.NaN : x;
        }
        return x < Float.MIN_NORMAL ? logCore(x * 0x1p23f, -23) : logCore(x, 0);
    }

    private static float logCore(float x, float scale) {
        int bits = Float.floatToRawIntBits(x);
        int exponent = bits - TWO_THIRDS_BITS & EXPONENT_MASK;
        float m = Float.intBitsToFloat(bits - exponent) - 1;
        float i = Math.fma((float) exponent, 0x1p-23f, scale);
        float l = Math.fma(L7, m, L6);
        l = Math.fma(l, m, L5);
        l = Math.fma(l, m, L4);
        l = Math.fma(l, m, L3);
        l = Math.fma(l, m, L2);
        l = Math.fma(l, m, L1);
        l = Math.fma(l, m, L0);
        l = Math.fma(l, m, -0.5f);
        return Math.fma(i, LN2, Math.fma(m * m, l, m));
    }

    static float tanh(float x) {
        if (TanhTable.USED) {
            return TanhTable.tanh(x);
        }
        // tanh(x) = (exp(y) - 1) / (exp(y) + 1) for y = 2|x|, through exp(y) - 1 so that small x keep their digits.
        float y = Math.abs(x) * 2;
        y = y > TANH_HIGH ? TANH_HIGH : y;
        float t = Math.fma(y, LOG2_E, ROUNDER);
        float r = remainder(y, t);
        float s = power(Float.floatToRawIntBits(t) - ROUNDER_BITS);
        float e = Math.fma(s, expm1Core(r), s - 1);
        return Math.copySign(e / (e + 2), x);
    }

    static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    static float erf(float x) {
        float t = Math.abs(x);
        if (t < ERF_MIDDLE) {
            float s = x * x;
            float p = Math.fma(P6, s, P5);
            p = Math.fma(p, s, P4);
            p = Math.fma(p, s, P3);
            p = Math.fma(p, s, P2);
            p = Math.fma(p, s, P1);
            p = Math.fma(p, s, P0);
            return Math.fma(x, p, x);
        }
        t = t > ERF_HIGH ? ERF_HIGH : t;
        float q = Math.fma(Q6, t, Q5);
        q = Math.fma(q, t, Q4);
        q = Math.fma(q, t, Q3);
        q = Math.fma(q, t, Q2);
        q = Math.fma(q, t, Q1);
        q = Math.fma(q, t, Q0);
        // The exponent stays far from the ends of its range, so that one power of two will do.
        float y = -(q * t);
        float rounded = Math.fma(y, LOG2_E, ROUNDER);
        float r = remainder(y, rounded);
        return Math.copySign(1 - (1 + expm1Core(r)) * power(Float.floatToRawIntBits(rounded) - ROUNDER_BITS), x);
    }

    static float gelu(float x) {
        float s = notAbove0(x, GELU_END);
        return Math.fma(s, geluShare(s), x < 0 ? 0 : x);
    }

    /** The derivative of gelu: Phi(x) and x times the density; 1 minus that of -x where x is positive. */
    static float geluSlope(float x) {
        float s = notAbove0(x, GELU_END);
        float share = geluShare(s);
        float m = Math.fma(M7, s, M6);
        m = Math.fma(m, s, M5);
        m = Math.fma(m, s, M4);
        m = Math.fma(m, s, M3);
        m = Math.fma(m, s, M2);
        m = Math.fma(m, s, M1);
        m = Math.fma(m, s, M0);
        float slope = Math.fma(share * s, m, share);
        return x > 0 ? 1 - slope : slope;
    }

    /** Phi(s). */
    private static float geluShare(float s) {
        float u = Math.fma(D7, s, D6);
        u = Math.fma(u, s, D5);
        u = Math.fma(u, s, D4);
        u = Math.fma(u, s, D3);
        u = Math.fma(u, s, D2);
        u = Math.fma(u, s, D1);
        u = Math.fma(u, s, D0);
        u = u * s;
        u = Math.fma(u, u, u + u);
        u = Math.fma(u, u, u + u);
        float root = Math.fma(u, ROOT_HALF, ROOT_HALF);
        return root * root;
    }

    static float geluTanh(float x) {
        float s = notAbove0(x, GELU_TANH_END);
        return s / geluOneAndExp(s) + (x < 0 ? 0 : x);
    }

    static float geluTanhSlope(float x) {
        float s = notAbove0(x, GELU_TANH_END);
        float share = 1 / geluOneAndExp(s);
        // -s y'(s), times the derivative of 1 / (1 + exp(y)) by -y.
        float rise = Math.fma(s * s, 3 * GELU_CUBIC, GELU_LINEAR) * s;
        float slope = Math.fma(rise * (1 - share), share, share);
        return x > 0 ? 1 - slope : slope;
    }

    /** 1 + exp(y). */
    private static float geluOneAndExp(float s) {
        float y = Math.fma(s * s, -GELU_CUBIC, -GELU_LINEAR) * s;
        float t = Math.fma(y, LOG2_E, ROUNDER);
        return Math.fma(expm1Core(remainder(y, t)) + 1, power(Float.floatToRawIntBits(t) - ROUNDER_BITS), 1);
    }

    /** -|x|, or an end that is nearer to 0; a NaN stays one. */
    private static float notAbove0(float x, float end) {
        return Math.max(-Math.abs(x), end);
    }

    static float softplus(float x) {
        float e = exp(-Math.abs(x));
        float u = 1 + e;
        // What the sum lost is added back: log(1 + e) is about log(u) + (1 + e - u) / u.
        float log1p = logCore(u, 0) + (e - (u - 1)) / u;
        return (x < 0 ? 0 : x) + log1p;
    }
}
