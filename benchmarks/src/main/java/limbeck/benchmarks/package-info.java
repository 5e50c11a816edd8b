/**
 * What the library costs, as ratios measured in one run: each benchmark stands beside its baseline in the same file, and
 * says at its head how to run it.
 *
 * <ul>
 * <li>{@link limbeck.benchmarks.GemmBench}, {@link limbeck.benchmarks.ConvBench}, {@link limbeck.benchmarks.ElementwiseBench},
 *     {@link limbeck.benchmarks.ReductionBench}, {@link limbeck.benchmarks.NormBench}, {@link limbeck.benchmarks.PoolBench},
 *     {@link limbeck.benchmarks.LossBench}: single ops and layers against plain Java loops.
 * <li>{@link limbeck.benchmarks.StepBench}, {@link limbeck.benchmarks.InferenceBench}: whole steps of training and of
 *     distillation, and models at work.
 * <li>{@link limbeck.benchmarks.MethodBench}: what each method of distillation costs over plain training.
 * <li>{@link limbeck.benchmarks.CacheBench}: what a teacher that need not run again saves.
 * <li>{@link limbeck.benchmarks.PeakBench}: what the machine can do.
 * <li>{@link limbeck.benchmarks.StorageBench}: arrays against native memory, the choice under all kernels.
 * </ul>
 *
 * {@code ./limbeck bench} runs most of them beside other libraries and makes one table of it: {@link limbeck.benchmarks.compare}.
 * {@code benchmarks/gpu-check.sh} does so on a GPU: {@link limbeck.benchmarks.gpu}.
 *
 * <p>Trust ratios, not absolute figures from two runs, and use several forks: the compiler decides anew in each JVM.
 */
package limbeck.benchmarks;
