package limbeck.distill.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import limbeck.distill.Objective;
import limbeck.nn.Names;

/**
 * A way to distil that can be chosen by name. Each loss' page holds its own:
 *
 * {@snippet :
 * public static final Method METHOD = Method.named("dkd", "Zhao et al., CVPR 2022", Compares.LOGITS)
 *         .advice("often better than kd; lower beta where the teacher is not much better than the student")
 *         .option("alpha", 1, "weight of the target class")
 *         .option("beta", 8, "weight of the other classes")
 *         .builtBy(setup -> new DecoupledKd(setup.number("alpha"), setup.number("beta")));
 * }
 *
 * Every method has three options besides its own: {@code weight}, what its loss is multiplied by; {@code ce}, the weight of the
 * cross-entropy with the labels beside it; and {@code warmup}, the part of the epochs over which the weight rises from 0. The two weights
 * are schedules.
 */
public final class Method {
    /** The multiplier of a method's loss. */
    public static final String WEIGHT = "weight";
    /** The weight of the cross-entropy with the labels. */
    public static final String CE = "ce";
    /** The part of the epochs over which the method's weight rises. */
    public static final String WARMUP = "warmup";

    private final String name;
    private final String paper;
    private final Compares compares;
    private final String advice;
    private final Map<String, Option> options;
    private final Function<Setup, Lesson> builder;

    private Method(String name, String paper, Compares compares, String advice, Map<String, Option> options, Function<Setup, Lesson> builder) {
        this.name = name;
        this.paper = paper;
        this.compares = compares;
        this.advice = advice;
        this.options = options;
        this.builder = builder;
    }

    /**
     * Begins a method, with a weight of 1 for its loss, 1 for the labels', and no warm-up.
     *
     * @param name what it is chosen by, such as {@code dkd}
     * @param paper authors, venue and year
     * @param compares what it compares
     * @return the method, not yet built by anything
     */
    public static Method named(String name, String paper, Compares compares) {
        return new Method(name, paper, compares, "", Map.of(), null)
                .schedule(WEIGHT, 1, Range.ANY, "what the loss is multiplied by")
                .schedule(CE, 1, Range.NOT_NEGATIVE, "weight of the cross-entropy with the labels")
                .option(WARMUP, 0, "part of the epochs over which the weight rises from 0");
    }

    /**
     * When to use it.
     *
     * @param advice one line
     * @return a new method
     */
    public Method advice(String advice) {
        return new Method(name, paper, compares, advice, options, builder);
    }

    /**
     * With an option that takes numbers, or another initial value for one that is there.
     *
     * @param name the option's name
     * @param initial its value if none is given
     * @param help what it means
     * @return a new method
     */
    public Method option(String name, double initial, String help) {
        return option(name, text(initial), help);
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e9 ? Long.toString((long) number) : Double.toString(number);
    }

    /**
     * With an option that takes a text, or another initial value for one that is there.
     *
     * @param name the option's name
     * @param initial its value if none is given
     * @param help what it means
     * @return a new method
     */
    public Method option(String name, String initial, String help) {
        // One that may change over time stays so: weight and ce come with every method.
        return with(new Option(name, initial, help, options.containsKey(name) ? options.get(name).range() : null));
    }

    /**
     * With an option whose number may change over time: it takes a number or any {@linkplain limbeck.distill.control.Schedules schedule}.
     * The builder gets it from {@link Setup#schedule}.
     *
     * @param name the option's name, such as {@code temperature}
     * @param initial its value if none is given
     * @param range where its numbers have to lie
     * @param help what it means
     * @return a new method
     */
    public Method schedule(String name, double initial, Range range, String help) {
        return with(new Option(name, text(initial), help, range));
    }

    private Method with(Option option) {
        var more = new LinkedHashMap<>(options);
        more.put(option.name(), option);
        return new Method(name, paper, compares, advice, more, builder);
    }

    /**
     * With another weight than 1.
     *
     * @param weight what the loss is multiplied by
     * @return a new method
     */
    public Method weight(double weight) {
        return schedule(WEIGHT, weight, Range.ANY, options.get(WEIGHT).help());
    }

    /**
     * With another weight of the labels than 1.
     *
     * @param weight of the cross-entropy with the labels
     * @return a new method
     */
    public Method ce(double weight) {
        return schedule(CE, weight, Range.NOT_NEGATIVE, options.get(CE).help());
    }

    /**
     * With a warm-up.
     *
     * @param part of the epochs over which the weight rises from 0
     * @return a new method
     */
    public Method warmup(double part) {
        return option(WARMUP, part, options.get(WARMUP).help());
    }

    /**
     * With two options that say where it looks: {@code student-layers} and {@code teacher-layers}, of which each takes a path, a
     * pattern or one of the words of {@link limbeck.nn.Layers}.
     *
     * @param initial such as {@code stages} or {@code last}
     * @return a new method
     */
    public Method layers(String initial) {
        return option(Setup.STUDENT_LAYERS, initial, "where to look in the student: a path, a pattern, or stages, preactivations, last, pooled")
                .option(Setup.TEACHER_LAYERS, initial, "where to look in the teacher");
    }

    /**
     * By a function that makes an objective.
     *
     * @param objective makes it
     * @return the finished method
     */
    public Method builtBy(Function<Setup, Objective> objective) {
        return taughtBy(setup -> Lesson.of(objective.apply(setup)));
    }

    /**
     * By a function that makes more than an objective: stages, actions after each step, another teacher, another model to deploy.
     *
     * @param builder makes it
     * @return the finished method
     */
    public Method taughtBy(Function<Setup, Lesson> builder) {
        return new Method(name, paper, compares, advice, options, builder);
    }

    /**
     * What it is chosen by.
     *
     * @return such as {@code dkd}
     */
    public String name() {
        return name;
    }

    /**
     * Where it comes from.
     *
     * @return authors, venue and year
     */
    public String paper() {
        return paper;
    }

    /**
     * What it compares.
     *
     * @return the kind of thing
     */
    public Compares compares() {
        return compares;
    }

    /**
     * When to use it.
     *
     * @return one line
     */
    public String advice() {
        return advice;
    }

    /**
     * What can be chosen about it.
     *
     * @return in order: the three that all methods have, then its own
     */
    public List<Option> options() {
        return List.copyOf(options.values());
    }

    Option option(String name) {
        return options.get(name);
    }

    /**
     * This method with values for some of its options.
     *
     * @param values by the options' names
     * @return the choice
     * @throws IllegalArgumentException if there is no such option, naming those that there are, or a value will not do
     */
    public Choice with(Map<String, String> values) {
        values.forEach((key, value) -> {
            Option option = options.get(key);
            if (option == null) {
                throw new IllegalArgumentException("method " + name + ": there is no option '" + key + "'; the nearest are "
                        + Names.nearest(key, options.keySet(), 3) + "; all are " + options.keySet().stream().collect(Collectors.joining(", ")));
            }
            option.check(name, value);
        });
        var all = new LinkedHashMap<String, String>();
        options.values().forEach(option -> all.put(option.name(), values.getOrDefault(option.name(), option.initial())));
        return new Choice(this, all, new ArrayList<>(values.keySet()));
    }

    /**
     * This method as it is if nothing is said.
     *
     * @return the choice
     */
    public Choice plain() {
        return with(Map.of());
    }

    Lesson build(Setup setup) {
        return builder.apply(setup);
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
