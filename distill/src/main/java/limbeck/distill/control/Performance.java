package limbeck.distill.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.DoubleStream;
import limbeck.distill.Controller;
import limbeck.nn.optim.Progress;

/**
 * A temperature that is driven by performance: while the student gets better, it falls. With each validation, from the fifth on,
 * {@code tau *= 1 - rate * (L_1 - L_5) / L_1}, where {@code L_1} to {@code L_5} are the last five losses; never below 1. A loss that
 * has grown raises the temperature; one that is not finite is not counted.
 */
public final class Performance implements Controller {
    private static final int WINDOW = 5;

    private final double rate;
    private final Deque<Double> losses = new ArrayDeque<>();
    private double temperature;

    /**
     * A temperature that begins at a number.
     *
     * @param initial the temperature until the fifth validation, at least 1
     * @param rate how much of the loss' relative decay the temperature follows, 0 or more; 1 for all of it
     * @throws IllegalArgumentException if one of them is out of range
     */
    public Performance(double initial, double rate) {
        if (!(initial >= 1 && initial < Double.POSITIVE_INFINITY && rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: performance needs an initial temperature of 1 or more and a rate of 0 or more, got "
                    + initial + " and " + rate);
        }
        this.temperature = initial;
        this.rate = rate;
    }

    @Override
    public void validated(double loss, double accuracy) {
        if (!Double.isFinite(loss)) {
            return;
        }
        if (losses.size() == WINDOW) {
            losses.removeFirst();
        }
        losses.addLast(loss);
        if (losses.size() == WINDOW && losses.getFirst() > 0) {
            double decay = (losses.getFirst() - losses.getLast()) / losses.getFirst();
            temperature = Math.max(1, temperature * (1 - rate * decay));
        }
    }

    @Override
    public double at(Progress p) {
        return temperature;
    }

    @Override
    public double[] state() {
        return DoubleStream.concat(DoubleStream.of(temperature), losses.stream().mapToDouble(Double::doubleValue)).toArray();
    }

    @Override
    public void restore(double[] state) {
        if (state.length < 1 || state.length > 1 + WINDOW) {
            throw States.foreign("a performance", state);
        }
        temperature = state[0];
        losses.clear();
        DoubleStream.of(state).skip(1).forEach(losses::addLast);
    }
}
