package limbeck.distill;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.nn.optim.Schedule;

/**
 * Whom to learn from, and by which losses.
 *
 * {@snippet :
 * var recipe = new Recipe(new Frozen(teacher), List.of(
 *     new Term("ce", 0.1, new HardLabels()),
 *     new Term("kd", 0.9, new LogitKd(4))));
 * }
 *
 * @param teacher whom to learn from; {@link Teacher#NONE} to learn from the labels alone
 * @param terms the parts of the loss; their weighted sum is what training lowers
 * @param after what happens after each of the optimizer's steps
 * @param values numbers over time by what they are called in reports, such as {@code kd.temperature}; a {@link Controller} among them, or
 *         among the terms' weights, is told how training goes
 */
public record Recipe(Teacher teacher, List<Term> terms, List<AfterStep> after, Map<String, Schedule> values) {
    /**
     * Checks the list.
     *
     * @throws IllegalArgumentException if it is empty or two terms have one name
     */
    public Recipe {
        terms = List.copyOf(terms);
        after = List.copyOf(after);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        var names = new HashSet<String>();
        for (Term term : terms) {
            if (!names.add(term.name())) {
                throw new IllegalArgumentException("recipe: two terms are called '" + term.name() + "'; give each its own name");
            }
        }
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("recipe: there is no term; add at least one, such as new Term(\"ce\", 1, new HardLabels())");
        }
    }

    /**
     * A recipe whose losses are all there is.
     *
     * @param teacher whom to learn from
     * @param terms the parts of the loss
     * @throws IllegalArgumentException if the list is empty or two terms have one name
     */
    public Recipe(Teacher teacher, List<Term> terms) {
        this(teacher, terms, List.of());
    }

    /**
     * A recipe that reports no numbers besides its terms' weights.
     *
     * @param teacher whom to learn from
     * @param terms the parts of the loss
     * @param after what happens after each of the optimizer's steps
     * @throws IllegalArgumentException if the list is empty or two terms have one name
     */
    public Recipe(Teacher teacher, List<Term> terms, List<AfterStep> after) {
        this(teacher, terms, after, Map.of());
    }

    /**
     * Learning from the labels alone: a teacher's training, or the student's without a teacher.
     *
     * @param objective the loss
     * @return a recipe of one term, called {@code ce}
     */
    public static Recipe alone(Objective objective) {
        return new Recipe(Teacher.NONE, List.of(new Term("ce", 1, objective)));
    }

    /**
     * With one more number over time.
     *
     * @param name what it is called in reports, such as {@code lr}
     * @param schedule its values
     * @return a new recipe
     */
    public Recipe with(String name, Schedule schedule) {
        var more = new LinkedHashMap<>(values);
        more.put(name, schedule);
        return new Recipe(teacher, terms, after, more);
    }

    /**
     * The same with another teacher.
     *
     * @param other whom to learn from
     * @return a new recipe
     */
    public Recipe taughtBy(Teacher other) {
        return new Recipe(other, terms, after, values);
    }

    /**
     * What the objectives themselves learn, to be given to the optimizer with the student's parameters.
     *
     * @return all objectives' parameters
     */
    public List<Parameter> parameters() {
        return terms.stream().flatMap(term -> term.objective().parameters().stream()).toList();
    }

    /**
     * All numbers over time: each term's weight, as {@code kd.weight}, and the {@link #values}.
     *
     * @return the schedules by name, in the order of the terms
     */
    public Map<String, Schedule> schedules() {
        var all = new LinkedHashMap<String, Schedule>();
        terms.forEach(term -> all.put(term.name() + ".weight", term.weight()));
        all.putAll(values);
        return all;
    }

    /**
     * The schedules that listen to training.
     *
     * @return each controller once
     */
    public List<Controller> controllers() {
        return schedules().values().stream().filter(Controller.class::isInstance).map(Controller.class::cast).distinct().toList();
    }
}
