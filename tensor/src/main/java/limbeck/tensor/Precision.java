package limbeck.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * How exactly the kernels compute: which algorithms they may choose where a faster one rounds more. It is the
 * process's choice, like the number of {@link Threads}:
 *
 * {@snippet :
 * Precision.use(Precision.STRICT);
 * }
 *
 * Tensors are float32 in any case. On a GPU the precision says how matrix products and convolutions multiply; they add in float32.
 * The CPU computes in float32 whatever is chosen, and there the precisions differ in convolutions alone. A convolution by 3 x 3
 * kernels with stride 1 can be computed with up to four times fewer multiplications (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", CVPR 2016), at the price of rounding errors that the transforms magnify. Largest errors measured
 * against double, relative to the largest element of the result (normal images, 16 to 64 channels):
 *
 * <table>
 * <caption>Errors of a convolution</caption>
 * <tr><th>form</th><th>used by</th><th>result, gradient of the image</th><th>gradient of the weights</th></tr>
 * <tr><td>direct, and as a matrix product</td><td>both</td><td>1e-6</td><td>1.5e-6</td></tr>
 * <tr><td>Winograd F(2 x 2, 3 x 3)</td><td>{@link #STRICT}</td><td>5e-7</td><td>-</td></tr>
 * <tr><td>Winograd F(4 x 4, 3 x 3), F(3 x 3, 4 x 4)</td><td>{@link #FP32}</td><td>1.2e-5</td><td>1e-5</td></tr>
 * </table>
 *
 * The errors of a Winograd form are relative to the largest element of a tile of the image (4 x 4 pixels for F(2 x 2), 6 x 6 for
 * F(4 x 4)), and an infinity or a NaN there reaches all pixels of the result's tile.
 *
 * <p>For comparison, one roundoff of a float is 6e-8, and TensorFloat-32, which GPUs train in, has one of 5e-4. For one
 * precision the bits do not depend on the number of threads.
 */
public enum Precision {
    /** The forms that round least: errors no larger than those of plain sums in float32, in convolutions too. */
    STRICT,

    /**
     * The default: float32 in all products and sums, and the fastest algorithm for them. On a GPU, tensor cores multiply float32
     * numbers as sums of two in TensorFloat-32: the errors are those of float32, but an infinity becomes a NaN.
     */
    FP32,

    /** On a GPU, numbers are rounded to 11 significant bits (TensorFloat-32) before they are multiplied; elsewhere as {@link #FP32}. */
    TF32,

    /** On a GPU, numbers are rounded to 8 significant bits (bfloat16) before they are multiplied; elsewhere as {@link #FP32}. */
    BF16;

    private static volatile Precision current = FP32;

    /**
     * The precision in use.
     *
     * @return {@link #FP32} unless another was chosen
     */
    public static Precision current() {
        return current;
    }

    /**
     * Chooses the precision, from the next kernel on.
     *
     * @param precision the choice
     * @throws NullPointerException if it is null
     */
    public static void use(Precision precision) {
        current = Objects.requireNonNull(precision, "precision");
    }

    /**
     * The precision of a name, as on the command line.
     *
     * @param name such as {@code strict}, in lower case
     * @return the precision
     * @throws IllegalArgumentException listing the names, if it is none of them
     */
    public static Precision of(String name) {
        for (Precision precision : values()) {
            if (precision.name().toLowerCase(Locale.ROOT).equals(name)) {
                return precision;
            }
        }
        throw new IllegalArgumentException("precision: there is no '" + name + "'; choose one of "
                + Arrays.toString(values()).toLowerCase(Locale.ROOT));
    }
}
