package limbeck.distill.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The k largest logits with their classes, and one number for all others, as {@link CacheFormat} says.
 *
 * @param k how many
 */
record TopK(int k) implements CacheFormat {
    private static final int ENTRY = Short.BYTES + Float.BYTES;
    private static final int MOST_CLASSES = 1 << 16;

    @Override
    public int bytes(int count) {
        if (count > MOST_CLASSES) {
            throw new IllegalArgumentException("cache: " + this + " is for " + MOST_CLASSES + " classes at most, the teacher shows " + count
                    + "; choose f16 or f32");
        }
        return Math.min(k, count) * ENTRY + Float.BYTES;
    }

    @Override
    public boolean keepsFeatures() {
        return false;
    }

    @Override
    public void put(float[] values, int from, int count, ByteBuffer out) {
        int kept = Math.min(k, count);
        var best = new int[kept];
        int found = 0;
        for (int c = 0; c < count; c++) {
            if (!Float.isFinite(values[from + c])) {
                throw new ArithmeticException("cache: the teacher's logit of class " + c + " is " + values[from + c]
                        + ", which has no place among the largest; choose f32");
            }
            found = insert(values, from, c, best, found);
        }
        for (int c : best) {
            out.putShort((short) c).putFloat(values[from + c]);
        }
        out.putFloat(rest(values, from, count, best));
    }

    /** Puts a class in its place among the largest so far. */
    private static int insert(float[] values, int from, int c, int[] best, int found) {
        int at = found;
        while (at > 0 && values[from + c] > values[from + best[at - 1]]) {
            at--;
        }
        if (at == best.length) {
            return found;
        }
        System.arraycopy(best, at, best, at + 1, Math.min(found, best.length - 1) - at);
        best[at] = c;
        return Math.min(found + 1, best.length);
    }

    private static float rest(float[] values, int from, int count, int[] best) {
        if (best.length == count) {
            return 0;
        }
        var others = Arrays.copyOfRange(values, from, from + count);
        for (int c : best) {
            others[c] = Float.NEGATIVE_INFINITY;
        }
        double largest = Float.NEGATIVE_INFINITY;
        for (float z : others) {
            largest = Math.max(largest, z);
        }
        double sum = 0;
        for (float z : others) {
            sum += StrictMath.exp(z - largest);
        }
        return (float) (largest + StrictMath.log(sum / (count - best.length)));
    }

    @Override
    public void get(ByteBuffer in, float[] values, int from, int count) {
        int kept = Math.min(k, count);
        float rest = in.getFloat(in.position() + kept * ENTRY);
        Arrays.fill(values, from, from + count, rest);
        for (int i = 0; i < kept; i++) {
            int c = Short.toUnsignedInt(in.getShort());
            values[from + c] = in.getFloat();
        }
        in.position(in.position() + Float.BYTES);
    }

    @Override
    public String toString() {
        return "top-" + k;
    }
}
