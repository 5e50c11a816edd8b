package limbeck.distill.control;

import limbeck.distill.Controller;
import limbeck.nn.optim.Progress;

/**
 * A weight that is led by validation results, as a climber who walks on while it helps and turns round when it does not (after the
 * "bold driver" of Battiti, Complex Systems 3, 1989). A loss falls by itself while a student learns, and any direction would look
 * right; so it is how fast it falls that is compared: {@code d_t = (L_(t-1) - L_t) / L_(t-1)}. With each validation, from the second
 * on, {@code w *= 1 + rate} or {@code w /= 1 + rate}: up at first, then in the same direction as before if {@code d_t >= d_(t-1)}, else
 * in the other.
 *
 * <p>The loss is the cross-entropy with the labels, whatever the weights are, so it cannot be lowered by mere weighing. One that is not
 * finite is not counted.
 */
public final class ValidationWeight implements Controller {
    private final double rate;
    private double weight;
    private double loss = Double.NaN;
    private double decay = Double.NaN;
    private boolean rising = true;

    /**
     * A weight that begins at a number.
     *
     * @param initial the weight until the second validation, above 0
     * @param rate by what part it changes each time, above 0
     * @throws IllegalArgumentException if one of them is out of range
     */
    public ValidationWeight(double initial, double rate) {
        if (!(initial > 0 && initial < Double.POSITIVE_INFINITY && rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: validation needs an initial weight and a rate above 0, got " + initial + " and "
                    + rate);
        }
        this.weight = initial;
        this.rate = rate;
    }

    @Override
    public void validated(double loss, double accuracy) {
        if (!Double.isFinite(loss)) {
            return;
        }
        if (!Double.isNaN(this.loss)) {
            double now = this.loss > 0 ? (this.loss - loss) / this.loss : 0;
            if (!Double.isNaN(decay) && now < decay) {
                rising = !rising;
            }
            decay = now;
            weight = rising ? weight * (1 + rate) : weight / (1 + rate);
        }
        this.loss = loss;
    }

    @Override
    public double at(Progress p) {
        return weight;
    }

    @Override
    public double[] state() {
        return new double[] {weight, loss, decay, rising ? 1 : 0};
    }

    @Override
    public void restore(double[] state) {
        States.require("a validation weight", state, 4);
        weight = state[0];
        loss = state[1];
        decay = state[2];
        rising = state[3] == 1;
    }
}
