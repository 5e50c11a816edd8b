package limbeck.distill.cache;

import java.nio.ByteBuffer;

/** Every number rounded to the nearest of binary16, to the even one between two. */
record Half() implements CacheFormat {
    @Override
    public int bytes(int count) {
        return Math.multiplyExact(Short.BYTES, count);
    }

    @Override
    public boolean keepsFeatures() {
        return true;
    }

    @Override
    public void put(float[] values, int from, int count, ByteBuffer out) {
        for (int i = from; i < from + count; i++) {
            short half = Float.floatToFloat16(values[i]);
            // An exponent of all ones: an infinity, or what was no number before.
            if ((half & 0x7c00) == 0x7c00) {
                throw new ArithmeticException("cache: the teacher shows " + values[i] + ", and f16 holds numbers up to 65504; choose f32");
            }
            out.putShort(half);
        }
    }

    @Override
    public void get(ByteBuffer in, float[] values, int from, int count) {
        // In an array of their own, since a loop over arrays is turned into vectors.
        var halves = new short[count];
        in.asShortBuffer().get(halves);
        in.position(in.position() + bytes(count));
        for (int i = 0; i < count; i++) {
            values[from + i] = Float.float16ToFloat(halves[i]);
        }
    }

    @Override
    public String toString() {
        return "f16";
    }
}
