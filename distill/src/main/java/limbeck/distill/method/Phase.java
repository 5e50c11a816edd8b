package limbeck.distill.method;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.nn.optim.Schedule;

/**
 * A part of the main stage, for a method whose loss changes as training goes on, or that holds some of the student still. The other
 * methods' losses, the labels and what happens after each step are the same in all phases.
 *
 * <p>Each phase becomes a {@link Stage}, so it begins with a fresh optimizer, whose learning rate begins anew. Weights, temperatures and
 * other schedules, this phase's too, count over the whole main stage. Where the rate should not begin anew, a {@link Schedule} inside one
 * objective is the other way.
 *
 * @param name what to call it in reports
 * @param part its length in proportion to the other phases'
 * @param objective the method's loss in it; null for none
 * @param frozen what the optimizer must not change in it
 * @param values numbers over time that are the phase's own, by what they are called in reports
 */
public record Phase(String name, double part, Objective objective, List<Parameter> frozen, Map<String, Schedule> values) {
    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is not a number above 0
     */
    public Phase {
        frozen = List.copyOf(frozen);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        if (!(part > 0 && part < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("phase '" + name + "': its part needs a number above 0, got " + part);
        }
    }

    /**
     * A phase in which all of the student is trained.
     *
     * @param name what to call it in reports
     * @param part its length in proportion to the other phases'
     * @param objective the method's loss in it; null for none
     */
    public Phase(String name, double part, Objective objective) {
        this(name, part, objective, List.of(), Map.of());
    }

    /**
     * Divides epochs in given proportions: the boundaries lie at the nearest whole epochs, and each part has at least one.
     *
     * {@snippet :
     * Phase.lengths(List.of(1.0, 1.0, 1.0), 5);   // 2, 1, 2
     * }
     *
     * @param parts the proportions
     * @param epochs how many there are to divide
     * @return the lengths, which add up to all epochs
     * @throws IllegalArgumentException if there are fewer epochs than parts
     */
    public static List<Integer> lengths(List<Double> parts, int epochs) {
        if (epochs < parts.size()) {
            throw new IllegalArgumentException("phases: " + parts.size() + " stages need at least as many epochs, got " + epochs
                    + "; give more epochs, or fewer stages");
        }
        double all = parts.stream().mapToDouble(Double::doubleValue).sum();
        var lengths = new ArrayList<Integer>();
        double until = 0;
        int before = 0;
        for (int i = 0; i < parts.size(); i++) {
            until += parts.get(i);
            int end = Math.clamp(Math.round(until / all * epochs), before + 1, epochs - (parts.size() - 1 - i));
            lengths.add(end - before);
            before = end;
        }
        return lengths;
    }

    /** The main stage in phases. The term of the method's name is replaced by each phase's own. */
    static List<Stage> divide(Stage main, String method, List<Phase> phases) {
        List<Integer> lengths;
        try {
            lengths = lengths(phases.stream().map(Phase::part).toList(), main.epochs());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("method " + method + ": " + e.getMessage().replaceFirst("^phases: ", ""));
        }
        var stages = new ArrayList<Stage>();
        int begun = 0;
        for (int i = 0; i < phases.size(); i++) {
            stages.add(phases.get(i).of(main, method, lengths.get(i), begun));
            begun += lengths.get(i);
        }
        return stages;
    }

    private Stage of(Stage main, String method, int epochs, int begun) {
        var terms = new ArrayList<Term>();
        Set<Parameter> left = Collections.newSetFromMap(new IdentityHashMap<>());
        left.addAll(frozen);
        for (Term term : main.recipe().terms()) {
            if (!term.name().equals(method)) {
                terms.add(term);
            } else {
                left.addAll(term.objective().parameters());
                if (objective != null) {
                    terms.add(new Term(method, term.weight(), objective));
                }
            }
        }
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("method " + method + ": '" + name + "' has no loss, since the labels' weight is 0; leave ce as "
                    + "it is, or add a method such as kd");
        }
        if (objective != null) {
            objective.parameters().forEach(left::remove);
        }
        Set<Parameter> trained = Collections.newSetFromMap(new IdentityHashMap<>());
        var list = new ArrayList<Parameter>();
        for (Parameter parameter : main.trained()) {
            if (!left.contains(parameter) && trained.add(parameter)) {
                list.add(parameter);
            }
        }
        if (objective != null) {
            objective.parameters().stream().filter(trained::add).forEach(list::add);
        }
        var numbers = new LinkedHashMap<>(main.recipe().values());
        numbers.putAll(values);
        var recipe = new Recipe(main.recipe().teacher(), terms, main.recipe().after(), numbers);
        return new Stage(name, epochs, recipe, list, begun);
    }
}
