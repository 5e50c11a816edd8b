package limbeck.tensor.cpu;

/**
 * The inner loops of {@link limbeck.tensor.op.Gelu} and of its gradient, over runs of floats; the formulas and their errors are
 * those of {@link ScalarMath}.
 */
interface GeluLoops {
    /** The implementation of this process. */
    GeluLoops BEST = Simd.available() ? new VectorGeluLoops() : new ScalarGeluLoops();

    /** {@code z = gelu(x)}. */
    void exact(int n, float[] x, int xi, float[] z, int zi);

    /** {@code z = gelu(x)} in its tanh form. */
    void tanh(int n, float[] x, int xi, float[] z, int zi);

    /** {@code z = g gelu'(x)}. */
    void exactInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi);

    /** {@code z = g gelu'(x)} in its tanh form. */
    void tanhInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi);
}
