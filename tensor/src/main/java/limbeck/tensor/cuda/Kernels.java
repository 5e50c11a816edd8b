package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.BytePointer;

/** The compiled kernels of one source on one device. */
final class Kernels {
    private final CudaContext context;
    private final String file;
    private final CUmod_st module;
    private final Map<String, Kernel> kernels = new HashMap<>();

    private Kernels(CudaContext context, String file, CUmod_st module) {
        this.context = context;
        this.file = file;
        this.module = module;
    }

    /** Compiles a text for the device, or takes it from the cache on disk, and loads it. */
    static Kernels compile(CudaContext context, String file, String source, String... options) {
        byte[] image = Nvrtc.compile(file, source, context.capability(), options);
        var module = new CUmod_st();
        try (var pointer = new BytePointer(image)) {
            check(cuModuleLoadData(module, pointer), "cuModuleLoadData of " + file);
        }
        return new Kernels(context, file, module);
    }

    /**
     * One kernel.
     *
     * @param name of an {@code extern "C" __global__} function
     * @return the same object each time
     * @throws IllegalStateException if the source has none of that name
     */
    Kernel kernel(String name) {
        Kernel known = kernels.get(name);
        if (known == null) {
            var function = new CUfunc_st();
            check(cuModuleGetFunction(function, module, name), "cuModuleGetFunction of " + name + " in " + file);
            known = new Kernel(context, name, function);
            kernels.put(name, known);
        }
        return known;
    }
}
