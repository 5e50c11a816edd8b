package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;

import org.bytedeco.cuda.cudart.CUfunc_st;

/** A compiled kernel, ready to be launched on its device's stream. */
final class Kernel {
    /** More dynamic shared memory than this must be asked for. */
    private static final int SHARED_BY_DEFAULT = 48 * 1024;

    private final CudaContext context;
    private final String name;
    private final CUfunc_st function;
    private int allowedShared = SHARED_BY_DEFAULT;

    Kernel(CudaContext context, String name, CUfunc_st function) {
        this.context = context;
        this.name = name;
        this.function = function;
    }

    /**
     * Launches it, or lets it wait for others to be launched with; see {@link LaunchQueue}. Does not wait to the end.
     *
     * @param gridX blocks in x; 0 in any direction launches nothing
     * @param gridY blocks in y, at most {@link CudaContext#MAX_GRID}
     * @param gridZ blocks in z, likewise
     * @param threads in a block, at most 1024
     * @param sharedBytes dynamic shared memory of a block; above 48 KiB is asked for here
     * @param args what {@link Arguments#add} takes, in the order of the kernel's parameters
     * @throws IllegalStateException if the driver refuses
     */
    void launch(int gridX, int gridY, int gridZ, int threads, int sharedBytes, Object... args) {
        if (gridX == 0 || gridY == 0 || gridZ == 0) {
            return;
        }
        if (sharedBytes > allowedShared) {
            check(cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes),
                    "cuFuncSetAttribute of " + name + " to " + sharedBytes + " bytes of shared memory");
            allowedShared = sharedBytes;
        }
        context.launches().add(this, gridX, gridY, gridZ, threads, sharedBytes, args);
    }

    String name() {
        return name;
    }

    CUfunc_st function() {
        return function;
    }

    /**
     * Launches one thread for each of some elements.
     *
     * @param count how many; the kernel leaves out the threads beyond
     * @param args the arguments
     */
    void launchFor(int count, Object... args) {
        launch(Math.ceilDiv(count, 256), 1, 1, 256, 0, args);
    }
}
