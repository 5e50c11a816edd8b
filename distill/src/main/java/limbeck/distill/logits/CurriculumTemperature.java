package limbeck.distill.logits;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Setup;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;

/**
 * Curriculum temperature (CTKD; Li et al., AAAI 2023, arXiv 2211.16231): the loss of {@link LogitKd} at a temperature that is learned
 * against the student, {@code tau = low + range sigmoid(theta)}. The optimizer that lowers the loss gets theta's gradient with its sign
 * turned, times {@code lambda(e)}, which rises from 0 to 1: lessons begin easy and become harder. The temperature is in the graph
 * wherever it appears: in both softmaxes and in {@code tau^2}.
 *
 * <p>The global form of the paper: one temperature for all examples.
 *
 * @param theta a scalar, learned
 * @param low the lowest temperature
 * @param range how far the highest is above it
 * @param reversal lambda over time, by which theta's gradient is reversed; -1 would leave it as it is
 */
public record CurriculumTemperature(Parameter theta, double low, double range, Schedule reversal) implements Objective {
    /** Chosen by name; the authors' ramp is 10 of 240 epochs. */
    public static final Method METHOD = Method.named("ctkd", "Li et al., AAAI 2023", Compares.LOGITS)
            .advice("kd without a temperature to choose")
            .option("low", 1, "the lowest temperature")
            .option("range", 20, "how far the highest is above it")
            .option("theta", 1, "where it begins: tau = low + range sigmoid(theta)")
            .option("ramp", 1.0 / 24, "part of the epochs over which theta's reversed gradient rises from 0")
            .weight(0.9).ce(0.1)
            .builtBy(CurriculumTemperature::build);

    private static CurriculumTemperature build(Setup setup) {
        double ramp = setup.number("ramp") * setup.task().epochs();
        Schedule reversal = ramp > 0 ? Schedule.cosine(0, 1, Schedule.epochs(ramp)) : Schedule.constant(1);
        return of(setup.number("theta"), setup.positive("low"), setup.positive("range"), reversal, setup.task().device());
    }

    /**
     * With a temperature that begins at a given theta.
     *
     * @param theta the first value, 1 in the paper
     * @param low the lowest temperature, 1 in the paper
     * @param range how far the highest is above it, 20 in the paper
     * @param reversal lambda over time, such as {@code Schedule.cosine(0, 1, Schedule.epochs(10))}
     * @param device where the student is
     * @return the loss
     */
    public static CurriculumTemperature of(double theta, double low, double range, Schedule reversal, Device device) {
        return new CurriculumTemperature(Parameter.of(device.scalar(theta)), low, range, reversal);
    }

    @Override
    public Variable loss(Moment moment) {
        double lambda = reversal.at(moment.progress());
        // The value is theta's, the gradient -lambda times its own.
        Variable reversed = theta.mul(-lambda).add(theta.detach().mul(1 + lambda));
        Variable tau = reversed.sigmoid().mul(range).add(low);
        Variable teacher = Variable.of(moment.teacher().logits()).div(tau).logSoftmax(-1);
        Variable student = moment.student().logits().div(tau).logSoftmax(-1);
        return Divergence.kl(teacher, student).mean().mul(tau.square());
    }

    /**
     * The temperature as it is now.
     *
     * @return tau
     */
    public double temperature() {
        return low + range / (1 + Math.exp(-theta.item()));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(theta);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("ctkd", student, teacher);
    }
}
