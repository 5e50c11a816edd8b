package limbeck.tensor.cpu;

import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.UnaryFn;

/**
 * The inner loops of elementwise ops, over blocks of rows in float arrays. Two implementations, chosen once: vectors, or
 * plain loops where the Vector API is missing.
 */
interface Loops {
    /** The implementation of this process. */
    Loops BEST = Simd.available() ? new VectorLoops() : new ScalarLoops();

    /** {@code z = fn(x)} with the function's parameters a and b; z's rows are runs. */
    void unary(UnaryFn fn, float a, float b, int rows, int n, float[] x, Walk xw, float[] z, Walk zw);

    /** {@code z = fn(x, y)}; z's rows are runs. */
    void binary(BinaryFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw);

    /** {@code z = fn(x, y) ? 1 : 0}; z's rows are runs. */
    void compare(CompareFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, byte[] z, Walk zw);

    /** {@code z = c ? x : y}; z's rows are runs. */
    void where(int rows, int n, byte[] c, Walk cw, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw);
}
