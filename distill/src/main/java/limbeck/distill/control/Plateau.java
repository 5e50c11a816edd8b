package limbeck.distill.control;

import limbeck.distill.Controller;
import limbeck.nn.optim.Progress;

/**
 * A factor that falls where the loss has stopped falling, for the learning rate: 1 at first, and multiplied by {@code factor} when the
 * last {@code patience} validations have not brought a loss below {@code best * (1 - 1e-4)}. Then the counting begins anew, as it does
 * with every new best. (The rule that Keras calls ReduceLROnPlateau; PyTorch's waits one validation longer.)
 */
public final class Plateau implements Controller {
    private static final double BETTER = 1 - 1e-4;

    private final double factor;
    private final int patience;
    private double value = 1;
    private double best = Double.POSITIVE_INFINITY;
    private int waited;

    /**
     * A factor that begins at 1.
     *
     * @param factor what it is multiplied by, between 0 and 1
     * @param patience how many validations without progress are waited for, at least 1
     * @throws IllegalArgumentException if one of them is out of range
     */
    public Plateau(double factor, int patience) {
        if (!(factor > 0 && factor < 1) || patience < 1) {
            throw new IllegalArgumentException("schedule: plateau needs a factor between 0 and 1 and a patience of 1 or more, got " + factor
                    + " and " + patience);
        }
        this.factor = factor;
        this.patience = patience;
    }

    @Override
    public void validated(double loss, double accuracy) {
        if (loss < best * BETTER) {
            best = loss;
            waited = 0;
        } else if (++waited == patience) {
            value *= factor;
            waited = 0;
        }
    }

    @Override
    public double at(Progress p) {
        return value;
    }

    @Override
    public double[] state() {
        return new double[] {value, best, waited};
    }

    @Override
    public void restore(double[] state) {
        States.require("a plateau", state, 3);
        value = state[0];
        best = state[1];
        waited = (int) state[2];
    }
}
