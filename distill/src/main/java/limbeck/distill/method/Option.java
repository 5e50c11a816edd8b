package limbeck.distill.method;

import limbeck.distill.control.Schedules;

/**
 * What can be chosen about a method, by name: {@code dkd(beta=2)} on the command line, {@code {name: dkd, beta: 2}} in a recipe.
 *
 * @param name such as {@code beta}
 * @param initial its value if none is given; a number's text for an option that takes numbers, else any text
 * @param help what it means, in one line
 * @param range where its numbers have to lie, if they may change over time and any {@linkplain Schedules schedule} will do; null for an
 *         option that stays as it is
 */
public record Option(String name, String initial, String help, Range range) {
    private static final String NUMBER = "-?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?";

    /**
     * An option that stays as it is.
     *
     * @param name such as {@code beta}
     * @param initial its value if none is given
     * @param help what it means, in one line
     */
    public Option(String name, String initial, String help) {
        this(name, initial, help, null);
    }

    /**
     * Whether its initial value is a number.
     *
     * @return true if it takes numbers, or schedules
     */
    public boolean isNumber() {
        return initial.matches(NUMBER);
    }

    /**
     * Checks a value.
     *
     * @param method the method's name, for the error
     * @param value the value
     * @throws IllegalArgumentException if this takes numbers or schedules and it is none, or a number lies outside its range
     */
    public void check(String method, String value) {
        if (range != null) {
            checkSchedule(method, value);
            return;
        }
        if (isNumber() && !(value.matches(NUMBER) && Double.isFinite(Double.parseDouble(value)))) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs a number, got '" + value + "'");
        }
        double number = name.equals(Method.WARMUP) ? Double.parseDouble(value) : 0;
        if (number < 0 || number > 1) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs a number from 0 to 1, a part of the epochs, got '"
                    + value + "'");
        }
    }

    private void checkSchedule(String method, String value) {
        try {
            Schedules.check(value);
        } catch (IllegalArgumentException e) {
            String sentence = e.getMessage().replaceFirst("^schedule: ", "");
            throw new IllegalArgumentException("method " + method + ": " + name + (sentence.startsWith("needs") ? " " : ": ") + sentence);
        }
        if (Schedules.isNumber(value) && !range.holds(Double.parseDouble(value))) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs " + range + ", got '" + value + "'");
        }
    }
}
