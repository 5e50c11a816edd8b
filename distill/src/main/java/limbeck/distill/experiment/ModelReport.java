package limbeck.distill.experiment;

/**
 * What was found out about one of the three models.
 *
 * @param role which one
 * @param name its architecture
 * @param parameters how many numbers it has learned
 * @param multiplyAdds how many multiplications with addition one example takes
 * @param bytes the size of its weights and buffers
 * @param accuracy fraction of the test set that is right, in 0..1
 * @param errors number of wrong test examples
 * @param agreement fraction of the test set on which it says the same as its teacher
 * @param latencyMillis median time of one forward pass of one example, in milliseconds
 * @param throughput examples a second in forward passes of whole batches
 */
public record ModelReport(Role role, String name, long parameters, long multiplyAdds, long bytes, Spread accuracy, Spread errors,
        Spread agreement, double latencyMillis, double throughput) {
}
