/**
 * Tensors: immutable n-dimensional arrays, the operations on them as data, and the backends that compute them.
 * The Vector API is optional at run time: without it the CPU backend computes in scalar loops and says so once. So are the JavaCPP
 * presets for CUDA, which only a program that asks for a GPU needs.
 */
@SuppressWarnings("module") // The modules of the qualified export are compiled after this one.
module limbeck.tensor {
    requires static jdk.incubator.vector;
    requires static org.bytedeco.cuda;
    requires static org.bytedeco.javacpp;

    exports limbeck.tensor;
    exports limbeck.tensor.op;
    exports limbeck.tensor.spi to limbeck.autograd, limbeck.nn, limbeck.benchmarks;

    uses limbeck.tensor.spi.BackendProvider;

    provides limbeck.tensor.spi.BackendProvider with limbeck.tensor.cuda.CudaProvider;
}
