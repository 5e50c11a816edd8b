package limbeck.tensor;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A source of random numbers that is a value: the same key and counter give the same bits on every machine, backend and thread.
 *
 * <pre>{@code
 * Key key = Key.of(42);
 * float u = key.split("dropout").uniform(0);     // counter 0 of the stream named "dropout"
 * int[] order = key.split("epoch").split(3).permutation(60_000);
 * }</pre>
 *
 * <p>Nothing advances when a number is drawn. The caller names the draw by a counter, usually the index of the element it is for,
 * so a kernel may fill a tensor in any order and with any number of threads. Two purposes must not share a key and a counter;
 * {@link #split(String)} and {@link #split(long)} give each purpose a stream of its own.
 *
 * <h2>The bits</h2>
 * The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011), a keyed
 * bijection from a 128-bit counter to four 32-bit words. Counter, key and words are listed least significant first:
 * <ul>
 * <li>the key words are {@code (low32(value), high32(value))};</li>
 * <li>draw {@code n} (unsigned) is word {@code n & 3} of the block at {@code (low32(n >>> 2), high32(n >>> 2), 0, 0)};</li>
 * <li>{@code split(i)} is words {@code (0, 1)} of the block at {@code (low32(i), high32(i), 1, 0)};</li>
 * <li>{@code split(name)} is words {@code (0, 1)} of the block at {@code (low32(h), high32(h), 2, 0)}, where {@code h} is the
 *     64-bit FNV-1a hash of the name in UTF-8.</li>
 * </ul>
 * The third counter word keeps draws, numbered children and named children apart. A path is not its parts joined:
 * {@code split("a.b")} and {@code split("a").split("b")} are different keys. Keys have 64 bits, so among a million keys two are
 * the same with a chance of about 3e-8.
 *
 * <p>Normal numbers use only correctly rounded operations (+, *, /, square root, fused multiply-add) and integer arithmetic, and
 * no product is added to anything except by an explicit fma. A compiler has then nothing to contract, and a GPU kernel that
 * repeats the lines of {@link #gaussian(long)} gives the same bits.
 *
 * @param value the 64 bits of the Philox key
 */
public record Key(long value) {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private static final int DRAW = 0;
    private static final int NUMBERED_CHILD = 1;
    private static final int NAMED_CHILD = 2;

    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private static final double LN_2 = 0x1.62e42fefa39efp-1;
    private static final double HALF_PI_PER_2_30 = 0x1.921fb54442d18p-30;

    /**
     * A key whose 64 bits are the seed itself.
     *
     * @param seed any number
     * @return the key
     */
    public static Key of(long seed) {
        return new Key(seed);
    }

    /**
     * The child key of a name, for instance of a layer or a purpose: {@code key.split("block3.dropout")}.
     *
     * @param name any text
     * @return a key whose stream is independent of this one and of every other name
     */
    public Key split(String name) {
        long hash = FNV_OFFSET;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return child(hash, NAMED_CHILD);
    }

    /**
     * The child key of a number, for instance of a step or an example: {@code key.split(step)}.
     *
     * @param index any number
     * @return a key whose stream is independent of this one and of every other index
     */
    public Key split(long index) {
        return child(index, NUMBERED_CHILD);
    }

    private Key child(long index, int domain) {
        var words = new int[4];
        philox((int) index, (int) (index >>> 32), domain, 0, (int) value, (int) (value >>> 32), words);
        return new Key((words[0] & 0xFFFFFFFFL) | (long) words[1] << 32);
    }

    /**
     * Thirty-two random bits.
     *
     * @param counter which draw, read as unsigned
     * @return word {@code counter & 3} of Philox block {@code counter >>> 2}
     */
    public int bits(long counter) {
        var words = new int[4];
        block(counter >>> 2, words);
        return words[(int) (counter & 3)];
    }

    /**
     * A number uniform in [0, 1), a multiple of 2<sup>-24</sup>: the upper 24 of the 32 bits.
     *
     * @param counter which draw
     * @return the number
     */
    public float uniform(long counter) {
        return toUniform(bits(counter));
    }

    /**
     * A standard normal number, by the transform of Box and Muller (1958). Counters {@code 2i} and {@code 2i + 1} share their
     * two words: the first gives the radius and the second the angle, and the numbers are the cosine and the sine part. The
     * largest magnitude is 6.77, because the radius comes from 32 bits.
     *
     * @param counter which draw
     * @return the number, in double precision
     */
    public double gaussian(long counter) {
        var words = new int[4];
        block(counter >>> 2, words);
        int pair = (int) (counter & 2);
        var normals = new double[2];
        boxMuller(words[pair], words[pair + 1], normals, 0);
        return normals[(int) (counter & 1)];
    }

    /**
     * A whole number from 0 to {@code bound - 1}: the upper half of the 64-bit product of bits and bound. No value is more
     * likely than another by more than {@code bound} parts in 2<sup>32</sup>.
     *
     * @param bound   how many values, at least 1
     * @param counter which draw
     * @return the number
     * @throws IllegalArgumentException if the bound is not positive
     */
    public int below(int bound, long counter) {
        if (bound <= 0) {
            throw new IllegalArgumentException("below: the bound is " + bound + ", but a draw needs a bound of at least 1.");
        }
        return scale(bits(counter), bound);
    }

    /**
     * The numbers 0 to {@code n - 1} in random order, by the inside-out shuffle of Fisher and Yates; it uses the draws 1 to
     * {@code n - 1}.
     *
     * @param n how many
     * @return a new array
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public int[] permutation(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("permutation: the length is " + n + ", but a length cannot be negative.");
        }
        var order = new int[n];
        var words = new int[4];
        for (int i = 0; i < n; i++) {
            if ((i & 3) == 0) {
                block(i >>> 2, words);
            }
            int j = scale(words[i & 3], i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /**
     * Fills {@code out[from]} to {@code out[to - 1]} with {@link #uniform(long) uniform} numbers of consecutive counters.
     *
     * @param out          the array to fill
     * @param from         first index, inclusive
     * @param to           last index, exclusive
     * @param firstCounter the counter of {@code out[from]}
     * @throws IndexOutOfBoundsException if the range is not within the array
     */
    public void uniform(float[] out, int from, int to, long firstCounter) {
        Objects.checkFromToIndex(from, to, out.length);
        var words = new int[4];
        long counter = firstCounter;
        for (int i = from; i < to; ) {
            block(counter >>> 2, words);
            for (int w = (int) (counter & 3); w < 4 && i < to; w++, counter++) {
                out[i++] = toUniform(words[w]);
            }
        }
    }

    /**
     * Fills {@code out[from]} to {@code out[to - 1]} with {@link #gaussian(long) standard normal} numbers of consecutive
     * counters, rounded to float.
     *
     * @param out          the array to fill
     * @param from         first index, inclusive
     * @param to           last index, exclusive
     * @param firstCounter the counter of {@code out[from]}
     * @throws IndexOutOfBoundsException if the range is not within the array
     */
    public void gaussian(float[] out, int from, int to, long firstCounter) {
        Objects.checkFromToIndex(from, to, out.length);
        var words = new int[4];
        var normals = new double[4];
        long counter = firstCounter;
        for (int i = from; i < to; ) {
            block(counter >>> 2, words);
            boxMuller(words[0], words[1], normals, 0);
            boxMuller(words[2], words[3], normals, 2);
            for (int w = (int) (counter & 3); w < 4 && i < to; w++, counter++) {
                out[i++] = (float) normals[w];
            }
        }
    }

    private void block(long index, int[] words) {
        philox((int) index, (int) (index >>> 32), DRAW, 0, (int) value, (int) (value >>> 32), words);
    }

    /** The ten rounds: counter (c0, c1, c2, c3) under key (k0, k1) into four words. The names follow the paper. */
    static void philox(int c0, int c1, int c2, int c3, int k0, int k1, int[] words) {
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
            long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }

    private static float toUniform(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    private static int scale(int bits, int bound) {
        return (int) ((bits & 0xFFFFFFFFL) * bound >>> 32);
    }

    private static void boxMuller(int radiusBits, int angleBits, double[] out, int at) {
        // The half keeps the uniform number off zero, where the logarithm has its pole.
        double u = ((radiusBits & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
        double radius = Math.sqrt(-2 * log(u));
        // Two bits choose a quarter turn, thirty an angle within pi/4 of it: an exact argument reduction.
        double angle = ((angleBits << 2) >> 2) * HALF_PI_PER_2_30;
        double cos = radius * cos(angle);
        double sin = radius * sin(angle);
        int quarter = angleBits >>> 30;
        boolean odd = (quarter & 1) != 0;
        double x = odd ? sin : cos;
        double y = odd ? cos : sin;
        out[at] = quarter == 1 || quarter == 2 ? -x : x;
        out[at + 1] = quarter >= 2 ? -y : y;
    }

    /**
     * Natural logarithm of a normal positive number: exponent times ln 2, plus 2 atanh((m - 1) / (m + 1)) of a mantissa near 1.
     */
    static double log(double u) {
        long raw = Double.doubleToRawLongBits(u);
        int exponent = (int) (raw >>> 52) - 1023;
        double mantissa = Double.longBitsToDouble((raw & 0xFFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (mantissa > 0x1.6a09e667f3bcdp0) {
            mantissa *= 0.5;
            exponent++;
        }
        double s = (mantissa - 1) / (mantissa + 1);
        double z = s * s;
        double p = 1.0 / 21;
        p = Math.fma(p, z, 1.0 / 19);
        p = Math.fma(p, z, 1.0 / 17);
        p = Math.fma(p, z, 1.0 / 15);
        p = Math.fma(p, z, 1.0 / 13);
        p = Math.fma(p, z, 1.0 / 11);
        p = Math.fma(p, z, 1.0 / 9);
        p = Math.fma(p, z, 1.0 / 7);
        p = Math.fma(p, z, 1.0 / 5);
        p = Math.fma(p, z, 1.0 / 3);
        p = Math.fma(p, z, 1.0);
        return Math.fma(exponent, LN_2, 2 * s * p);
    }

    /** Taylor polynomial of the sine to degree 15, for |x| at most pi/4. */
    static double sin(double x) {
        double z = x * x;
        double p = -1.0 / 1307674368000.0;
        p = Math.fma(p, z, 1.0 / 6227020800.0);
        p = Math.fma(p, z, -1.0 / 39916800);
        p = Math.fma(p, z, 1.0 / 362880);
        p = Math.fma(p, z, -1.0 / 5040);
        p = Math.fma(p, z, 1.0 / 120);
        p = Math.fma(p, z, -1.0 / 6);
        return Math.fma(x * z, p, x);
    }

    /** Taylor polynomial of the cosine to degree 16, for |x| at most pi/4. */
    static double cos(double x) {
        double z = x * x;
        double p = 1.0 / 20922789888000.0;
        p = Math.fma(p, z, -1.0 / 87178291200.0);
        p = Math.fma(p, z, 1.0 / 479001600);
        p = Math.fma(p, z, -1.0 / 3628800);
        p = Math.fma(p, z, 1.0 / 40320);
        p = Math.fma(p, z, -1.0 / 720);
        p = Math.fma(p, z, 1.0 / 24);
        p = Math.fma(p, z, -0.5);
        return Math.fma(p, z, 1.0);
    }
}
