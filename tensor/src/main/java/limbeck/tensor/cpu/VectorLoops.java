package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.UnaryFn;

/**
 * Elementwise loops on vectors. Each function is a loop of its own, because the Vector API compiles to instructions only
 * where the operation is a constant. The vectors cover whole multiples of their length; {@link ScalarLoops} does the end
 * of each row, and operands of other steps than 0 and 1.
 */
final class VectorLoops implements Loops {
    private static final int L = S.length();
    private static final int PIECE = 1024;
    /** As many bytes as a vector has floats: what a comparison answers. At 128 bits there is no such byte vector. */
    private static final boolean MASKS = Simd.bits() >= 256;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(MASKS ? Simd.bits() / 4 : 64));

    private static final Map<UnaryFn, Alone.Loop> ALONE = new EnumMap<>(Map.of(
            UnaryFn.EXP, (n, x, xi, _, _, z, zi, _) -> exp(n, x, xi, z, zi),
            UnaryFn.LOG, (n, x, xi, _, _, z, zi, _) -> log(n, x, xi, z, zi),
            UnaryFn.TANH, TanhTable.USED ? (n, x, xi, _, _, z, zi, _) -> VectorTanh.run(n, x, xi, z, zi)
                    : (n, x, xi, _, _, z, zi, _) -> tanh(n, x, xi, z, zi),
            UnaryFn.SIGMOID, (n, x, xi, _, _, z, zi, _) -> sigmoid(n, x, xi, z, zi),
            UnaryFn.ERF, (n, x, xi, _, _, z, zi, _) -> erf(n, x, xi, z, zi),
            UnaryFn.SOFTPLUS, (n, x, xi, _, _, z, zi, _) -> softplus(n, x, xi, z, zi)));

    private final ScalarLoops scalar = new ScalarLoops();

    @Override
    public void unary(UnaryFn fn, float a, float b, int rows, int n, float[] x, Walk xw, float[] z, Walk zw) {
        // POW has no vector form; a repeated element needs none.
        int bulk = xw.isUnit() && fn != UnaryFn.POW ? S.loopBound(n) : 0;
        for (int r = 0; r < rows && bulk > 0; r++) {
            int xi = xw.at + r * xw.row;
            int zi = zw.at + r * zw.row;
            switch (fn) {
                case AFFINE -> affine(a, b, bulk, x, xi, z, zi);
                case EXP, LOG, TANH, SIGMOID, ERF, SOFTPLUS -> Alone.run(ALONE.get(fn), bulk, x, xi, null, 0, z, zi, null);
                case SQRT -> sqrt(bulk, x, xi, z, zi);
                case RSQRT -> rsqrt(bulk, x, xi, z, zi);
                case RECIPROCAL -> reciprocal(bulk, x, xi, z, zi);
                case SQUARE -> square(bulk, x, xi, z, zi);
                case RELU -> relu(bulk, x, xi, z, zi);
                case LEAKY_RELU -> leakyRelu(a, bulk, x, xi, z, zi);
                case ABS -> abs(bulk, x, xi, z, zi);
                case SIGN -> sign(bulk, x, xi, z, zi);
                case CLAMP -> clamp(a, b, bulk, x, xi, z, zi);
                case POW -> throw new AssertionError("POW has no vector loop");
            }
        }
        if (bulk < n) {
            scalar.unary(fn, a, b, rows, n - bulk, x, xw.past(bulk), z, zw.past(bulk));
        }
    }

    private static void affine(float a, float b, int n, float[] x, int xi, float[] z, int zi) {
        FloatVector slope = FloatVector.broadcast(S, a);
        FloatVector shift = FloatVector.broadcast(S, b);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.fma(slope, shift).intoArray(z, zi + i);
        }
    }

    /** As if all results were normal floats, and once more where they are not. */
    private static void exp(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += PIECE) {
            int piece = Math.min(PIECE, n - i);
            if (x == z || !normalExp(piece, x, xi + i, z, zi + i)) {
                anyExp(piece, x, xi + i, z, zi + i);
            }
        }
    }

    private static boolean normalExp(int n, float[] x, int xi, float[] z, int zi) {
        IntVector most = FloatVector.zero(S).reinterpretAsInts();
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            most = VectorMath.magnitude(most, v);
            VectorMath.normalExp(v).intoArray(z, zi + i);
        }
        return VectorMath.isAtMost(most, ScalarMath.EXP_NORMAL);
    }

    private static void anyExp(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            VectorMath.exp(v).intoArray(z, zi + i);
        }
    }

    private static void log(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            VectorMath.log(v).intoArray(z, zi + i);
        }
    }

    private static void sqrt(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.sqrt().intoArray(z, zi + i);
        }
    }

    private static void rsqrt(int n, float[] x, int xi, float[] z, int zi) {
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            one.div(v.sqrt()).intoArray(z, zi + i);
        }
    }

    private static void reciprocal(int n, float[] x, int xi, float[] z, int zi) {
        FloatVector one = FloatVector.broadcast(S, 1);
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            one.div(v).intoArray(z, zi + i);
        }
    }

    private static void square(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.mul(v).intoArray(z, zi + i);
        }
    }

    private static void tanh(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            VectorMath.tanh(v).intoArray(z, zi + i);
        }
    }

    private static void sigmoid(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            VectorMath.sigmoid(v).intoArray(z, zi + i);
        }
    }

    /** In two passes over short pieces: in one loop erf has more nodes than the compiler takes. */
    private static void erf(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += PIECE) {
            int piece = Math.min(PIECE, n - i);
            erfFar(piece, x, xi + i, z, zi + i);
            erfNear(piece, x, xi + i, z, zi + i);
        }
    }

    private static void erfFar(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            VectorMath.erfFar(FloatVector.fromArray(S, x, xi + i)).intoArray(z, zi + i);
        }
    }

    private static void erfNear(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            VectorMath.erfNear(FloatVector.fromArray(S, x, xi + i), FloatVector.fromArray(S, z, zi + i)).intoArray(z, zi + i);
        }
    }

    private static void relu(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.blend(0, v.compare(VectorOperators.LT, 0)).intoArray(z, zi + i);
        }
    }

    private static void leakyRelu(float a, int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.blend(v.mul(a), v.compare(VectorOperators.LT, 0)).intoArray(z, zi + i);
        }
    }

    private static void softplus(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            VectorMath.softplus(v).intoArray(z, zi + i);
        }
    }

    private static void abs(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.abs().intoArray(z, zi + i);
        }
    }

    private static void sign(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.blend(1, v.compare(VectorOperators.GT, 0)).blend(-1, v.compare(VectorOperators.LT, 0)).intoArray(z, zi + i);
        }
    }

    private static void clamp(float a, float b, int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            v.blend(b, v.compare(VectorOperators.GT, b)).blend(a, v.compare(VectorOperators.LT, a)).intoArray(z, zi + i);
        }
    }

    @Override
    public void binary(BinaryFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw) {
        boolean simple = xw.isSimple() && yw.isSimple() && xw.step + yw.step > 0 && fn != BinaryFn.POW;
        int bulk = simple ? S.loopBound(n) : 0;
        for (int r = 0; r < rows && bulk > 0; r++) {
            int xi = xw.at + r * xw.row;
            int yi = yw.at + r * yw.row;
            int zi = zw.at + r * zw.row;
            if (yw.step == 0) {
                right(fn, bulk, x, xi, y[yi], z, zi);
            } else if (xw.step == 0) {
                left(fn, bulk, x[xi], y, yi, z, zi);
            } else {
                both(fn, bulk, x, xi, y, yi, z, zi);
            }
        }
        if (bulk < n) {
            scalar.binary(fn, rows, n - bulk, x, xw.past(bulk), y, yw.past(bulk), z, zw.past(bulk));
        }
    }

    private static void both(BinaryFn fn, int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        switch (fn) {
            case ADD -> add(n, x, xi, y, yi, z, zi);
            case SUB -> sub(n, x, xi, y, yi, z, zi);
            case MUL -> mul(n, x, xi, y, yi, z, zi);
            case DIV -> div(n, x, xi, y, yi, z, zi);
            case MAXIMUM -> maximum(n, x, xi, y, yi, z, zi);
            case MINIMUM -> minimum(n, x, xi, y, yi, z, zi);
            case GATE -> gate(n, x, xi, y, yi, z, zi);
            case POW -> throw new AssertionError("POW has no vector loop");
        }
    }

    private static void right(BinaryFn fn, int n, float[] x, int xi, float y, float[] z, int zi) {
        switch (fn) {
            case ADD -> affine(1, y, n, x, xi, z, zi);
            case SUB -> affine(1, -y, n, x, xi, z, zi);
            case MUL -> scale(n, x, xi, y, z, zi);
            case DIV -> divide(n, x, xi, y, z, zi);
            case MAXIMUM -> atLeast(n, x, xi, y, z, zi);
            case MINIMUM -> atMost(n, x, xi, y, z, zi);
            case GATE -> gate(n, x, xi, y, z, zi);
            case POW -> throw new AssertionError("POW has no vector loop");
        }
    }

    private static void left(BinaryFn fn, int n, float x, float[] y, int yi, float[] z, int zi) {
        switch (fn) {
            case ADD -> affine(1, x, n, y, yi, z, zi);
            case SUB -> affine(-1, x, n, y, yi, z, zi);
            case MUL -> scale(n, y, yi, x, z, zi);
            case DIV -> divideInto(n, y, yi, x, z, zi);
            case MAXIMUM -> atLeast(n, y, yi, x, z, zi);
            case MINIMUM -> atMost(n, y, yi, x, z, zi);
            case GATE -> gateAll(x > 0, n, y, yi, z, zi);
            case POW -> throw new AssertionError("POW has no vector loop");
        }
    }

    private static void add(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).add(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void sub(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).sub(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void mul(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).mul(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void div(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).div(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void maximum(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).max(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void minimum(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).min(FloatVector.fromArray(S, y, yi + i)).intoArray(z, zi + i);
        }
    }

    private static void gate(int n, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            var open = FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.GT, 0);
            FloatVector.zero(S).blend(FloatVector.fromArray(S, y, yi + i), open).intoArray(z, zi + i);
        }
    }

    private static void gate(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            var open = FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.GT, 0);
            FloatVector.zero(S).blend(w, open).intoArray(z, zi + i);
        }
    }

    private static void gateAll(boolean open, int n, float[] y, int yi, float[] z, int zi) {
        if (open) {
            System.arraycopy(y, yi, z, zi, n);
        } else {
            Arrays.fill(z, zi, zi + n, 0);
        }
    }

    private static void scale(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).mul(w).intoArray(z, zi + i);
        }
    }

    private static void divide(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).div(w).intoArray(z, zi + i);
        }
    }

    private static void divideInto(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            w.div(FloatVector.fromArray(S, x, xi + i)).intoArray(z, zi + i);
        }
    }

    private static void atLeast(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).max(w).intoArray(z, zi + i);
        }
    }

    private static void atMost(int n, float[] x, int xi, float y, float[] z, int zi) {
        FloatVector w = FloatVector.broadcast(S, y);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, x, xi + i).min(w).intoArray(z, zi + i);
        }
    }

    @Override
    public void compare(CompareFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, byte[] z, Walk zw) {
        int bulk = MASKS && xw.isUnit() && yw.isSimple() ? S.loopBound(n) : 0;
        for (int r = 0; r < rows && bulk > 0; r++) {
            int xi = xw.at + r * xw.row;
            int yi = yw.at + r * yw.row;
            int zi = zw.at + r * zw.row;
            switch (fn) {
                case EQ -> eq(bulk, x, xi, y, yi, yw.step, z, zi);
                case NE -> ne(bulk, x, xi, y, yi, yw.step, z, zi);
                case LT -> lt(bulk, x, xi, y, yi, yw.step, z, zi);
                case LE -> le(bulk, x, xi, y, yi, yw.step, z, zi);
                case GT -> gt(bulk, x, xi, y, yi, yw.step, z, zi);
                case GE -> ge(bulk, x, xi, y, yi, yw.step, z, zi);
            }
        }
        if (bulk < n) {
            scalar.compare(fn, rows, n - bulk, x, xw.past(bulk), y, yw.past(bulk), z, zw.past(bulk));
        }
    }

    private static void eq(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.EQ, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    private static void ne(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.NE, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    private static void lt(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.LT, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    private static void le(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.LE, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    private static void gt(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.GT, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    private static void ge(int n, float[] x, int xi, float[] y, int yi, int step, byte[] z, int zi) {
        for (int i = 0; i < n; i += L) {
            put(FloatVector.fromArray(S, x, xi + i).compare(VectorOperators.GE, operand(y, yi + i * step, step)), z, zi + i);
        }
    }

    /** A run or one element repeated; the step is the same all through a loop. */
    private static FloatVector operand(float[] y, int at, int step) {
        return step == 0 ? FloatVector.broadcast(S, y[at]) : FloatVector.fromArray(S, y, at);
    }

    private static void put(VectorMask<Float> answer, byte[] z, int at) {
        ByteVector.zero(B).blend((byte) 1, answer.cast(B)).intoArray(z, at);
    }

    @Override
    public void where(int rows, int n, byte[] c, Walk cw, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw) {
        int bulk = MASKS && cw.isUnit() && xw.isSimple() && yw.isSimple() ? S.loopBound(n) : 0;
        for (int r = 0; r < rows && bulk > 0; r++) {
            choose(bulk, c, cw.at + r * cw.row, x, xw.at + r * xw.row, xw.step, y, yw.at + r * yw.row, yw.step, z, zw.at + r * zw.row);
        }
        if (bulk < n) {
            scalar.where(rows, n - bulk, c, cw.past(bulk), x, xw.past(bulk), y, yw.past(bulk), z, zw.past(bulk));
        }
    }

    private static void choose(int n, byte[] c, int ci, float[] x, int xi, int xs, float[] y, int yi, int ys, float[] z,
            int zi) {
        for (int i = 0; i < n; i += L) {
            VectorMask<Float> chosen = ByteVector.fromArray(B, c, ci + i).compare(VectorOperators.NE, 0).cast(S);
            operand(y, yi + i * ys, ys).blend(operand(x, xi + i * xs, xs), chosen).intoArray(z, zi + i);
        }
    }
}
