/**
 * The CUDA backend, hidden: kernels of our own, in {@code .cu} resources, compiled at run time by NVRTC and launched by the driver
 * through the JavaCPP presets. Loaded only when a program asks for a GPU.
 *
 * <p>Start with {@link limbeck.tensor.cuda.CudaProvider}; the rest is not public. {@code CudaBackend} is the switch over the ops,
 * {@code CudaContext} a device with its stream, {@code CudaPool} its memory, {@code Kernels} and {@code Kernel} compile and launch.
 */
package limbeck.tensor.cuda;
