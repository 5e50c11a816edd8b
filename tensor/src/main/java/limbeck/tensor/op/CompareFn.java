package limbeck.tensor.op;

/** The comparisons of two numbers; every one but {@link #NE} is false where either is NaN. */
public enum CompareFn {
    /** Equal. */
    EQ("=="),
    /** Not equal. */
    NE("!="),
    /** Less. */
    LT("<"),
    /** Less or equal. */
    LE("<="),
    /** Greater. */
    GT(">"),
    /** Greater or equal. */
    GE(">=");

    private final String sign;

    CompareFn(String sign) {
        this.sign = sign;
    }

    /**
     * The comparison in double.
     *
     * @param x the left operand
     * @param y the right operand
     * @return its answer
     */
    public boolean apply(double x, double y) {
        return switch (this) {
            case EQ -> x == y;
            case NE -> x != y;
            case LT -> x < y;
            case LE -> x <= y;
            case GT -> x > y;
            case GE -> x >= y;
        };
    }

    /**
     * The sign in Java and CUDA.
     *
     * @return such as {@code <=}
     */
    public String sign() {
        return sign;
    }
}
