package limbeck.distill.cache;

import java.nio.ByteBuffer;

/** Every number as it is. */
record Single() implements CacheFormat {
    @Override
    public int bytes(int count) {
        return Math.multiplyExact(Float.BYTES, count);
    }

    @Override
    public boolean keepsFeatures() {
        return true;
    }

    @Override
    public void put(float[] values, int from, int count, ByteBuffer out) {
        out.asFloatBuffer().put(values, from, count);
        out.position(out.position() + bytes(count));
    }

    @Override
    public void get(ByteBuffer in, float[] values, int from, int count) {
        in.asFloatBuffer().get(values, from, count);
        in.position(in.position() + bytes(count));
    }

    @Override
    public String toString() {
        return "f32";
    }
}
