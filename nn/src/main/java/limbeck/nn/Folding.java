package limbeck.nn;

import java.util.Arrays;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;

/**
 * The scale and the shift for each channel that a batch norm in evaluation comes to. They take five small ops, which for one
 * image are more work than the layer itself, so they are kept until a tensor that they come from changes or is another one.
 */
final class Folding {
    private final Variable scale;
    private final Variable shift;
    private final double epsilon;
    private final Tensor[] sources;
    private final long[] versions;

    private Folding(Variable scale, Variable shift, double epsilon, Tensor[] sources, long[] versions) {
        this.scale = scale;
        this.shift = shift;
        this.epsilon = epsilon;
        this.sources = sources;
        this.versions = versions;
    }

    /**
     * {@code scale = weight / sqrt(variance + epsilon)} and {@code shift = bias - scale (mean - before)}.
     *
     * @param before the bias of the convolution in front; null for none
     */
    static Folding of(Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon, Parameter before) {
        // What is on a tape has a gradient of its own.
        if (Tape.isRecording()) {
            return compute(weight, bias, runningMean, runningVariance, epsilon, before);
        }
        Folding kept = runningVariance.folding();
        Tensor conv = before == null ? null : before.tensor();
        if (kept != null && kept.epsilon == epsilon && kept.isOf(0, weight.tensor()) && kept.isOf(1, bias.tensor())
                && kept.isOf(2, runningMean.tensor()) && kept.isOf(3, runningVariance.tensor()) && kept.isOf(4, conv)) {
            return kept;
        }
        Folding made = compute(weight, bias, runningMean, runningVariance, epsilon, before, weight.tensor(), bias.tensor(),
                runningMean.tensor(), runningVariance.tensor(), conv);
        Scope.detach(made.scale.tensor());
        Scope.detach(made.shift.tensor());
        runningVariance.folding(made);
        return made;
    }

    private static Folding compute(Parameter weight, Parameter bias, Buffer runningMean, Buffer runningVariance, double epsilon,
            Parameter before, Tensor... sources) {
        // Before they are read: whoever changes one meanwhile makes this outdated.
        long[] versions = Arrays.stream(sources).mapToLong(Folding::version).toArray();
        Variable scale = weight.mul(Variable.of(runningVariance.tensor().add(epsilon).rsqrt()));
        Variable mean = Variable.of(runningMean.tensor());
        Variable shift = bias.sub(scale.mul(before == null ? mean : mean.sub(before)));
        return new Folding(scale, shift, epsilon, sources, versions);
    }

    private boolean isOf(int i, Tensor source) {
        return sources[i] == source && versions[i] == version(source);
    }

    private static long version(Tensor source) {
        return source == null ? 0 : source.version();
    }

    Variable scale() {
        return scale;
    }

    Variable shift() {
        return shift;
    }
}
