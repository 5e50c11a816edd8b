package limbeck.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Recompute;
import limbeck.autograd.Variable;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;

/** The arithmetic that {@link BatchNorm1d} and {@link BatchNorm2d} share; channels are axis 1. */
final class BatchNorm {
    /** As in PyTorch. */
    static final double EPSILON = 1e-5;
    /** As in PyTorch: the weight of the new value in the running average. */
    static final double MOMENTUM = 0.1;

    private BatchNorm() {
    }

    /** In training by the batch's own mean and biased variance, which also move the running ones. */
    static Variable train(String op, Variable x, Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon,
            double momentum) {
        int channels = weight.shape().dim(0);
        long count = x.shape().size() / channels;
        if (count < 2) {
            throw new ShapeException(op + ": training needs at least 2 values for each channel, input " + x.shape() + " has " + count
                    + "; use a larger batch, or Mode.evaluate");
        }
        List<Integer> axes = IntStream.range(0, x.shape().rank()).filter(axis -> axis != 1).boxed().toList();
        Variable mean = x.mean(axes, true);
        Variable centred = x.sub(mean);
        Variable variance = centred.square().mean(axes, true);
        // The scale of a channel is made first, so that the whole batch is gone over once less.
        int[] perChannel = perChannel(x.shape().rank());
        Variable scale = variance.add(epsilon).rsqrt().mul(weight.reshape(perChannel));
        if (!Recompute.isReplaying()) {
            var average = new Update.Average(1 - momentum);
            Tensor unbiased = variance.tensor().mul((double) count / (count - 1));
            runningMean.update(average, mean.tensor().reshape(channels));
            runningVariance.update(average, unbiased.reshape(channels));
        }
        return centred.mul(scale).add(bias.reshape(perChannel));
    }

    /** In evaluation by the running statistics, folded into one scale and one shift for each channel. */
    static Variable evaluate(Variable x, Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon) {
        int[] perChannel = perChannel(x.shape().rank());
        Variable scale = weight.mul(Variable.of(runningVariance.tensor().add(epsilon).rsqrt()));
        Variable shift = bias.sub(scale.mul(Variable.of(runningMean.tensor())));
        return x.mul(scale.reshape(perChannel)).add(shift.reshape(perChannel));
    }

    static void check(String op, Variable x, boolean fits, String form, Parameter weight) {
        if (!fits || x.shape().dim(1) != weight.shape().dim(0)) {
            throw ShapeException.of(op, "the input does not fit the layer", List.of(x.shape(), weight.shape()),
                    "the input must be " + form + " with C = " + weight.shape().dim(0), "");
        }
    }

    private static int[] perChannel(int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[1] = -1;
        return dims;
    }
}
