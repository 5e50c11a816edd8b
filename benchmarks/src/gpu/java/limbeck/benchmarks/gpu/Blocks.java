package limbeck.benchmarks.gpu;

import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoD;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoH;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoD;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/** A rival's own stream and memory, in the context that is the calling thread's; the driver's own calls, so that nothing stands between. */
final class Blocks implements AutoCloseable {
    private final CUstream_st stream = new CUstream_st();
    private final List<Long> blocks = new ArrayList<>();

    /** An address on the device as the libraries' calls want it. */
    static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }

        long value() {
            return address;
        }
    }

    Blocks() {
        check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    }

    CUstream_st stream() {
        return stream;
    }

    /** Memory with nothing in it yet. */
    Address empty(long bytes) {
        long[] address = new long[1];
        check(cuMemAlloc(address, bytes), "cuMemAlloc of " + bytes + " bytes");
        blocks.add(address[0]);
        return new Address(address[0]);
    }

    /** So many floats: the pattern, again and again. */
    Address floats(long count, float[] pattern) {
        try (var host = new FloatPointer(pattern)) {
            return filled(4 * count, host, 4L * pattern.length);
        }
    }

    /** The same as bfloat16: the upper halves of the floats, rounded to the nearest even. */
    Address bfloats(long count, float[] pattern) {
        short[] halves = new short[pattern.length];
        for (int i = 0; i < halves.length; i++) {
            int bits = Float.floatToRawIntBits(pattern[i]);
            halves[i] = (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
        }
        try (var host = new ShortPointer(halves)) {
            return filled(2 * count, host, 2L * pattern.length);
        }
    }

    private Address filled(long bytes, Pointer pattern, long length) {
        Address block = empty(bytes);
        long done = Math.min(bytes, length);
        check(cuMemcpyHtoD(block.value(), pattern, done), "cuMemcpyHtoD");
        while (done < bytes) {
            long more = Math.min(done, bytes - done);
            check(cuMemcpyDtoD(block.value() + done, block.value(), more), "cuMemcpyDtoD");
            done += more;
        }
        return block;
    }

    /** The first floats of a block. */
    float[] read(Address block, int count) {
        float[] values = new float[count];
        try (var host = new FloatPointer(count)) {
            check(cuMemcpyDtoH(host, block.value(), 4L * count), "cuMemcpyDtoH");
            host.get(values);
        }
        return values;
    }

    /** The first bfloat16 numbers of a block. */
    float[] readBfloats(Address block, int count) {
        short[] halves = new short[count];
        try (var host = new ShortPointer(count)) {
            check(cuMemcpyDtoH(host, block.value(), 2L * count), "cuMemcpyDtoH");
            host.get(halves);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(halves[i] << 16);
        }
        return values;
    }

    /** Waits for all that is on the stream. */
    void await() {
        check(cuStreamSynchronize(stream), "cuStreamSynchronize");
    }

    @Override
    public void close() {
        blocks.forEach(block -> check(cuMemFree(block), "cuMemFree"));
        check(cuStreamDestroy(stream), "cuStreamDestroy");
    }

    /**
     * Refuses an error.
     *
     * @throws IllegalStateException for any code but 0, which is success in every library of CUDA
     */
    static void check(int code, String what) {
        if (code != 0) {
            throw new IllegalStateException(what + " failed with code " + code);
        }
    }
}
