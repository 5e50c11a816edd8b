package limbeck.distill.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import limbeck.nn.Names;
import limbeck.nn.optim.Length;
import limbeck.nn.optim.Schedule;

/**
 * Schedules as text: the same on the command line, in recipe files and in the options of methods.
 *
 * {@snippet :
 * Schedule temperature = Schedules.parse("then(2 epochs, 8, cosine(8, 2, 50%))", 20);
 * }
 *
 * A schedule is a number or a function. A LENGTH is such as {@code 10 epochs}, {@code 500 steps}, {@code 50%} of the stage, or
 * {@code all} of it; a SCHEDULE inside another is any of these again:
 * <ul>
 * <li>{@code linear(from, to, LENGTH)}, {@code cosine(from, to, LENGTH)}, {@code polynomial(from, to, power, LENGTH)};
 * <li>{@code exponential(initial, rate, LENGTH, floor)}, times the rate in each LENGTH, the floor 0 if it is left out;
 * <li>{@code step(initial, factor, LENGTH)}, stairs; {@code table(10 until 5 epochs, 5 until 15 epochs, 3)}, any stairs;
 * <li>{@code restarts(from, to, LENGTH, factor)}, cosines of which each is longer by a factor, 1 if it is left out;
 * <li>{@code onecycle(peak, LENGTH)} or {@code onecycle(from, peak, to, rise, LENGTH)}, where the rise is a part of the LENGTH;
 * <li>{@code warmup(LENGTH, SCHEDULE)}, {@code after(LENGTH, SCHEDULE)}, {@code then(LENGTH, SCHEDULE, LENGTH, SCHEDULE, ..., SCHEDULE)},
 * {@code repeat(LENGTH, SCHEDULE)}, {@code scale(factor, SCHEDULE)}, {@code atleast(least, SCHEDULE)}, {@code atmost(most, SCHEDULE)},
 * {@code oneminus(SCHEDULE)}, what it leaves of 1;
 * <li>controllers: {@code range(base, scale)}, see {@link TeacherRange}; {@code performance(initial, rate)}, see {@link Performance};
 * {@code validation(initial, rate)}, see {@link ValidationWeight}; {@code plateau(factor, patience)}, see {@link Plateau}.
 * </ul>
 */
public final class Schedules {
    /** How a function is written, and what it makes; arguments in brackets may be left out. */
    private record Maker(String usage, int least, int most, Function<Arguments, Schedule> maker) {
    }

    /** The length of a stage that is not known yet. */
    static final double UNKNOWN = Double.NaN;

    private static final Map<String, Maker> MAKERS = new LinkedHashMap<>();

    static {
        put("linear(from, to, LENGTH)", 3, 3, a -> Schedule.linear(a.number(0), a.number(1), a.length(2)));
        put("cosine(from, to, LENGTH)", 3, 3, a -> Schedule.cosine(a.number(0), a.number(1), a.length(2)));
        put("polynomial(from, to, power, LENGTH)", 4, 4, a -> Schedule.polynomial(a.number(0), a.number(1), a.number(2), a.length(3)));
        put("exponential(initial, rate, LENGTH, [floor])", 3, 4, a -> a.count() == 3
                ? Schedule.exponential(a.number(0), a.number(1), a.length(2))
                : Schedule.exponential(a.number(0), a.number(1), a.length(2), a.number(3)));
        put("step(initial, factor, LENGTH)", 3, 3, a -> Schedule.step(a.number(0), a.number(1), a.length(2)));
        put("table(NUMBER until LENGTH, ..., NUMBER)", 1, Integer.MAX_VALUE, Arguments::table);
        put("restarts(from, to, LENGTH, [factor])", 3, 4, a -> Schedule.restarts(a.number(0), a.number(1), a.length(2), a.number(3, 1)));
        put("onecycle(peak, LENGTH) or onecycle(from, peak, to, rise, LENGTH)", 2, 5, Schedules::oneCycle);
        put("warmup(LENGTH, SCHEDULE)", 2, 2, a -> a.schedule(1).warmup(a.length(0)));
        put("after(LENGTH, SCHEDULE)", 2, 2, a -> a.schedule(1).after(a.length(0)));
        put("then(LENGTH, SCHEDULE, ..., SCHEDULE)", 3, Integer.MAX_VALUE, Schedules::then);
        put("repeat(LENGTH, SCHEDULE)", 2, 2, a -> a.schedule(1).repeated(a.length(0)));
        put("scale(factor, SCHEDULE)", 2, 2, a -> a.schedule(1).times(a.number(0)));
        put("atleast(least, SCHEDULE)", 2, 2, a -> a.schedule(1).atLeast(a.number(0)));
        put("atmost(most, SCHEDULE)", 2, 2, a -> a.schedule(1).atMost(a.number(0)));
        put("oneminus(SCHEDULE)", 1, 1, a -> oneMinus(a.schedule(0)));
        put("range(base, scale)", 2, 2, a -> new TeacherRange(a.number(0), a.number(1)));
        put("performance(initial, rate)", 2, 2, a -> new Performance(a.number(0), a.number(1)));
        put("validation(initial, rate)", 2, 2, a -> new ValidationWeight(a.number(0), a.number(1)));
        put("plateau(factor, patience)", 2, 2, a -> new Plateau(a.number(0), a.whole(1)));
    }

