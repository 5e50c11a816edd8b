package limbeck.distill.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Score;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * A loss under learned uncertainty (Kendall, Gal and Cipolla, CVPR 2018, arXiv 1705.07115): {@code exp(-s) L + s / 2}, where the
 * logarithm of the variance, {@code s = log sigma^2}, is learned with the student from 0 on. A loss that stays large earns a large
 * variance, and so a small weight {@code exp(-s)}; {@code s / 2} keeps the variance from growing without end.
 *
 * <p>With every loss of a recipe under its own uncertainty they are weighed against each other. The weight that a loss has been given
 * multiplies the whole, {@code w (exp(-s) L + s / 2)}, so it stays its importance; inside, as {@code exp(-s) w L + s / 2}, the variance
 * would make up for it. The loss that is reported is the whole one, and can be below 0.
 *
 * @param objective the loss L
 * @param logVariance s, a scalar
 */
public record Uncertainty(Objective objective, Parameter logVariance) implements Objective, Stateful {
    /**
     * A loss whose variance begins at 1.
     *
     * @param objective the loss
     * @param device where the student is
     */
    public Uncertainty(Objective objective, Device device) {
        this(objective, Parameter.of(device.scalar(0)));
    }

    /**
     * A recipe in which each loss is under its own uncertainty. The weights {@code exp(-s)} are among its values, as
     * {@code kd.precision}.
     *
     * @param recipe the losses
     * @param student the model that learns
     * @return a new recipe
     */
    public static Recipe of(Recipe recipe, Module student) {
        Device device = student.parameters().values().iterator().next().device();
        List<Uncertainty> learned = recipe.terms().stream().map(term -> new Uncertainty(term.objective(), device)).toList();
        var terms = new ArrayList<Term>();
        for (int i = 0; i < learned.size(); i++) {
            terms.add(new Term(recipe.terms().get(i).name(), recipe.terms().get(i).weight(), learned.get(i)));
        }
        var uncertain = new Recipe(recipe.teacher(), terms, recipe.after(), recipe.values());
        for (int i = 0; i < learned.size(); i++) {
            Uncertainty one = learned.get(i);
            uncertain = uncertain.with(terms.get(i).name() + ".precision", p -> one.precision());
        }
        return uncertain;
    }

    /**
     * The learned weight as it is now.
     *
     * @return {@code exp(-s)}
     */
    public double precision() {
        return Math.exp(-logVariance.item());
    }

    @Override
    public Variable loss(Moment moment) {
        return logVariance.neg().exp().mul(objective.loss(moment)).add(logVariance.mul(0.5));
    }

    @Override
    public Set<Tap> taps() {
        return objective.taps();
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return objective.looksAt();
    }

    @Override
    public Score score(Moment moment) {
        return objective.score(moment);
    }

    @Override
    public boolean needsLabels() {
        return objective.needsLabels();
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(objective.parameters().stream(), Stream.of(logVariance)).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        objective.check(student, teacher);
    }

    @Override
    public Map<String, Tensor> state() {
        return Stateful.in(objective).state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Stateful.in(objective).restore(state);
    }
}
