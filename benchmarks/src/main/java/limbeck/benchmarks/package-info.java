/**
 * What the library costs, as ratios measured in one run: each benchmark stands beside its baseline in the same file, and
 * says at its head how to run it.
 *
 * <ul>
 * <li>{@link limbeck.benchmarks.GemmBench}, {@link limbeck.benchmarks.ConvBench}, {@link limbeck.benchmarks.ElementwiseBench}:
 *     the kernels against plain Java loops.
 * <li>{@link limbeck.benchmarks.StepBench}: whole steps of training and of distillation.
 * <li>{@link limbeck.benchmarks.StorageBench}: arrays against native memory, the choice under all kernels.
 * </ul>
 *
 * Trust ratios, not absolute figures from two runs, and use several forks: the compiler decides anew in each JVM.
 */
package limbeck.benchmarks;
