package limbeck.nn;

import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;

/**
 * Batch normalization of vectors (N, C), or of sequences (N, C, L), by channel (Ioffe and Szegedy, ICML 2015):
 * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias}.
 *
 * <p>In {@link Mode#train training} mean and variance are those of the batch, and the running ones follow them:
 * {@code running = (1 - momentum) running + momentum batch}, with the unbiased variance, as in PyTorch. In evaluation they
 * are the running ones. Parts have PyTorch's names: weight, bias, running_mean, running_var.
 *
 * @param weight scale, shape (C)
 * @param bias shift, shape (C)
 * @param runningMean shape (C)
 * @param runningVariance shape (C)
 * @param epsilon added to the variance
 * @param momentum the weight of a new batch in the running statistics
 */
public record BatchNorm1d(Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon, double momentum)
        implements Module {
    /**
     * A layer that starts as the identity, with epsilon 1e-5 and momentum 0.1.
     *
     * @param channels the number of channels
     * @return the layer
     */
    public static BatchNorm1d of(int channels) {
        return new BatchNorm1d(Parameter.of(Init.ones(channels)), Parameter.of(Init.zeros(channels)), Buffer.of(Init.zeros(channels)),
                Buffer.of(Init.ones(channels)), BatchNorm.EPSILON, BatchNorm.MOMENTUM);
    }

    @Override
    public Variable forward(Variable x) {
        BatchNorm.check("batchNorm1d", x, x.shape().rank() == 2 || x.shape().rank() == 3, "(N, C) or (N, C, L)", weight);
        return Mode.isTraining()
                ? BatchNorm.train("batchNorm1d", x, BatchNorm.moments(x), weight, bias, runningMean, runningVariance, epsilon, momentum,
                        BatchNorm.Tail.NONE)
                : BatchNorm.evaluate(x, weight, bias, runningMean, runningVariance, epsilon, BatchNorm.Tail.NONE);
    }

    @Override
    public Parts parts() {
        return Parts.none().with("weight", weight).with("bias", bias).with("running_mean", runningMean).with("running_var", runningVariance);
    }
}
