package limbeck.benchmarks.gpu;

import static limbeck.benchmarks.gpu.Blocks.check;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FMA_MATH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardData;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionBackwardFilter;
import static org.bytedeco.cuda.global.cudnn.cudnnConvolutionForward;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnCreateTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyConvolutionDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyFilterDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroyTensorDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionBackwardDataAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnFindConvolutionForwardAlgorithmEx;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolution2dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetConvolutionMathType;
import static org.bytedeco.cuda.global.cudnn.cudnnSetFilter4dDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;
import static org.bytedeco.cuda.global.cudnn.cudnnSetTensor4dDescriptor;

import limbeck.benchmarks.gpu.Blocks.Address;
import limbeck.tensor.Shape;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;

/** One part of a convolution by cuDNN, with the fastest of its algorithms. */
@SuppressWarnings("deprecation") // Its newer functions want a graph and a plan built for each convolution.
final class CudnnConvolution implements Work {
    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);
    private static final long WORKSPACE = 256L << 20;
    /** More than there are algorithms times ways to multiply. */
    private static final int MOST = 32;

    /** What cuDNN tells of one of its algorithms. */
    private record Choice(int status, int algorithm, int math) {
    }

    /** The i-th of the algorithms, which come in the order of their speed. */
    @FunctionalInterface
    private interface Choices {
        Choice at(int i);
    }

    private final cudnnContext handle = Cudnn.open();
    private final Convolution layer;
    private final Convolution.Part part;
    private final ImageOrder order;
    private final int type;
    private final Blocks blocks = new Blocks();
    private final cudnnTensorStruct image = new cudnnTensorStruct();
    private final cudnnTensorStruct result = new cudnnTensorStruct();
    private final cudnnFilterStruct filter = new cudnnFilterStruct();
    private final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
    private final Address x;
    private final Address w;
    private final Address y;
    private final Address workspace;
    private final Choice choice;

    /**
     * Chooses the algorithm.
     *
     * @throws IllegalStateException if there is none of that kind
     */
    CudnnConvolution(Convolution layer, Convolution.Part part, ImageOrder order, int type, int math, float[] first, float[] second) {
        this.layer = layer;
        this.part = part;
        this.order = order;
        this.type = type;
        try {
            describe(math);
            x = block(layer.image(), part == Convolution.Part.IMAGE ? null : first);
            w = block(layer.weight(), part == Convolution.Part.WEIGHT ? null : second);
            y = block(layer.result(), part == Convolution.Part.FORWARD ? null : part == Convolution.Part.IMAGE ? first : second);
            workspace = blocks.empty(WORKSPACE);
            check(cudnnSetStream(handle, blocks.stream()), "cudnnSetStream");
            choice = find(math);
            check(cudnnSetConvolutionMathType(convolution, choice.math), "cudnnSetConvolutionMathType");
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private void describe(int math) {
        check(cudnnCreateTensorDescriptor(image), "cudnnCreateTensorDescriptor");
        check(cudnnCreateTensorDescriptor(result), "cudnnCreateTensorDescriptor");
        check(cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor");
        check(cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor");
        set(image, layer.image());
        set(result, layer.result());
        check(cudnnSetFilter4dDescriptor(filter, type, order.format(), layer.out(), layer.in(), layer.kernel(), layer.kernel()),
                "cudnnSetFilter4dDescriptor");
        check(cudnnSetConvolution2dDescriptor(convolution, layer.padding(), layer.padding(), layer.stride(), layer.stride(), 1, 1,
                CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT), "cudnnSetConvolution2dDescriptor");
        check(cudnnSetConvolutionMathType(convolution, math), "cudnnSetConvolutionMathType");
    }

    private void set(cudnnTensorStruct tensor, Shape shape) {
        check(cudnnSetTensor4dDescriptor(tensor, order.format(), type, shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(3)),
                "cudnnSetTensor4dDescriptor");
    }

    /** Memory for (N, C, H, W) elements; null leaves it empty. */
    private Address block(Shape shape, float[] elements) {
        boolean floats = type == CUDNN_DATA_FLOAT;
        if (elements == null) {
            return blocks.empty((floats ? 4 : 2) * shape.size());
        }
        float[] ordered = order.from(elements, shape.dim(0), shape.dim(1));
        return floats ? blocks.floats(shape.size(), ordered) : blocks.bfloats(shape.size(), ordered);
    }

    private Choice find(int math) {
        int[] count = new int[1];
        Choices choices = switch (part) {
            case FORWARD -> {
                var found = new cudnnConvolutionFwdAlgoPerf_t(MOST);
                check(cudnnFindConvolutionForwardAlgorithmEx(handle, image, x, filter, w, convolution, result, y,
                        MOST, count, found, workspace, WORKSPACE), "cudnnFindConvolutionForwardAlgorithmEx");
                yield i -> new Choice(found.position(i).status(), found.position(i).algo(), found.position(i).mathType());
            }
            case IMAGE -> {
                var found = new cudnnConvolutionBwdDataAlgoPerf_t(MOST);
                check(cudnnFindConvolutionBackwardDataAlgorithmEx(handle, filter, w, result, y, convolution, image, x,
                        MOST, count, found, workspace, WORKSPACE), "cudnnFindConvolutionBackwardDataAlgorithmEx");
                yield i -> new Choice(found.position(i).status(), found.position(i).algo(), found.position(i).mathType());
            }
            case WEIGHT -> {
                var found = new cudnnConvolutionBwdFilterAlgoPerf_t(MOST);
                check(cudnnFindConvolutionBackwardFilterAlgorithmEx(handle, image, x, result, y, convolution, filter, w,
                        MOST, count, found, workspace, WORKSPACE), "cudnnFindConvolutionBackwardFilterAlgorithmEx");
                yield i -> new Choice(found.position(i).status(), found.position(i).algo(), found.position(i).mathType());
            }
        };
        for (int i = 0; i < count[0]; i++) {
            Choice found = choices.at(i);
            // It tries its default too, which rounds to TensorFloat-32: no float32.
            if (found.status == CUDNN_STATUS_SUCCESS && (math != CUDNN_FMA_MATH || found.math == CUDNN_FMA_MATH)) {
                return found;
            }
        }
        throw new IllegalStateException("cuDNN has no algorithm for " + layer + ", " + part);
    }

    @Override
    public String who() {
        return "cuDNN";
    }

    @Override
    public void launch() {
        switch (part) {
            case FORWARD -> check(cudnnConvolutionForward(handle, ONE, image, x, filter, w, convolution, choice.algorithm,
                    workspace, WORKSPACE, ZERO, result, y), "cudnnConvolutionForward");
            case IMAGE -> check(cudnnConvolutionBackwardData(handle, ONE, filter, w, result, y, convolution, choice.algorithm,
                    workspace, WORKSPACE, ZERO, image, x), "cudnnConvolutionBackwardData");
            case WEIGHT -> check(cudnnConvolutionBackwardFilter(handle, ONE, image, x, result, y, convolution, choice.algorithm,
                    workspace, WORKSPACE, ZERO, filter, w), "cudnnConvolutionBackwardFilter");
        }
    }

    @Override
    public void await() {
        blocks.await();
    }

    @Override
    public float[] result(int count) {
        Address to = switch (part) {
            case FORWARD -> y;
            case IMAGE -> x;
            case WEIGHT -> w;
        };
        Shape shape = switch (part) {
            case FORWARD -> layer.result();
            case IMAGE -> layer.image();
            case WEIGHT -> layer.weight();
        };
        float[] elements = type == CUDNN_DATA_FLOAT ? blocks.read(to, count) : blocks.readBfloats(to, count);
        return order.back(elements, shape.dim(0), shape.dim(1));
    }

    @Override
    public void close() {
        check(cudnnDestroyConvolutionDescriptor(convolution), "cudnnDestroyConvolutionDescriptor");
        check(cudnnDestroyFilterDescriptor(filter), "cudnnDestroyFilterDescriptor");
        check(cudnnDestroyTensorDescriptor(image), "cudnnDestroyTensorDescriptor");
        check(cudnnDestroyTensorDescriptor(result), "cudnnDestroyTensorDescriptor");
        Cudnn.close(handle);
        blocks.close();
    }
}
