package limbeck.nn;

import java.util.function.Supplier;

/**
 * Whether a model runs to be trained or to be used. Bound to a block of code, not a switch on layers, so it cannot be
 * forgotten in the wrong position; outside any block it is evaluation.
 *
 * {@snippet :
 * Variable logits = Mode.train(step, () -> model.apply(x));   // dropout drops, batch norm looks at the batch
 * Variable answer = model.apply(x);                           // evaluation
 * }
 */
public final class Mode {
    private static final ScopedValue<Mode> BOUND = ScopedValue.newInstance();
    private static final Mode DEFAULT = new Mode(false, 0);

    private final boolean training;
    private final long step;

    private Mode(boolean training, long step) {
        this.training = training;
        this.step = step;
    }

    /**
     * Runs a block in training mode.
     *
     * @param <R> the block's result
     * @param step the number of the step; layers draw other random numbers in each, and the same in a repeated one
     * @param block the block
     * @return its result
     */
    public static <R> R train(long step, Supplier<R> block) {
        return ScopedValue.where(BOUND, new Mode(true, step)).call(block::get);
    }

    /**
     * Runs a block in evaluation mode, such as the teacher inside a training step.
     *
     * @param <R> the block's result
     * @param block the block
     * @return its result
     */
    public static <R> R evaluate(Supplier<R> block) {
        return ScopedValue.where(BOUND, new Mode(false, step())).call(block::get);
    }

    /**
     * Whether this code runs in training mode.
     *
     * @return true inside {@link #train}
     */
    public static boolean isTraining() {
        return BOUND.orElse(DEFAULT).training;
    }

    /**
     * The number of the training step.
     *
     * @return what {@link #train} was given; 0 outside
     */
    public static long step() {
        return BOUND.orElse(DEFAULT).step;
    }
}
