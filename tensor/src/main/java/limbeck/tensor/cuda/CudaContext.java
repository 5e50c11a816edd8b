package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * One GPU: its primary context, the one stream on which everything happens, its memory and its compiled kernels.
 *
 * <p>All work of a device goes through one stream, in the order in which it was asked for. A block of memory may therefore be handed
 * on as soon as the last kernel that touches it has been launched, and nothing but a copy to Java ever waits. Callers hold the
 * context's monitor while they launch ({@link CudaBackend} does), so that threads may share a device.
 */
final class CudaContext {
    /** Of a kernel's grid, in y and z. */
    static final int MAX_GRID = 65_535;

    private final int index;
    private final String name;
    private final int capability;
    private final CUctx_st context = new CUctx_st();
    private final CUstream_st stream = new CUstream_st();
    private final LaunchQueue launches = new LaunchQueue(stream);
    private final Map<String, Kernels> kernels = new HashMap<>();
    private final CudaPool pool;
    private final Transfers transfers;
    private final IndexErrors indexErrors;
    private Kernels elementwise;

    /**
     * Opens a device; the driver has been started.
     *
     * @param index which one, from 0
     * @throws IllegalStateException if the driver refuses
     */
    CudaContext(int index) {
        this.index = index;
        int[] handle = new int[1];
        check(cuDeviceGet(handle, index), "cuDeviceGet of device " + index);
        int device = handle[0];
        byte[] text = new byte[256];
        check(cuDeviceGetName(text, text.length, device), "cuDeviceGetName");
        name = Driver.name(text);
        capability = 10 * Driver.attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device)
                + Driver.attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
        check(cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain of device " + index);
        enter();
        check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        transfers = new Transfers(stream);
        pool = new CudaPool(this);
        indexErrors = new IndexErrors(this);
    }

    /** Makes this device the calling thread's; every entry from outside does so first. */
    void enter() {
        check(cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    /** Which device it is, from 0. */
    int index() {
        return index;
    }

    /** Such as {@code NVIDIA H200}. */
    String name() {
        return name;
    }

    /** Compute capability, such as 90 for 9.0. */
    int capability() {
        return capability;
    }

    /** The stream, for a call that is none of a kernel; whatever was asked for before is on it. */
    CUstream_st stream() {
        launches.flush();
        return stream;
    }

    CudaPool pool() {
        return pool;
    }

    IndexErrors indexErrors() {
        return indexErrors;
    }

    /** Copies from a primitive array; the array may be changed at once. */
    void upload(Object array, long address, long bytes) {
        if (bytes <= Pokes.MOST) {
            Pokes.upload(this, array, address, (int) bytes);
        } else {
            launches.flush();
            transfers.upload(array, address, bytes);
        }
    }

    /** Waits, and copies to a primitive array. */
    void download(long address, Object array, long bytes) {
        launches.end();
        transfers.download(address, array, bytes);
    }

    /** What is to be launched on the stream. */
    LaunchQueue launches() {
        return launches;
    }

    /** Waits until all work has been done, and so for errors in it. */
    void synchronize() {
        launches.end();
        check(cuStreamSynchronize(stream), "cuStreamSynchronize (an earlier kernel may be at fault)");
    }

    /**
     * The kernels of a source in this package's resources, compiled when first asked for.
     *
     * @param file such as {@code matmul.cu}; {@code common.cuh} is put in front of it
     * @param options of the compiler, such as {@code -DTILE=128}; each combination is a module of its own
     * @return the compiled kernels
     */
    Kernels kernels(String file, String... options) {
        String key = options.length == 0 ? file : file + " " + String.join(" ", options);
        Kernels known = kernels.get(key);
        if (known == null) {
            known = Kernels.compile(this, file, Sources.of(file), options);
            kernels.put(key, known);
        }
        return known;
    }

    /** The kernels of the elementwise ops, which are generated. */
    Kernels elementwise() {
        if (elementwise == null) {
            elementwise = Kernels.compile(this, "elementwise.cu", ElementwiseSource.text());
        }
        return elementwise;
    }
}
