package limbeck.tensor;

/**
 * The type of a tensor's elements. A value, never a type parameter: one {@link Tensor} class serves all of them.
 * The CPU computes in {@link #F32} (16-bit floats are widened when read and rounded when written), the reference
 * backend in double; integers are for indices, masks and quantized weights.
 */
public enum DType {
    /** IEEE 754 binary32, the default on the CPU. */
    F32(4, true),
    /** IEEE 754 binary64, the default on the reference device. */
    F64(8, true),
    /** bfloat16: the upper half of a binary32. */
    BF16(2, true),
    /** IEEE 754 binary16. */
    F16(2, true),
    /** Signed 8-bit integer. */
    I8(1, false),
    /** Signed 32-bit integer: labels and indices. */
    I32(4, false),
    /** True or false, one byte each: what comparisons answer. */
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /**
     * The size of one element in bytes.
     *
     * @return 1, 2, 4 or 8
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Whether the elements are floating-point numbers; only these have gradients.
     *
     * @return true for F32, F64, BF16 and F16
     */
    public boolean isFloating() {
        return floating;
    }

    /** Refuses integers where an operation would have to cut off fractions. */
    void requireFloating(String op) {
        if (!floating) {
            throw new ShapeException(op + ": wants floating-point numbers, got " + this + "; cast first, for example x.cast(F32)");
        }
    }

    /**
     * Rounds a number to the nearest value of this type; integers truncate toward zero and saturate, BOOL is
     * {@code value != 0}.
     *
     * @param value any number
     * @return the value that an element of this type would hold
     */
    public double round(double value) {
        return switch (this) {
            case F32 -> (float) value;
            case F64 -> value;
            case BF16 -> bfloat16ToFloat(floatToBfloat16((float) value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case I8 -> Math.clamp((long) value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case I32 -> (int) value;
            case BOOL -> value != 0 ? 1 : 0;
        };
    }

    /**
     * The bfloat16 nearest to a float (ties to even).
     *
     * @param value any float; a NaN stays a NaN
     * @return the 16 bits
     */
    public static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /**
     * The float that a bfloat16 stands for.
     *
     * @param bits the 16 bits
     * @return the same value as a float
     */
    public static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
