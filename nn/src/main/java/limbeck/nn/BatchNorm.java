package limbeck.nn;

import java.util.ArrayList;
import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Recompute;
import limbeck.autograd.Variable;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Update;

/** The arithmetic that {@link BatchNorm1d} and {@link BatchNorm2d} share; channels are axis 1. */
final class BatchNorm {
    /** As in PyTorch. */
    static final double EPSILON = 1e-5;
    /** As in PyTorch: the weight of the new value in the running average. */
    static final double MOMENTUM = 0.1;

    private BatchNorm() {
    }

    /**
     * What runs in one go: the normalization, and what comes behind it.
     *
     * @param residual is added; null for none
     * @param relu whether negative results become 0
     */
    record Tail(Variable residual, boolean relu) {
        static final Tail NONE = new Tail(null, false);
    }

    /** Mean and biased variance of each channel. */
    static Tensor moments(Variable x) {
        return x.tensor().apply(new ChannelMoments(), List.of());
    }

    /** In training by the batch's own mean and biased variance, which also move the running ones. */
    static Variable train(String op, Variable x, Tensor moments, Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance,
            double epsilon, double momentum, Tail tail) {
        long count = x.shape().size() / weight.shape().dim(0);
        if (count < 2) {
            throw new ShapeException(op + ": training needs at least 2 values for each channel, input " + x.shape() + " has " + count
                    + "; use a larger batch, or Mode.evaluate");
        }
        if (!Recompute.isReplaying()) {
            double unbiased = (double) count / (count - 1);
            Buffer.update(List.of(new Buffer.Change(runningMean, new Update.Average(1 - momentum), moments.select(0, 0)),
                    new Buffer.Change(runningVariance, new Update.Average(1 - momentum, unbiased), moments.select(0, 1))));
        }
        return x.apply(new limbeck.tensor.op.BatchNorm(epsilon, tail.relu), operands(tail, weight, bias, Variable.of(moments)));
    }

    /** In evaluation by the running statistics, folded into one scale and one shift for each channel. */
    static Variable evaluate(Variable x, Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon,
            Tail tail) {
        var folding = Folding.of(weight, bias, runningMean, runningVariance, epsilon, null);
        return x.apply(new ChannelAffine(tail.relu), operands(tail, folding.scale(), folding.shift()));
    }

    /** The same behind a convolution. */
    static Variable evaluate(Conv2d conv, Variable x, Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance,
            double epsilon, Tail tail) {
        var folding = Folding.of(weight, bias, runningMean, runningVariance, epsilon, conv.bias());
        return x.apply(new Conv2dAffine(conv.spec(), tail.relu), operands(tail, conv.weight(), folding.scale(), folding.shift()));
    }

    private static List<Variable> operands(Tail tail, Variable... first) {
        var all = new ArrayList<>(List.of(first));
        if (tail.residual != null) {
            all.add(tail.residual);
        }
        return all;
    }

    static void check(String op, Variable x, boolean fits, String form, Parameter weight) {
        if (!fits || x.shape().dim(1) != weight.shape().dim(0)) {
            throw ShapeException.of(op, "the input does not fit the layer", List.of(x.shape(), weight.shape()),
                    "the input must be " + form + " with C = " + weight.shape().dim(0), "");
        }
    }
}
