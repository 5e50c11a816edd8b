package limbeck.distill.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import limbeck.distill.Recipe;
import limbeck.distill.Term;
import limbeck.nn.Module;
import limbeck.nn.Names;
import limbeck.nn.optim.Schedule;

/**
 * How several losses are weighed against each other while they are learned from. The weights that they have in the recipe stay: each
 * loss times its weight is what is weighed.
 *
 * {@snippet :
 * Recipe balanced = Balance.parse("gradnorm(1.5)").apply(recipe, student);
 * }
 */
@FunctionalInterface
public interface Balance {
    /** By the recipe's weights alone. */
    Balance NONE = (recipe, student) -> recipe;

    /**
     * A recipe whose losses are weighed.
     *
     * @param recipe what is to be weighed
     * @param student the model that learns
     * @return a new recipe with the same terms by name, and what it learns itself among its parameters
     * @throws IllegalArgumentException in one sentence, if these losses cannot be weighed
     */
    Recipe apply(Recipe recipe, Module student);

    /**
     * A balance by its name:
     * <ul>
     * <li>{@code none};
     * <li>{@code gradnorm(alpha)}, by the norms of the gradients: {@link GradNorm}, with an alpha of 1.5 if none is given;
     * <li>{@code uncertainty}, learned: {@link Uncertainty};
     * <li>{@code validation(rate)}, where all losses but the labels', {@code ce}, are multiplied by one {@link ValidationWeight}, with a
     * rate of 0.1 if none is given.
     * </ul>
     *
     * @param text one of these
     * @return the balance
     * @throws IllegalArgumentException in one sentence, if it is none of them
     */
    static Balance parse(String text) {
        Arguments call = Arguments.of(text, 1);
        List<String> names = List.of("none", "gradnorm", "uncertainty", "validation");
        if (!names.contains(call.name())) {
            throw new IllegalArgumentException("balance: there is no '" + call.name() + "'; the nearest are "
                    + Names.nearest(call.name(), names, 2) + "; all are none, gradnorm(alpha), uncertainty, validation(rate)");
        }
        int most = call.name().equals("gradnorm") || call.name().equals("validation") ? 1 : 0;
        if (call.count() > most) {
            throw new IllegalArgumentException("balance: " + call.name() + " takes " + (most == 1 ? "one number" : "nothing in parentheses")
                    + ", got '" + text.strip() + "'");
        }
        return switch (call.name()) {
            case "gradnorm" -> gradNorm(GradNorm.alpha(call.number(0, 1.5)));
            case "uncertainty" -> (recipe, student) -> Uncertainty.of(several(recipe), student);
            case "validation" -> validation(call.number(0, 0.1));
            default -> NONE;
        };
    }

    private static Balance gradNorm(double alpha) {
        return (recipe, student) -> {
            var norms = new GradNorm(several(recipe).terms(), student, alpha);
            return weighed(recipe, norms::factor).with("balance.norm", norms);
        };
    }

    private static Balance validation(double rate) {
        // Checked here, before there is anything to weigh.
        new ValidationWeight(1, rate);
        return (recipe, student) -> {
            var factor = new ValidationWeight(1, rate);
            Recipe weighed = weighed(several(recipe), term -> term.equals("ce") ? Schedule.constant(1) : factor::at);
            return weighed.with("balance.factor", factor);
        };
    }

    private static Recipe several(Recipe recipe) {
        if (recipe.terms().size() < 2) {
            throw new IllegalArgumentException("balance: there is one loss only, '" + recipe.terms().getFirst().name()
                    + "', and nothing to weigh it against; choose balance none, or add a loss");
        }
        return recipe;
    }

    private static Recipe weighed(Recipe recipe, Function<String, Schedule> factor) {
        var terms = new ArrayList<Term>();
        for (Term term : recipe.terms()) {
            Schedule weight = term.weight().times(factor.apply(term.name()));
            terms.add(new Term(term.name(), Composed.of(weight, term.weight()), term.objective()));
        }
        return new Recipe(recipe.teacher(), terms, recipe.after(), recipe.values());
    }
}
