package limbeck.distill.control;

import limbeck.distill.Controller;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * A temperature that follows the range of the teacher's predictions, {@code base + scale * (max - min)} over all logits that the
 * teacher shows for the batch: where they lie far apart its probabilities would be nearly one-hot, and are softened more. Logits
 * rather than probabilities, whose range is nearly always 1.
 *
 * <p>The number of a step is that of the step's own batch. Until the first it is the base. It costs two reductions of the logits and
 * their way to the host.
 */
public final class TeacherRange implements Controller {
    private final double base;
    private final double scale;
    private double temperature;

    /**
     * A temperature between two lines.
     *
     * @param base the temperature where all logits are equal, above 0
     * @param scale how much the temperature rises with the range, 0 or more
     * @throws IllegalArgumentException if one of them is out of range
     */
    public TeacherRange(double base, double scale) {
        if (!(base > 0 && base < Double.POSITIVE_INFINITY && scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: range needs a base above 0 and a scale of 0 or more, got " + base + " and " + scale);
        }
        this.base = base;
        this.scale = scale;
        this.temperature = base;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        if (teacher.logits() == null) {
            throw unheard();
        }
    }

    private static IllegalArgumentException unheard() {
        return new IllegalArgumentException("schedule: range follows the teacher's logits, but there is no teacher that shows any; choose "
                + "another schedule, or a method that has a teacher");
    }

    @Override
    public void seen(Moment moment) {
        Tensor logits = moment.teacher().logits();
        if (logits == null) {
            throw unheard();
        }
        double range = logits.max().item() - logits.min().item();
        if (!Double.isFinite(range)) {
            throw new ArithmeticException("the teacher's logits are not finite at step " + moment.progress().step()
                    + ", so no temperature follows from their range; check the teacher");
        }
        temperature = base + scale * range;
    }

    @Override
    public double at(Progress p) {
        return temperature;
    }

    @Override
    public double[] state() {
        return new double[] {temperature};
    }

    @Override
    public void restore(double[] state) {
        temperature = States.require("a range", state, 1)[0];
    }
}
