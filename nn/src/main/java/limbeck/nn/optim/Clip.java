package limbeck.nn.optim;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.SquareSum;

/** Limits gradients between backward and the optimizer's step. */
public final class Clip {
    private Clip() {
    }

    /**
     * Scales all gradients by one factor so that their common L2 norm is at most a limit (Pascanu et al., ICML 2013): the
     * direction of the step stays.
     *
     * @param gradients the gradients, replaced where the norm is above the limit
     * @param limit the largest norm, above 0
     * @return the norm before; where it is not finite the gradients are left as they are, for the caller to decide
     * @throws IllegalArgumentException if the limit is not above 0
     */
    public static double norm(Gradients gradients, double limit) {
        return norm(gradients, gradients.all(), limit);
    }

    /** The same by the norm of these parameters' gradients alone. */
    static double norm(Gradients gradients, List<Parameter> parameters, double limit) {
        Set<Tensor> own = Collections.newSetFromMap(new IdentityHashMap<>());
        parameters.stream().filter(gradients::has).map(gradients::of).forEach(own::add);
        // In the order of the gradients: sums in another order have other last bits.
        return norm(gradients, gradients.all().stream().filter(own::contains).toList(), limit);
    }

    private static double norm(Gradients gradients, Collection<Tensor> counted, double limit) {
        requirePositive("norm", limit);
        double norm = norm(counted);
        if (norm > limit && norm < Double.POSITIVE_INFINITY) {
            gradients.replaceAll(gradient -> gradient.mul(limit / norm));
        }
        return norm;
    }

    /**
     * Limits every single number of the gradients.
     *
     * @param gradients the gradients, replaced
     * @param limit the largest absolute value, above 0
     * @throws IllegalArgumentException if the limit is not above 0
     */
    public static void value(Gradients gradients, double limit) {
        requirePositive("value", limit);
        gradients.replaceAll(gradient -> gradient.clamp(-limit, limit));
    }

    private static double norm(Collection<Tensor> gradients) {
        try (var _ = Scope.open("norm of the gradients")) {
            // 16 bits hold neither large squares nor small ones.
            List<Tensor> all = gradients.stream().map(gradient -> gradient.to(gradient.device().defaultFloat())).toList();
            return all.isEmpty() ? 0 : Math.sqrt(all.getFirst().apply(new SquareSum(), all.subList(1, all.size())).item());
        }
    }

    private static void requirePositive(String what, double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("clip: the limit of the " + what + " is " + limit + "; it must be above 0");
        }
    }
}
