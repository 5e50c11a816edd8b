package limbeck.distill.method;

/**
 * What can be chosen about a method, by name: {@code dkd(beta=2)} on the command line, {@code {name: dkd, beta: 2}} in a recipe.
 *
 * @param name such as {@code beta}
 * @param initial its value if none is given; a number's text for an option that takes numbers, else any text
 * @param help what it means, in one line
 */
public record Option(String name, String initial, String help) {
    private static final String NUMBER = "-?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?";

    /**
     * Whether its values are numbers.
     *
     * @return true if its initial value is one
     */
    public boolean isNumber() {
        return initial.matches(NUMBER);
    }

    /**
     * Checks a value.
     *
     * @param method the method's name, for the error
     * @param value the value
     * @throws IllegalArgumentException if this takes numbers and it is none, or {@code ce} or {@code warmup} lies outside its range
     */
    public void check(String method, String value) {
        if (isNumber() && !(value.matches(NUMBER) && Double.isFinite(Double.parseDouble(value)))) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs a number, got '" + value + "'");
        }
        String range = switch (name) {
            case Method.CE -> Double.parseDouble(value) < 0 ? "of 0 or more" : "";
            case Method.WARMUP -> Double.parseDouble(value) < 0 || Double.parseDouble(value) > 1 ? "from 0 to 1, a part of the epochs" : "";
            default -> "";
        };
        if (!range.isEmpty()) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs a number " + range + ", got '" + value + "'");
        }
    }
}
