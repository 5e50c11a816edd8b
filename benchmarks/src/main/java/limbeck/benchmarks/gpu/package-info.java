/**
 * What a GPU reaches, beside its maker's libraries and PyTorch: the Java side of {@code benchmarks/gpu-check.sh}. Not by JMH, because
 * launching is not running: many launches are queued, and the device is waited for once.
 *
 * <ul>
 * <li>{@link limbeck.benchmarks.gpu.Rates}: single kernels, beside cuBLAS, cuDNN and a plain copy.
 * <li>{@link limbeck.benchmarks.gpu.Steps}: steps of training and of distillation.
 * <li>{@link limbeck.benchmarks.gpu.Accuracies}: what models learned on the GPU and on the CPU.
 * <li>{@link limbeck.benchmarks.gpu.Check}: the table of it all, and what was aimed at.
 * </ul>
 *
 * They speak to each other, and to the script that runs PyTorch, by files of {@link limbeck.benchmarks.gpu.Figure}s. What touches the
 * bindings of CUDA lies in {@code src/gpu} and is compiled with {@code -Pgpu} alone.
 */
package limbeck.benchmarks.gpu;
