package limbeck.distill.progressive;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.logits.MseLogits;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;

/**
 * Annealing-KD (Jafari et al., EACL 2021, arXiv 2104.07163): the student learns the teacher's logits, faint at first and at full size in
 * the end, {@code L = mean (z_s - Phi z_t)^2} with {@code Phi = 1 - (tau - 1) / tau_max}, where tau falls from tau_max to 1 in whole
 * numbers. That is a stage of its own, without labels; the main stage then has the labels alone.
 *
 * <p>The mean is over all elements. In the paper each temperature lasts as many epochs as the next; here they share the stage's epochs
 * equally, and need not begin with an epoch. Of several teachers the leading one is the teacher of the stage.
 *
 * @param temperature tau over time, from 1 to the highest
 * @param highest tau_max
 */
public record AnnealingKd(Schedule temperature, double highest) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("annealing-kd", "Jafari et al., EACL 2021", Compares.LOGITS)
            .advice("logits from faint to full size, then the labels; for a teacher far ahead of the student")
            .option("highest", 10, "tau_max, a whole number: where tau begins, which then falls to 1")
            .option("annealing-epochs", 0.5, "the part of the epochs for the logits")
            .taughtBy(AnnealingKd::lesson);

    private static Lesson lesson(Setup setup) {
        int highest = setup.count("highest");
        if (highest < 1) {
            throw setup.complaint("highest needs a whole number of 1 or more, got '" + setup.text("highest") + "'");
        }
        int epochs = setup.epochs(setup.number("annealing-epochs"));
        Schedule temperature = falling(highest, epochs);
        var term = new Term("annealing-kd", setup.weight(epochs), new AnnealingKd(temperature, highest));
        var recipe = new Recipe(new Frozen(setup.task().teacher()), List.of(term), List.of(), Map.of("annealing-kd.temperature", temperature));
        List<Parameter> student = List.copyOf(setup.task().student().parameters().values());
        return Lesson.of(null).before(new Stage("annealing", epochs, recipe, student));
    }

    /**
     * The paper's temperature: every whole number from the highest down to 1, each for the same time.
     *
     * @param highest tau_max
     * @param epochs how long it takes in all
     * @return tau over time, 1 ever after
     */
    public static Schedule falling(int highest, double epochs) {
        // An epoch that was computed from steps may be an ulp short of a boundary.
        return p -> Math.max(1, highest - Math.floor(p.epoch() * highest / epochs + 1e-9));
    }

    @Override
    public Variable loss(Moment moment) {
        double phi = 1 - (temperature.at(moment.progress()) - 1) / highest;
        return Losses.mse(moment.student().logits(), moment.teacher().logits().mul(phi), Reduction.MEAN);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        new MseLogits().check(student, teacher);
    }
}
