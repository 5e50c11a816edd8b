package limbeck.tensor.op;

/**
 * The elementwise functions of one operand. Each constant carries its plain meaning in double (the reference backend
 * evaluates just this) and its CUDA text over {@code x}, {@code a} and {@code b}.
 */
public enum UnaryFn {
    /** {@code a * x + b}: scaling, shifting, negation. */
    AFFINE("fmaf(a, x, b)", (x, a, b) -> a * x + b),
    /** The exponential. */
    EXP("expf(x)", (x, a, b) -> Math.exp(x)),
    /** The natural logarithm. */
    LOG("logf(x)", (x, a, b) -> Math.log(x)),
    /** The square root. */
    SQRT("sqrtf(x)", (x, a, b) -> Math.sqrt(x)),
    /** {@code 1 / sqrt(x)}. */
    RSQRT("rsqrtf(x)", (x, a, b) -> 1 / Math.sqrt(x)),
    /** {@code 1 / x}. */
    RECIPROCAL("1.0f / x", (x, a, b) -> 1 / x),
    /** {@code x * x}. */
    SQUARE("x * x", (x, a, b) -> x * x),
    /** The hyperbolic tangent. */
    TANH("tanhf(x)", (x, a, b) -> Math.tanh(x)),
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID("1.0f / (1.0f + expf(-x))", (x, a, b) -> 1 / (1 + Math.exp(-x))),
    /** The error function. */
    ERF("erff(x)", (x, a, b) -> Erf.erf(x)),
    /** {@code max(x, 0)}. */
    RELU("x < 0.0f ? 0.0f : x", (x, a, b) -> x < 0 ? 0 : x),
    /** {@code x} where positive, else {@code a * x}. */
    LEAKY_RELU("x < 0.0f ? a * x : x", (x, a, b) -> x < 0 ? a * x : x),
    /** {@code log(1 + exp(x))}, without overflow. */
    SOFTPLUS("fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)))", (x, a, b) -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
    /** The absolute value. */
    ABS("fabsf(x)", (x, a, b) -> Math.abs(x)),
    /** -1, 0 or 1. */
    SIGN("x != x ? x : (float) ((x > 0.0f) - (x < 0.0f))", (x, a, b) -> Math.signum(x)),
    /** {@code x} to the power {@code a}. */
    POW("powf(x, a)", (x, a, b) -> Math.pow(x, a)),
    /** {@code x} limited to the range {@code a .. b}; a NaN stays a NaN. */
    CLAMP("x < a ? a : x > b ? b : x", (x, a, b) -> x < a ? a : x > b ? b : x);

    private final String cuda;
    private final Function meaning;

    UnaryFn(String cuda, Function meaning) {
        this.cuda = cuda;
        this.meaning = meaning;
    }

    /**
     * The function in double.
     *
     * @param x the operand
     * @param a first parameter, ignored by most
     * @param b second parameter, ignored by most
     * @return its value
     */
    public double apply(double x, double a, double b) {
        return meaning.apply(x, a, b);
    }

    /**
     * The function as a CUDA expression over float variables {@code x}, {@code a}, {@code b}.
     *
     * @return the text
     */
    public String cuda() {
        return cuda;
    }

    private interface Function {
        double apply(double x, double a, double b);
    }
}
