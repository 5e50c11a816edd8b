package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import limbeck.distill.Frozen;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Teacher;
import limbeck.distill.method.Curriculum;
import limbeck.distill.teachers.Confidence;
import limbeck.distill.teachers.Each;
import limbeck.distill.teachers.Ensemble;
import limbeck.distill.teachers.Fixed;
import limbeck.distill.teachers.Learned;
import limbeck.distill.teachers.Mixture;
import limbeck.distill.teachers.Spokesman;
import limbeck.distill.teachers.Weights;
import limbeck.nn.Module;
import limbeck.tensor.Device;

/**
 * How several teachers work together.
 *
 * @param settings the choices
 * @param device where the teachers are
 */
record Faculty(Settings settings, Device device) {
    /**
     * Teachers as one.
     *
     * @param members at least one, the leading one first
     * @throws IllegalArgumentException if the settings give another number of weights, or such as cannot be
     */
    Teacher of(List<Teacher> members) {
        if (members.size() == 1) {
            return members.getFirst();
        }
        Weights weights = weights(members.size());
        return switch (settings.text(Setting.ENSEMBLE)) {
            case "probabilities" -> new Ensemble(members, Mixture.PROBABILITIES, weights);
            case "each" -> new Each(members, fixed(weights));
            default -> new Ensemble(members, Mixture.LOGITS, weights);
        };
    }

    private Weights weights(int teachers) {
        String text = settings.text(Setting.ENSEMBLE_WEIGHTS);
        return switch (text) {
            case "equal" -> Fixed.equal(teachers);
            case "confidence" -> new Confidence();
            case "learned" -> new Learned(teachers, device, Learned.RATE);
            default -> new Fixed(Arrays.stream(text.split(":")).map(Double::valueOf).toList());
        };
    }

    private static Fixed fixed(Weights weights) {
        if (weights instanceof Fixed fixed) {
            return fixed;
        }
        throw new IllegalArgumentException("ensemble-weights: where each teacher has a loss of its own, the weights are equal or numbers such as "
                + "0.7:0.3; for learned or confidence take ensemble logits or probabilities");
    }

    /**
     * Trained models as the one that is judged before they teach. Where each has a loss of its own, that is the mean of their probabilities;
     * weights that are learned are equal then.
     *
     * @param models at least one, the leading one first
     */
    Module voice(List<Module> models) {
        if (models.size() == 1) {
            return models.getFirst();
        }
        Teacher together = of(models.stream().map(model -> (Teacher) new Frozen(model)).toList());
        return new Spokesman(together instanceof Each each ? new Ensemble(each.members(), Mixture.PROBABILITIES, each.weights()) : together, models);
    }

    /** What the plan says about several teachers. */
    String inWords() {
        String weights = settings.text(Setting.ENSEMBLE_WEIGHTS);
        String counts = switch (weights) {
            case "equal" -> "all count the same";
            case "confidence" -> "for each example the surer ones count more";
            case "learned" -> "how much each counts is learned from the labels";
            default -> "they count as " + weights.replace(":", " : ");
        };
        return switch (settings.text(Setting.ENSEMBLE)) {
            case "probabilities" -> "they show the mean of their probabilities; " + counts;
            case "each" -> "each has a loss of its own, of which the mean is taken; " + counts;
            default -> "they show the mean of their logits; " + counts;
        };
    }

    /** Several teachers may need more than a place in the recipe: a loss toward each of them, or weights that are learned and told. */
    static Curriculum complete(Curriculum curriculum, Teacher teacher) {
        return switch (teacher) {
            case Each each -> changed(curriculum, each::in);
            case Ensemble ensemble when ensemble.weights() instanceof Learned weights -> changed(curriculum, recipe -> learning(recipe, weights));
            default -> curriculum;
        };
    }

    private static Recipe learning(Recipe recipe, Learned weights) {
        var after = new ArrayList<>(recipe.after());
        after.add(weights);
        var values = new LinkedHashMap<>(recipe.values());
        values.putAll(weights.schedules());
        return new Recipe(recipe.teacher(), recipe.terms(), after, values);
    }

    /** The same with other recipes in the main stage, which may be in parts. What comes before it is taught by the leading teacher alone. */
    private static Curriculum changed(Curriculum curriculum, UnaryOperator<Recipe> change) {
        List<Stage> stages = curriculum.stages().stream().map(stage -> stage.recipe().teacher() instanceof Frozen
                || stage.recipe().teacher() == Teacher.NONE ? stage
                : stage.by(change.apply(stage.recipe()))).toList();
        return new Curriculum(stages, curriculum.deployed(), curriculum.notes());
    }
}
