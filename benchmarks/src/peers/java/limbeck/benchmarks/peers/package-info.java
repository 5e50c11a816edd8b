/**
 * The rivals: the same work as in {@link limbeck.benchmarks}, done by other libraries. Compiled with the Maven profile
 * {@code peers} alone; {@code ./limbeck bench --peers} runs them beside ours.
 *
 * <p>A benchmark is found by its name: {@code LibtorchNorm.batchNorm} is the rival of {@code NormBench.batchNorm}, and has its
 * parameters. Each one does its work once before it is timed and compares the result with ours.
 */
package limbeck.benchmarks.peers;
