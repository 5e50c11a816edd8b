package limbeck.distill.cache;

import java.nio.ByteBuffer;

/**
 * How the numbers of a cache are written.
 *
 * <table>
 * <caption>The formats</caption>
 * <tr><th>text</th><th>bytes for C logits</th><th>what is read back</th></tr>
 * <tr><td>{@code f32}</td><td>4 C</td><td>the same bits</td></tr>
 * <tr><td>{@code f16}</td><td>2 C</td><td>each number rounded to 11 significant bits: off by at most one part in 2048, or 3e-8 near 0</td></tr>
 * <tr><td>{@code top-K}</td><td>6 K + 4</td><td>the K largest logits, and one number for all the rest</td></tr>
 * </table>
 *
 * <p>Of {@code top-K} a loss sees the K largest logits {@code z} at their classes, and for each of the other {@code C - K} classes the number
 * {@code log(sum of exp(z) over the others) - log(C - K)}. At temperature 1 the K classes then have exactly the teacher's probabilities, and
 * what is left is spread evenly over the others. At a higher temperature those others get a little more together than from the teacher: of
 * all ways to spread what is left the even one is the softest. Of equal logits the lower class counts as larger; where there are K classes or
 * fewer, all are kept. Layers' outputs cannot be kept so.
 */
public sealed interface CacheFormat permits Single, Half, TopK {
    /** Exact, for teachers that compute in float32. */
    CacheFormat F32 = new Single();
    /** Half as large. */
    CacheFormat F16 = new Half();

    /**
     * Reads a format.
     *
     * @param text {@code f32}, {@code f16}, or {@code top-5} and the like
     * @return the format
     * @throws IllegalArgumentException if it is none of these
     */
    static CacheFormat parse(String text) {
        if (text.equals("f32")) {
            return F32;
        }
        if (text.equals("f16")) {
            return F16;
        }
        if (text.matches("top-[1-9]\\d{0,4}")) {
            return new TopK(Integer.parseInt(text.substring("top-".length())));
        }
        throw new IllegalArgumentException("cache format: there is no '" + text + "'; choose f32, f16 or top-K with a number, such as top-5");
    }

    /**
     * The size of a row of numbers.
     *
     * @param count how many numbers the teacher shows
     * @return in bytes
     */
    int bytes(int count);

    /**
     * Whether layers' outputs can be written, not logits alone.
     *
     * @return false for {@code top-K}
     */
    boolean keepsFeatures();

    /**
     * Writes a row.
     *
     * @param values holds it
     * @param from where it begins
     * @param count how many numbers it has
     * @param out takes {@link #bytes} bytes, in its own byte order
     * @throws ArithmeticException if a number cannot be written so that it means the same
     */
    void put(float[] values, int from, int count, ByteBuffer out);

    /**
     * Reads a row.
     *
     * @param in gives {@link #bytes} bytes
     * @param values takes it
     * @param from where it begins
     * @param count how many numbers it has
     */
    void get(ByteBuffer in, float[] values, int from, int count);
}
