package limbeck.distill.control;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import limbeck.nn.optim.Length;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Stairs;

/** A name and what stands in parentheses behind it, such as {@code cosine(8, 2, 10 epochs)}. */
final class Arguments {
    private static final Pattern CALL = Pattern.compile("([A-Za-z][\\w-]*)\\s*(?:\\((.*)\\))?", Pattern.DOTALL);
    private static final String NUMBER = "[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?";
    private static final Pattern LENGTH = Pattern.compile("(" + NUMBER + ")\\s*(epochs?|steps?|%)");

    private final String name;
    private final List<String> texts;
    private final double epochs;
    private final List<Schedule> schedules = new ArrayList<>();

    private Arguments(String name, List<String> texts, double epochs) {
        this.name = name;
        this.texts = texts;
        this.epochs = epochs;
    }

    /**
     * Reads a name with or without parentheses.
     *
     * @param epochs how long the stage is, of which lengths may be parts; {@link Schedules#UNKNOWN} if that is not known yet
     * @throws IllegalArgumentException if it does not look like that
     */
    static Arguments of(String text, double epochs) {
        Matcher call = CALL.matcher(text.strip());
        List<String> inside = List.of();
        if (call.matches()) {
            inside = call.group(2) == null || call.group(2).isBlank() ? List.of() : split(call.group(2));
        }
        if (!call.matches()) {
            // Parentheses that do not match are the likelier fault.
            split(text);
        }
        if (!call.matches() || inside.stream().anyMatch(String::isEmpty)) {
            throw foreign(text);
        }
        return new Arguments(call.group(1), inside, epochs);
    }

    static IllegalArgumentException foreign(String text) {
        return new IllegalArgumentException("schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got '" + text.strip() + "'");
    }

    private static List<String> split(String inside) {
        try {
            return Commas.split(inside);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("schedule: " + e.getMessage());
        }
    }

    /** Whether a text is a number. */
    static boolean isNumber(String text) {
        return text.strip().matches(NUMBER) && Double.isFinite(Double.parseDouble(text.strip()));
    }

    String name() {
        return name;
    }

    int count() {
        return texts.size();
    }

    double number(int i) {
        if (!isNumber(texts.get(i))) {
            throw complaint("needs a number " + place(i) + ", got '" + texts.get(i) + "'");
        }
        return Double.parseDouble(texts.get(i));
    }

    double number(int i, double otherwise) {
        return i < texts.size() ? number(i) : otherwise;
    }

    int whole(int i) {
        double value = number(i);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw complaint("needs a whole number " + place(i) + ", got '" + texts.get(i) + "'");
        }
        return (int) value;
    }

    Length length(int i) {
        return length(texts.get(i), i);
    }

    private Length length(String text, int i) {
        // Any will do where it is not known: only whether it can be read is asked then.
        double stage = Double.isNaN(epochs) ? 1 : epochs;
        if (text.equals("all")) {
            return Schedule.epochs(stage);
        }
        Matcher length = LENGTH.matcher(text);
        double amount = length.matches() ? Double.parseDouble(length.group(1)) : Double.NaN;
        boolean steps = length.matches() && length.group(length.groupCount()).startsWith("step");
        if (!(amount > 0 && amount < Double.POSITIVE_INFINITY) || steps && amount != Math.rint(amount)) {
            throw complaint("needs a length such as 10 epochs, 500 steps, 50% or all " + place(i) + ", got '" + text + "'");
        }
        return steps ? Schedule.steps((long) amount)
                : Schedule.epochs(length.group(length.groupCount()).equals("%") ? amount / 100 * stage : amount);
    }

    /** A schedule, which may listen to training. */
    Schedule schedule(int i) {
        Schedule schedule = Schedules.parse(texts.get(i), epochs);
        schedules.add(schedule);
        return schedule;
    }

    /** {@code 10 until 5 epochs, 5 until 15 epochs, 3}. */
    Schedule table() {
        Stairs.Until until = null;
        Boolean before = null;
        for (int i = 0; i < texts.size(); i++) {
            boolean last = i == texts.size() - 1;
            String[] parts = texts.get(i).split("\\s+until\\s+", 2);
            if (!isNumber(parts[0]) || parts.length != (last ? 1 : 2)) {
                throw complaint(last ? "ends with a number that stays, such as 3, got '" + texts.get(i) + "'"
                        : "needs parts such as 10 until 5 epochs, got '" + texts.get(i) + "'");
            }
            double value = Double.parseDouble(parts[0]);
            Stairs stairs = until == null ? Schedule.stairs(value) : until.then(value);
            if (last) {
                return stairs;
            }
            Length end = length(parts[1], i);
            boolean ofStage = parts[1].equals("all") || parts[1].endsWith("%");
            // Whether 5 epochs come before 50% only the stage's length says.
            boolean ordered = !Double.isNaN(epochs) || before == null || before == ofStage;
            before = ofStage;
            until = (ordered ? stairs : Schedule.stairs(value)).until(end);
        }
        throw complaint("needs at least one number");
    }

    private String place(int i) {
        return "in place " + (i + 1);
    }

    /** An error about this function. */
    IllegalArgumentException complaint(String sentence) {
        return new IllegalArgumentException("schedule: " + name + " " + sentence);
    }

    /** What was made of these arguments, told of training if one of them listens. */
    Schedule told(Schedule made) {
        return Composed.of(made, schedules.toArray(Schedule[]::new));
    }
}
