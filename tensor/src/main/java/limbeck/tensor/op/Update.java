package limbeck.tensor.op;

import java.util.List;
import java.util.function.Function;

/**
 * Rules that change a tensor in place, in one pass over its memory: the only ones that do. Optimizers use them on
 * parameters; nothing else can. In the formulas {@code p} is the target, {@code g} the gradient, {@code d} the weight
 * decay.
 */
public sealed interface Update {
    /**
     * How many running values the rule keeps for each target.
     *
     * @return 0, 1 or 2
     */
    int states();

    /**
     * A rule with what it works on.
     *
     * @param <T> tensors, or what a backend sees of them
     * @param rule the rule
     * @param target what it changes
     * @param gradient what it follows, of the same shape, in any layout
     * @param state its {@link #states} running values, laid out as the target, changed with it
     */
    record Change<T>(Update rule, T target, T gradient, List<T> state) {
        /**
         * The same change of other things.
         *
         * @param <R> what these are
         * @param map one for each
         * @return the change
         */
        public <R> Change<R> map(Function<T, R> map) {
            return new Change<>(rule, map.apply(target), map.apply(gradient), state.stream().map(map).toList());
        }
    }

    /**
     * Stochastic gradient descent with momentum, as in PyTorch: {@code g += d p; v = momentum v + g;
     * p -= rate (nesterov ? g + momentum v : v)} (Sutskever et al., ICML 2013). Without momentum there is no state.
     *
     * @param rate the learning rate
     * @param momentum 0 for none
     * @param nesterov true to look ahead
     * @param weightDecay L2 decay added to the gradient
     */
    record Sgd(double rate, double momentum, boolean nesterov, double weightDecay) implements Update {
        @Override
        public int states() {
            return momentum == 0 ? 0 : 1;
        }
    }

    /**
     * Adam (Kingma and Ba, 2015; {@code g += d p}) or, decoupled, AdamW (Loshchilov and Hutter, 2019; {@code p -= rate d p}):
     * {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)}.
     *
     * @param rate the learning rate
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root
     * @param weightDecay the decay
     * @param decoupled true for AdamW
     * @param step the number of this step, from 1
     */
    record Adam(double rate, double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled, long step)
            implements Update {
        @Override
        public int states() {
            return 2;
        }
    }

    /**
     * A moving average: {@code p = decay p + (1 - decay) scale g}.
     *
     * @param decay how much of the old value stays
     * @param scale what g is multiplied by first, such as n / (n - 1) of a variance that is to be unbiased
     */
    record Average(double decay, double scale) implements Update {
        /**
         * A moving average of g itself.
         *
         * @param decay how much of the old value stays
         */
        public Average(double decay) {
            this(decay, 1);
        }

        @Override
        public int states() {
            return 0;
        }
    }
}
