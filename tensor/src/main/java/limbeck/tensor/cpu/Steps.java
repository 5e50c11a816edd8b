package limbeck.tensor.cpu;

/** The inner loops of optimizers: one pass over a piece of the parameters. The formulas are those of the update rules. */
interface Steps {
    /** The implementation of this process. */
    Steps BEST = Simd.available() ? new VectorSteps() : new ScalarSteps();

    /** Plain gradient descent: {@code p -= rate (g + decay p)}. */
    void descend(int n, float rate, float decay, float[] p, int pi, float[] g, int gi);

    /** With momentum: {@code v = momentum v + g + decay p}, then {@code p} follows v, or looks ahead. */
    void momentum(int n, float rate, float decay, float momentum, boolean nesterov, float[] p, int pi, float[] g, int gi,
            float[] v, int vi);

    /** Adam with its bias corrections already in the rate and the root's factor. */
    void adam(int n, Adam c, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi);

    /** {@code p += share (scale g - p)}. */
    void average(int n, float share, float scale, float[] p, int pi, float[] g, int gi);

    /**
     * The constants of one step of Adam: {@code g += decay p; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
     * p = keep p - rate m / (root sqrt(v) + epsilon)}.
     */
    record Adam(float beta1, float share1, float beta2, float share2, float rate, float root, float epsilon, float decay,
            float keep) {
    }
}