    private Schedules() {
    }

    private static Schedule oneMinus(Schedule schedule) {
        return p -> 1 - schedule.at(p);
    }

    private static void put(String usage, int least, int most, Function<Arguments, Schedule> maker) {
        MAKERS.put(usage.substring(0, usage.indexOf('(')), new Maker(usage, least, most, maker));
    }

    /**
     * Reads a schedule.
     *
     * @param text a number or a function
     * @param epochs how many epochs the stage has, of which lengths may be parts
     * @return the schedule; if it listens to training, one that is told of it
     * @throws IllegalArgumentException in one sentence, if it cannot be read, naming the nearest function
     */
    public static Schedule parse(String text, double epochs) {
        if (isNumber(text)) {
            return Schedule.constant(Double.parseDouble(text.strip()));
        }
        Arguments arguments = Arguments.of(text, epochs);
        Maker maker = MAKERS.get(arguments.name());
        if (maker == null && !text.contains("(")) {
            throw Arguments.foreign(text);
        }
        if (maker == null) {
            throw new IllegalArgumentException("schedule: there is no '" + arguments.name() + "'; the nearest are "
                    + Names.nearest(arguments.name(), MAKERS.keySet(), 3));
        }
        if (arguments.count() < maker.least || arguments.count() > maker.most) {
            throw new IllegalArgumentException("schedule: " + arguments.name() + " looks like " + maker.usage + ", got '" + text.strip() + "'");
        }
        return arguments.told(maker.maker.apply(arguments));
    }

    /**
     * Whether a text is a number, and so a schedule that never changes.
     *
     * @param text any text
     * @return true for such as {@code 4} or {@code 1e-3}
     */
    public static boolean isNumber(String text) {
        return Arguments.isNumber(text);
    }

    /**
     * Checks that a text can be read as a schedule, before it is known how long the stage is.
     *
     * @param text a number or a function
     * @throws IllegalArgumentException in one sentence, if it cannot be read
     */
    public static void check(String text) {
        parse(text, UNKNOWN);
    }

    /**
     * How all functions are written.
     *
     * @return such as {@code linear(from, to, LENGTH)}, in order
     */
    public static List<String> usages() {
        return MAKERS.values().stream().map(Maker::usage).collect(Collectors.toList());
    }

    private static Schedule oneCycle(Arguments a) {
        return switch (a.count()) {
            case 2 -> Schedule.oneCycle(a.number(0), a.length(1));
            case 5 -> Schedule.oneCycle(a.number(0), a.number(1), a.number(2), a.number(3), a.length(4));
            default -> throw a.complaint("looks like " + MAKERS.get(a.name()).usage + ", got " + a.count() + " arguments");
        };
    }

    private static Schedule then(Arguments a) {
        if (a.count() % 2 == 0) {
            throw a.complaint("looks like " + MAKERS.get(a.name()).usage + ", got " + a.count() + " arguments");
        }
        Schedule last = a.schedule(a.count() - 1);
        for (int i = a.count() - 3; i >= 0; i -= 2) {
            Length length = a.length(i);
            last = a.schedule(i + 1).then(length, last);
        }
        return last;
    }
}
