/**
 * Tensors: immutable n-dimensional arrays, the operations on them as data, and the backends that compute them.
 * The Vector API is optional at run time: without it the CPU backend computes in scalar loops and says so once.
 */
@SuppressWarnings("module") // The modules of the qualified export are compiled after this one.
module limbeck.tensor {
    requires static jdk.incubator.vector;

    exports limbeck.tensor;
    exports limbeck.tensor.op;
    exports limbeck.tensor.spi to limbeck.autograd, limbeck.nn, limbeck.benchmarks;

    uses limbeck.tensor.spi.BackendProvider;
}
