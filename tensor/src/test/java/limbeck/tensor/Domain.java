package limbeck.tensor;

import java.util.function.IntToDoubleFunction;

/**
 * Where the numbers of a test's operand come from.
 *
 * @param name what to call it in the name of a test
 * @param source makes them
 */
public record Domain(String name, Source source) {
    private static final float[] AWKWARD = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f, -1f, Float.MIN_VALUE,
        -Float.MAX_VALUE, Float.MAX_VALUE, Float.MIN_NORMAL, 0.5f, 1.5f, 2.5f, -2.5f, 3e-39f, 65520f, 1e-7f, -88.5f, 89f};

    /** Normal numbers. */
    public static final Domain NORMAL = new Domain("normal", (key, count) -> floats(count, key::gaussian));

    /** From 0.25 to 4. */
    public static final Domain POSITIVE = new Domain("positive", (key, count) -> floats(count, i -> 0.25 + 3.75 * key.uniform(i)));

    /** From 0.25 to 4 in magnitude, of either sign. */
    public static final Domain AWAY_FROM_ZERO = new Domain("away from zero",
            (key, count) -> floats(count, i -> (0.25 + 3.75 * key.uniform(2L * i)) * (key.bits(2L * i + 1) < 0 ? -1 : 1)));

    /** From -100 to 100: exponentials overflow and vanish. */
    public static final Domain WIDE = new Domain("wide", (key, count) -> floats(count, i -> 200 * key.uniform(i) - 100));

    /** A shuffled grid of step 0.01 through 0.0025: no two are equal, and none is near a multiple of 0.01. */
    public static final Domain DISTINCT = new Domain("distinct", (key, count) -> grid(key, count, 0.0025));

    /** Like {@link #DISTINCT} through 0.0075, so that none equals one of those. */
    public static final Domain DISTINCT_TOO = new Domain("distinct too", (key, count) -> grid(key, count, 0.0075));

    /** Integers from -3 to 3: many are equal. */
    public static final Domain SMALL_INTEGERS = new Domain("small integers", (key, count) -> floats(count, i -> key.below(7, i) - 3));

    /** Integers from -2^30 to 2^30, which floats cannot hold: for I32 alone. */
    public static final Domain LARGE_INTEGERS = new Domain("large integers", (key, count) -> doubles(count, i -> key.bits(i) >> 1));

    /** 0 or 1. */
    public static final Domain FLAGS = new Domain("flags", (key, count) -> floats(count, i -> key.bits(i) >>> 31));

    /** NaN, infinities, zeros, subnormals and the like, in turn. */
    public static final Domain SPECIAL = new Domain("special", (key, count) -> floats(count, i -> AWKWARD[i % AWKWARD.length]));

    /** Those of {@link #SPECIAL}, each as often in a row as there are others, so that two operands meet in all pairs. */
    public static final Domain SPECIAL_IN_RUNS = new Domain("special in runs",
            (key, count) -> floats(count, i -> AWKWARD[i / AWKWARD.length % AWKWARD.length]));

    /** Normal numbers, every seventh a NaN. */
    public static final Domain SOME_NAN = new Domain("some NaN",
            (key, count) -> floats(count, i -> i % 7 == 3 ? Double.NaN : key.gaussian(i)));

    /** Makes numbers. */
    public interface Source {
        /**
         * Makes them.
         *
         * @param key where the randomness comes from
         * @param count how many
         * @return numbers that a float holds exactly, so that every backend sees the same ones
         */
        double[] values(Key key, int count);
    }

    /**
     * Indices into an axis.
     *
     * @param extent the axis' extent
     * @return integers from 0 to {@code extent - 1}
     */
    public static Domain index(int extent) {
        return new Domain("below " + extent, (key, count) -> floats(count, i -> key.below(extent, i)));
    }

    private static double[] grid(Key key, int count, double offset) {
        int[] order = key.permutation(count);
        return floats(count, i -> (order[i] - count / 2) * 0.01 + offset);
    }

    private static double[] floats(int count, IntToDoubleFunction number) {
        return doubles(count, i -> (float) number.applyAsDouble(i));
    }

    private static double[] doubles(int count, IntToDoubleFunction number) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = number.applyAsDouble(i);
        }
        return values;
    }
}
