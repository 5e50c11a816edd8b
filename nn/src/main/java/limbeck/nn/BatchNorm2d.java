package limbeck.nn;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.ImagesAndSums;

/**
 * Batch normalization of images (N, C, H, W) by channel (Ioffe and Szegedy, ICML 2015):
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
public record BatchNorm2d(Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon, double momentum)
        implements Module {
    /**
     * A layer that starts as the identity, with epsilon 1e-5 and momentum 0.1.
     *
     * @param channels the number of channels
     * @return the layer
     */
    public static BatchNorm2d of(int channels) {
        return new BatchNorm2d(Parameter.of(Init.ones(channels)), Parameter.of(Init.zeros(channels)), Buffer.of(Init.zeros(channels)),
                Buffer.of(Init.ones(channels)), BatchNorm.EPSILON, BatchNorm.MOMENTUM);
    }

    @Override
    public Variable forward(Variable x) {
        return forward(x, BatchNorm.Tail.NONE);
    }

    private Variable forward(Variable x, BatchNorm.Tail tail) {
        BatchNorm.check("batchNorm2d", x, x.shape().rank() == 4, "(N, C, H, W)", weight);
        return Mode.isTraining() ? train(x, BatchNorm.moments(x), tail)
                : BatchNorm.evaluate(x, weight, bias, runningMean, runningVariance, epsilon, tail);
    }

    private Variable train(Variable x, Tensor moments, BatchNorm.Tail tail) {
        return BatchNorm.train("batchNorm2d", x, moments, weight, bias, runningMean, runningVariance, epsilon, momentum, tail);
    }

    /**
     * {@code relu(batchNorm(x))} in one go, as far as nobody watches this layer: half the way through memory of both.
     *
     * @param x (N, C, H, W)
     * @return the same shape
     */
    public Variable relu(Variable x) {
        return Calls.fused(this, x, in -> forward(in, new BatchNorm.Tail(null, true)), Variable::relu);
    }

    /**
     * {@code relu(batchNorm(x) + residual)} in one go, as far as nobody watches this layer.
     *
     * @param x (N, C, H, W)
     * @param residual the same shape
     * @return the same shape
     */
    public Variable addRelu(Variable x, Variable residual) {
        return Calls.fused(this, x, in -> forward(in, new BatchNorm.Tail(residual, true)), y -> y.add(residual).relu());
    }

    /** A convolution with this behind it; in training one without bias. */
    Variable convolved(Conv2d conv, Variable x, BatchNorm.Tail tail) {
        if (Mode.isTraining()) {
            var op = new Conv2dMoments(conv.spec());
            Shape images = op.images(x.shape(), conv.weight().shape());
            Tensor both = x.tensor().apply(op, List.of(conv.weight().tensor()));
            Variable y = x.apply(new limbeck.tensor.op.Conv2d(conv.spec()), List.of(conv.weight()), ImagesAndSums.images(both, images));
            return Calls.placed(this, () -> train(y, ImagesAndSums.sums(both, images), tail));
        }
        return BatchNorm.evaluate(conv, x, weight, bias, runningMean, runningVariance, epsilon, tail);
    }

    @Override
    public Parts parts() {
        return Parts.none().with("weight", weight).with("bias", bias).with("running_mean", runningMean).with("running_var", runningVariance);
    }
}
