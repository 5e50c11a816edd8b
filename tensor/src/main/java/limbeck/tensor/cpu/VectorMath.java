package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.ScalarMath.*;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The elementary functions of {@link ScalarMath}, which gives their errors, on vectors. */
final class VectorMath {
    static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int SIGN = Integer.MIN_VALUE;

    private VectorMath() {
    }

    static FloatVector exp(FloatVector x) {
        FloatVector t = x.fma(LOG2_E, ROUNDER);
        FloatVector r = remainder(x, t);
        IntVector exponent = t.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        FloatVector e = expm1Core(r).add(1).mul(power(half)).mul(power(exponent.sub(half)));
        e = e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_HIGH));
        return e.blend(0, x.compare(VectorOperators.LT, EXP_LOW));
    }

    /**
     * The same bits in half the operations where |x| is at most {@link ScalarMath#EXP_NORMAL}; something else where it is more. A loop
     * finds that out on the way, by {@link #magnitude}: a mask would put a vector on the heap, a pass of its own take as long.
     */
    static FloatVector normalExp(FloatVector x) {
        FloatVector t = x.fma(LOG2_E, ROUNDER);
        IntVector exponent = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return expm1Core(remainder(x, t)).add(1).reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** The larger of a magnitude so far and |x|, as bits, which are ordered as the magnitudes are; NaN is larger than all numbers. */
    static IntVector magnitude(IntVector most, FloatVector x) {
        return x.reinterpretAsInts().and(~SIGN).max(most);
    }

    /** Whether no lane of a magnitude is above a bound. */
    static boolean isAtMost(IntVector most, float bound) {
        return most.reduceLanes(VectorOperators.MAX) <= Float.floatToRawIntBits(bound);
    }

    /** What is left of x after the multiple of ln 2 that stands in the low bits of t. */
    private static FloatVector remainder(FloatVector x, FloatVector t) {
        FloatVector n = t.sub(ROUNDER);
        return n.fma(FloatVector.broadcast(S, -LN2_LOW), n.fma(FloatVector.broadcast(S, -LN2_HIGH), x));
    }

    private static FloatVector power(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector expm1Core(FloatVector r) {
        FloatVector e = r.fma(E4, E3);
        e = e.fma(r, FloatVector.broadcast(S, E2));
        e = e.fma(r, FloatVector.broadcast(S, E1));
        e = e.fma(r, FloatVector.broadcast(S, E0));
        return r.mul(r).fma(e, r);
    }

    static FloatVector log(FloatVector x) {
        var small = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        FloatVector scale = FloatVector.zero(S).blend(-23, small);
        FloatVector r = logCore(x.blend(x.mul(0x1p23f), small), scale);
        r = r.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0)).blend(Float.NaN, x.compare(VectorOperators.LT, 0));
        // Infinity and NaN stay what they are.
        return r.blend(x, x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not());
    }

    private static FloatVector logCore(FloatVector x, FloatVector scale) {
        IntVector bits = x.reinterpretAsInts();
        IntVector exponent = bits.sub(TWO_THIRDS_BITS).and(EXPONENT_MASK);
        FloatVector m = bits.sub(exponent).reinterpretAsFloats().sub(1);
        FloatVector i = ((FloatVector) exponent.convert(VectorOperators.I2F, 0)).fma(FloatVector.broadcast(S, 0x1p-23f), scale);
        FloatVector l = m.fma(L7, L6);
        l = l.fma(m, FloatVector.broadcast(S, L5));
        l = l.fma(m, FloatVector.broadcast(S, L4));
        l = l.fma(m, FloatVector.broadcast(S, L3));
        l = l.fma(m, FloatVector.broadcast(S, L2));
        l = l.fma(m, FloatVector.broadcast(S, L1));
        l = l.fma(m, FloatVector.broadcast(S, L0));
        l = l.fma(m, FloatVector.broadcast(S, -0.5f));
        return i.fma(FloatVector.broadcast(S, LN2), m.mul(m).fma(l, m));
    }

    /** tanh where there is no vector long enough for a {@link TanhTable}. */
    static FloatVector tanh(FloatVector x) {
        FloatVector y = x.abs();
        y = y.blend(TANH_HIGH / 2, y.compare(VectorOperators.GT, TANH_HIGH / 2));
        y = y.add(y);
        FloatVector t = y.fma(LOG2_E, ROUNDER);
        FloatVector s = power(t.reinterpretAsInts().sub(ROUNDER_BITS));
        FloatVector e = s.fma(expm1Core(remainder(y, t)), s.sub(1));
        return withSign(e.div(e.add(2)), x);
    }

    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return FloatVector.broadcast(S, 1).blend(e, x.compare(VectorOperators.LT, 0)).div(e.add(1));
    }

    /** erf where |x| is at least {@link ScalarMath#ERF_MIDDLE}. */
    static FloatVector erfFar(FloatVector x) {
        FloatVector t = x.abs();
        t = t.blend(ERF_HIGH, t.compare(VectorOperators.GT, ERF_HIGH));
        FloatVector q = t.fma(Q6, Q5);
        q = q.fma(t, FloatVector.broadcast(S, Q4));
        q = q.fma(t, FloatVector.broadcast(S, Q3));
        q = q.fma(t, FloatVector.broadcast(S, Q2));
        q = q.fma(t, FloatVector.broadcast(S, Q1));
        q = q.fma(t, FloatVector.broadcast(S, Q0));
        // The exponent stays far from the ends of its range, so that one power of two will do.
        FloatVector y = q.mul(t).neg();
        FloatVector rounded = y.fma(LOG2_E, ROUNDER);
        FloatVector e = expm1Core(remainder(y, rounded)).add(1).mul(power(rounded.reinterpretAsInts().sub(ROUNDER_BITS)));
        return withSign(FloatVector.broadcast(S, 1).sub(e), x);
    }

    /** erf below that, and {@code far} where it does not apply. */
    static FloatVector erfNear(FloatVector x, FloatVector far) {
        FloatVector s = x.mul(x);
        FloatVector p = s.fma(P6, P5);
        p = p.fma(s, FloatVector.broadcast(S, P4));
        p = p.fma(s, FloatVector.broadcast(S, P3));
        p = p.fma(s, FloatVector.broadcast(S, P2));
        p = p.fma(s, FloatVector.broadcast(S, P1));
        p = p.fma(s, FloatVector.broadcast(S, P0));
        return far.blend(x.fma(p, x), x.abs().compare(VectorOperators.LT, ERF_MIDDLE));
    }

    static FloatVector gelu(FloatVector x) {
        FloatVector s = notAbove0(x, GELU_END);
        return s.fma(geluShare(s), x.blend(0, x.compare(VectorOperators.LT, 0)));
    }

    static FloatVector geluSlope(FloatVector x) {
        FloatVector s = notAbove0(x, GELU_END);
        FloatVector share = geluShare(s);
        FloatVector m = s.fma(M7, M6);
        m = m.fma(s, FloatVector.broadcast(S, M5));
        m = m.fma(s, FloatVector.broadcast(S, M4));
        m = m.fma(s, FloatVector.broadcast(S, M3));
        m = m.fma(s, FloatVector.broadcast(S, M2));
        m = m.fma(s, FloatVector.broadcast(S, M1));
        m = m.fma(s, FloatVector.broadcast(S, M0));
        return geluSlope(x, share.mul(s).fma(m, share));
    }

    private static FloatVector geluShare(FloatVector s) {
        FloatVector u = s.fma(D7, D6);
        u = u.fma(s, FloatVector.broadcast(S, D5));
        u = u.fma(s, FloatVector.broadcast(S, D4));
        u = u.fma(s, FloatVector.broadcast(S, D3));
        u = u.fma(s, FloatVector.broadcast(S, D2));
        u = u.fma(s, FloatVector.broadcast(S, D1));
        u = u.fma(s, FloatVector.broadcast(S, D0));
        u = u.mul(s);
        u = u.fma(u, u.add(u));
        u = u.fma(u, u.add(u));
        FloatVector root = u.fma(ROOT_HALF, ROOT_HALF);
        return root.mul(root);
    }

    static FloatVector geluTanh(FloatVector x) {
        FloatVector s = notAbove0(x, GELU_TANH_END);
        return s.div(geluOneAndExp(s)).add(x.blend(0, x.compare(VectorOperators.LT, 0)));
    }

    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector s = notAbove0(x, GELU_TANH_END);
        FloatVector one = FloatVector.broadcast(S, 1);
        FloatVector share = one.div(geluOneAndExp(s));
        FloatVector rise = s.mul(s).fma(3 * GELU_CUBIC, GELU_LINEAR).mul(s);
        return geluSlope(x, rise.mul(one.sub(share)).fma(share, share));
    }

    private static FloatVector geluOneAndExp(FloatVector s) {
        FloatVector y = s.mul(s).fma(-GELU_CUBIC, -GELU_LINEAR).mul(s);
        FloatVector t = y.fma(LOG2_E, ROUNDER);
        FloatVector power = power(t.reinterpretAsInts().sub(ROUNDER_BITS));
        return expm1Core(remainder(y, t)).add(1).fma(power, FloatVector.broadcast(S, 1));
    }

    /** Turns the derivative at -|x| into that at x. A NaN, which {@link #notAbove0} has lost, comes back. */
    private static FloatVector geluSlope(FloatVector x, FloatVector slope) {
        return slope.blend(FloatVector.broadcast(S, 1).sub(slope), x.compare(VectorOperators.GT, 0))
                .blend(x, x.compare(VectorOperators.NE, x));
    }

    /** -|x|, or an end that is nearer to 0, also for NaN: the bits of negative floats are ordered the other way round. */
    private static FloatVector notAbove0(FloatVector x, float end) {
        return x.reinterpretAsInts().or(SIGN).min(Float.floatToRawIntBits(end)).reinterpretAsFloats();
    }

    static FloatVector softplus(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector u = e.add(1);
        FloatVector log1p = logCore(u, FloatVector.zero(S)).add(e.sub(u.sub(1)).div(u));
        return x.blend(0, x.compare(VectorOperators.LT, 0)).add(log1p);
    }

    /** The magnitude of a non-negative vector with the sign of another. */
    static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
        return sign.reinterpretAsInts().and(SIGN).or(magnitude.reinterpretAsInts()).reinterpretAsFloats();
    }
}
