package limbeck.nn.optim;

import java.util.List;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;

/**
 * Parameters that an optimizer treats alike.
 *
 * @param parameters the parameters; one may be in no other group of the same optimizer
 * @param weightDecay the pull towards 0, 0 for none
 * @param rateFactor what the learning rate is multiplied by for this group, 1 for none
 */
public record Group(List<Parameter> parameters, double weightDecay, double rateFactor) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the weight decay or the factor is negative or not finite
     */
    public Group {
        parameters = List.copyOf(parameters);
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY && rateFactor >= 0 && rateFactor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("group: weight decay " + weightDecay + " and rate factor " + rateFactor
                    + " must be finite and not negative");
        }
    }

    /**
     * Parameters with one weight decay and the plain learning rate.
     *
     * @param parameters the parameters
     * @param weightDecay the weight decay
     * @return the group
     */
    public static Group of(List<Parameter> parameters, double weightDecay) {
        return new Group(parameters, weightDecay, 1);
    }

    /**
     * Two groups: matrices and kernels (rank 2 and above) with weight decay; biases and the scales and shifts of
     * normalisation (rank 0 and 1) without it, since decay would only take their meaning away.
     *
     * @param parameters the parameters, usually all of a model
     * @param weightDecay the weight decay of the first group
     * @return both groups, in this order; either may be empty
     */
    public static List<Group> decaying(List<Parameter> parameters, double weightDecay) {
        return Stream.of(true, false)
                .map(large -> of(parameters.stream().filter(p -> p.shape().rank() > 1 == large).toList(), large ? weightDecay : 0))
                .toList();
    }
}
