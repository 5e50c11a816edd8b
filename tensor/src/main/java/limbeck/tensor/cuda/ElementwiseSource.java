package limbeck.tensor.cuda;

import java.util.List;
import java.util.Locale;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.UnaryFn;

/** The kernels of all elementwise functions, from the CUDA texts that the ops carry: instances of what {@code elementwise.cu} defines. */
final class ElementwiseSource {
    private ElementwiseSource() {
    }

    static String text() {
        var text = new StringBuilder(Sources.of("elementwise.cu")).append("#line 1 \"generated.cu\"\n");
        for (UnaryFn fn : UnaryFn.values()) {
            unary(text, name(fn) + "_f32", "float", "float", fn.cuda());
            String integers = integers(fn);
            if (integers != null) {
                unary(text, name(fn) + "_i32", "int", "double", "to_int(" + integers + ")");
            }
        }
        for (String form : List.of("gelu", "gelu_tanh")) {
            unary(text, form + "_f32", "float", "float", form + "(x)");
            binary(text, form + "_input_f32", "float", "float", "y * " + form + "_slope(x)");
        }
        for (BinaryFn fn : BinaryFn.values()) {
            binary(text, name(fn) + "_f32", "float", "float", fn.cuda());
            String integers = integers(fn);
            if (integers != null) {
                binary(text, name(fn) + "_i32", "int", "int", integers);
            }
        }
        for (CompareFn fn : CompareFn.values()) {
            binary(text, name(fn) + "_f32", "float", "u8", "x " + fn.sign() + " y");
            binary(text, name(fn) + "_i32", "int", "u8", "x " + fn.sign() + " y");
        }
        return text.toString();
    }

    static String name(Enum<?> fn) {
        return fn.name().toLowerCase(Locale.ROOT);
    }

    /** On integers, over doubles, which hold every int: parameters may be fractions. Null where the function leaves the integers. */
    private static String integers(UnaryFn fn) {
        return switch (fn) {
            case AFFINE -> "a * x + b";
            case SQUARE -> "(double) x * x";
            case RELU -> "x < 0 ? 0 : x";
            case ABS -> "fabs((double) x)";
            case SIGN -> "(x > 0) - (x < 0)";
            case CLAMP -> "x < a ? a : x > b ? b : x";
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, LEAKY_RELU, SOFTPLUS, POW -> null;
        };
    }

    /** On integers, which wrap around. Null where the function leaves them. */
    private static String integers(BinaryFn fn) {
        return switch (fn) {
            case ADD -> "(int) ((u32) x + (u32) y)";
            case SUB -> "(int) ((u32) x - (u32) y)";
            case MUL -> "(int) ((u32) x * (u32) y)";
            case MAXIMUM -> "x > y ? x : y";
            case MINIMUM -> "x < y ? x : y";
            case GATE -> "x > 0 ? y : 0";
            case DIV, POW -> null;
        };
    }

    private static void unary(StringBuilder text, String name, String type, String parameter, String expression) {
        text.append("""
                struct unary_$NAME { static DEVICE $T of($T x, $P a, $P b) { return $E; } };
                """.replace("$NAME", name).replace("$T", type).replace("$P", parameter).replace("$E", expression));
        if (type.equals("float")) {
            text.append("""
                    extern "C" __global__ void unary_$NAME_dense(const $T* x, $T* y, int n, $P a, $P b) {
                        unary_dense<unary_$NAME>(x, y, n, a, b);
                    }
                    """.replace("$NAME", name).replace("$T", type).replace("$P", parameter));
        }
        text.append("""
                extern "C" __global__ void unary_$NAME_walk(const $T* x, $T* y, int n, $P a, $P b, Walk<1> walk) {
                    unary_walk<unary_$NAME>(x, y, n, a, b, walk);
                }
                """.replace("$NAME", name).replace("$T", type).replace("$P", parameter));
    }

    private static void binary(StringBuilder text, String name, String type, String result, String expression) {
        text.append("""
                struct binary_$NAME { static DEVICE $R of($T x, $T y) { return $E; } };
                extern "C" __global__ void binary_$NAME_dense(const $T* x, int xs, const $T* y, int ys, $R* z, int n) {
                    binary_dense<binary_$NAME>(x, xs, y, ys, z, n);
                }
                extern "C" __global__ void binary_$NAME_fours(const $T* x, int xs, const $T* y, int ys, $R* z, int n, Walk<2> walk) {
                    binary_fours<binary_$NAME>(x, xs, y, ys, z, n, walk);
                }
                extern "C" __global__ void binary_$NAME_walk(const $T* x, const $T* y, $R* z, int n, Walk<2> walk) {
                    binary_walk<binary_$NAME>(x, y, z, n, walk);
                }
                """.replace("$NAME", name).replace("$T", type).replace("$R", result).replace("$E", expression));
    }
}
