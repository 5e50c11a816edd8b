package limbeck.distill.experiment;

import java.util.Map;

/**
 * What was found out about one of the models; of several as one, parameters, work and time of all together.
 *
 * @param role which one
 * @param name its architecture, such as {@code resnet20}; of several as one {@code 3*resnet20}
 * @param parameters how many numbers it has learned
 * @param multiplyAdds how many multiplications with addition one example takes
 * @param bytes the size of its weights and buffers
 * @param accuracy fraction of the test set that is right, in 0..1
 * @param balancedAccuracy mean of the classes' recalls on the test set, in 0..1
 * @param errors number of wrong test examples
 * @param agreement fraction of the test set on which it says the same as its teacher
 * @param tasks of several tasks each one's accuracy, by its name in order; empty for one
 * @param latencyMillis median time of one forward pass of one example, in milliseconds
 * @param throughput examples a second in forward passes of whole batches
 */
public record ModelReport(Role role, String name, long parameters, long multiplyAdds, long bytes, Spread accuracy, Spread balancedAccuracy, Spread errors,
        Spread agreement, Map<String, Spread> tasks, double latencyMillis, double throughput) {
}
