package limbeck.distill.weights;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Consistency with the teacher, or keeping of its knowledge: the mean squared difference of the probabilities,
 * {@code mean_{n,c} (softmax(z_s / tau) - softmax(z_t / tau))^2} (the consistency cost of Tarvainen and Valpola, NeurIPS 2017,
 * arXiv 1703.01780). Bounded where the teacher is sure and wrong, other than a divergence; the mean is over classes too, as in the
 * authors' code, which is why its weight is large.
 *
 * @param temperature tau over time, above 0
 */
public record Consistency(Schedule temperature) implements Objective {
    /** What the authors multiply it by. */
    static final double WEIGHT = 100;
    /** They let it rise over 5 of 180 epochs. */
    static final double WARMUP = 5.0 / 180;

    /** Chosen by name. */
    public static final Method METHOD = Method.named("consistency", "Tarvainen, Valpola, NeurIPS 2017", Compares.REGULARISER)
            .advice("keeps what the teacher knows; milder than kd where the teacher is sure and wrong")
            .schedule("temperature", 1, Range.POSITIVE, "tau")
            .weight(WEIGHT).warmup(WARMUP)
            .builtBy(setup -> new Consistency(setup.schedule("temperature")));

    /**
     * With a constant temperature.
     *
     * @param temperature tau, above 0
     */
    public Consistency(double temperature) {
        this(Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Variable student = moment.student().logits().div(tau).softmax(-1);
        Tensor teacher = moment.teacher().logits().div(tau).softmax(-1);
        return student.sub(Variable.of(teacher)).square().mean();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        if (teacher.logits() == null) {
            throw new IllegalArgumentException("consistency: there is no teacher to agree with; give the recipe one, such as new Frozen(model)");
        }
        if (!teacher.logits().equals(student.logits())) {
            throw new IllegalArgumentException("consistency: the student's logits are " + student.logits() + ", the teacher's "
                    + teacher.logits() + "; both must know the same classes");
        }
    }
}
