package limbeck.tensor.cpu;

import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.UnaryFn;

/**
 * Elementwise loops without vectors, for rows of any step: the ends of rows, strided operands, and processes without the
 * Vector API. The functions are spelled as in {@link VectorLoops}, so that an element's value does not depend on where in
 * its row it stands.
 */
final class ScalarLoops implements Loops {
    @Override
    public void unary(UnaryFn fn, float a, float b, int rows, int n, float[] x, Walk xw, float[] z, Walk zw) {
        for (int r = 0; r < rows; r++) {
            int xi = xw.at + r * xw.row;
            int zi = zw.at + r * zw.row;
            int s = xw.step;
            switch (fn) {
                case AFFINE -> affine(a, b, n, x, xi, s, z, zi);
                case EXP -> exp(n, x, xi, s, z, zi);
                case LOG -> log(n, x, xi, s, z, zi);
                case SQRT -> sqrt(n, x, xi, s, z, zi);
                case RSQRT -> rsqrt(n, x, xi, s, z, zi);
                case RECIPROCAL -> reciprocal(n, x, xi, s, z, zi);
                case SQUARE -> square(n, x, xi, s, z, zi);
                case TANH -> tanh(n, x, xi, s, z, zi);
                case SIGMOID -> sigmoid(n, x, xi, s, z, zi);
                case ERF -> erf(n, x, xi, s, z, zi);
                case RELU -> relu(n, x, xi, s, z, zi);
                case LEAKY_RELU -> leakyRelu(a, n, x, xi, s, z, zi);
                case SOFTPLUS -> softplus(n, x, xi, s, z, zi);
                case ABS -> abs(n, x, xi, s, z, zi);
                case SIGN -> sign(n, x, xi, s, z, zi);
                case POW -> pow(a, n, x, xi, s, z, zi);
                case CLAMP -> clamp(a, b, n, x, xi, s, z, zi);
            }
        }
    }

    private static void affine(float a, float b, int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = Math.fma(a, x[xi + i * s], b);
        }
    }

    private static void exp(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.exp(x[xi + i * s]);
        }
    }

    private static void log(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.log(x[xi + i * s]);
        }
    }

    private static void sqrt(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = (float) Math.sqrt(x[xi + i * s]);
        }
    }

    private static void rsqrt(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = 1 / (float) Math.sqrt(x[xi + i * s]);
        }
    }

    private static void reciprocal(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = 1 / x[xi + i * s];
        }
    }

    private static void square(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            float v = x[xi + i * s];
            z[zi + i] = v * v;
        }
    }

    private static void tanh(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.tanh(x[xi + i * s]);
        }
    }

    private static void sigmoid(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.sigmoid(x[xi + i * s]);
        }
    }

    private static void erf(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.erf(x[xi + i * s]);
        }
    }

    private static void relu(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            float v = x[xi + i * s];
            z[zi + i] = v < 0 ? 0 : v;
        }
    }

    private static void leakyRelu(float a, int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            float v = x[xi + i * s];
            z[zi + i] = v < 0 ? a * v : v;
        }
    }

    private static void softplus(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.softplus(x[xi + i * s]);
        }
    }

    private static void abs(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = Math.abs(x[xi + i * s]);
        }
    }

    private static void sign(int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = Math.signum(x[xi + i * s]);
        }
    }

    private static void pow(float a, int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = (float) Math.pow(x[xi + i * s], a);
        }
    }

    private static void clamp(float a, float b, int n, float[] x, int xi, int s, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            float v = x[xi + i * s];
            z[zi + i] = v < a ? a : v > b ? b : v;
        }
    }

    @Override
    public void binary(BinaryFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw) {
        for (int r = 0; r < rows; r++) {
            int xi = xw.at + r * xw.row;
            int yi = yw.at + r * yw.row;
            int zi = zw.at + r * zw.row;
            int s = xw.step;
            int t = yw.step;
            switch (fn) {
                case ADD -> add(n, x, xi, s, y, yi, t, z, zi);
                case SUB -> sub(n, x, xi, s, y, yi, t, z, zi);
                case MUL -> mul(n, x, xi, s, y, yi, t, z, zi);
                case DIV -> div(n, x, xi, s, y, yi, t, z, zi);
                case MAXIMUM -> maximum(n, x, xi, s, y, yi, t, z, zi);
                case MINIMUM -> minimum(n, x, xi, s, y, yi, t, z, zi);
                case POW -> pow(n, x, xi, s, y, yi, t, z, zi);
                case GATE -> gate(n, x, xi, s, y, yi, t, z, zi);
            }
        }
    }

    private static void add(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = x[xi + i * s] + y[yi + i * t];
        }
    }

    private static void sub(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = x[xi + i * s] - y[yi + i * t];
        }
    }

    private static void mul(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = x[xi + i * s] * y[yi + i * t];
        }
    }

    private static void div(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = x[xi + i * s] / y[yi + i * t];
        }
    }

    private static void maximum(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = Math.max(x[xi + i * s], y[yi + i * t]);
        }
    }

    private static void minimum(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = Math.min(x[xi + i * s], y[yi + i * t]);
        }
    }

    private static void pow(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = (float) Math.pow(x[xi + i * s], y[yi + i * t]);
        }
    }

    private static void gate(int n, float[] x, int xi, int s, float[] y, int yi, int t, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = x[xi + i * s] > 0 ? y[yi + i * t] : 0;
        }
    }

    @Override
    public void compare(CompareFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, byte[] z, Walk zw) {
        for (int r = 0; r < rows; r++) {
            int xi = xw.at + r * xw.row;
            int yi = yw.at + r * yw.row;
            int zi = zw.at + r * zw.row;
            for (int i = 0; i < n; i++) {
                float v = x[xi + i * xw.step];
                float w = y[yi + i * yw.step];
                boolean answer = switch (fn) {
                    case EQ -> v == w;
                    case NE -> v != w;
                    case LT -> v < w;
                    case LE -> v <= w;
                    case GT -> v > w;
                    case GE -> v >= w;
                };
                z[zi + i] = (byte) (answer ? 1 : 0);
            }
        }
    }

    @Override
    public void where(int rows, int n, byte[] c, Walk cw, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw) {
        for (int r = 0; r < rows; r++) {
            int ci = cw.at + r * cw.row;
            int xi = xw.at + r * xw.row;
            int yi = yw.at + r * yw.row;
            int zi = zw.at + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[zi + i] = c[ci + i * cw.step] != 0 ? x[xi + i * xw.step] : y[yi + i * yw.step];
            }
        }
    }
}
