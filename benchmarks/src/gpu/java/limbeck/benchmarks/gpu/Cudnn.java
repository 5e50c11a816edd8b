package limbeck.benchmarks.gpu;

import static limbeck.benchmarks.gpu.Blocks.check;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_OP_MATH;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Precision;
import org.bytedeco.cuda.cudnn.cudnnContext;

/**
 * cuDNN, by its functions of version 7, which choose among its algorithms by trying them. Where we multiply in float32, exactly
 * or by tensor cores as sums of two, it does so without them, in both orders of the elements, as its fastest kernels for that want pixels
 * last. For bfloat16 it is given rounded operands and rounds the result: it has no form that rounds on the way.
 */
final class Cudnn implements Rival.Convolutions {
    Cudnn() {
        // Whether it works at all shows here, and not in the middle of a measurement.
        close(open());
    }

    /** A handle; each work has its own, because each has its own stream. */
    static cudnnContext open() {
        var handle = new cudnnContext();
        check(cudnnCreate(handle), "cudnnCreate");
        return handle;
    }

    static void close(cudnnContext handle) {
        check(cudnnDestroy(handle), "cudnnDestroy");
    }

    @Override
    public String title() {
        long version = cudnnGetVersion();
        return "cuDNN " + version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    @Override
    public List<Work> convolutions(Precision precision, Convolution layer, Convolution.Part part, float[] first, float[] second) {
        boolean exact = precision == Precision.STRICT || precision == Precision.FP32;
        int type = precision == Precision.BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
        var works = new ArrayList<Work>();
        String refused = "";
        for (ImageOrder order : exact ? ImageOrder.values() : new ImageOrder[] {ImageOrder.CHANNELS_LAST}) {
            try {
                works.add(new CudnnConvolution(layer, part, order, type, exact ? CUDNN_FMA_MATH : CUDNN_TENSOR_OP_MATH, first, second));
            } catch (IllegalStateException e) {
                refused = e.getMessage();
            }
        }
        if (works.isEmpty()) {
            throw new IllegalStateException(refused);
        }
        return works;
    }
}
