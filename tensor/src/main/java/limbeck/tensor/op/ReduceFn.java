package limbeck.tensor.op;

/** Ways to fold many numbers into one. */
public enum ReduceFn {
    /** The sum; 0 of nothing. */
    SUM,
    /** The largest; minus infinity of nothing, NaN if any is. */
    MAX,
    /** The smallest; infinity of nothing, NaN if any is. */
    MIN
}
