package limbeck.distill.method;

/**
 * What can be chosen about a method, by name: {@code dkd(beta=2)} on the command line, {@code {name: dkd, beta: 2}} in a recipe.
 *
 * @param name such as {@code beta}
 * @param initial its value if none is given; a number's text for an option that takes numbers, else any text
 * @param help what it means, in one line
 */
public record Option(String name, String initial, String help) {
    private static final String NUMBER = "-?\\d+(\\.\\d+)?([eE]-?\\d+)?";

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
     * @throws IllegalArgumentException if this takes numbers and it is none
     */
    public void check(String method, String value) {
        if (isNumber() && !value.matches(NUMBER)) {
            throw new IllegalArgumentException("method " + method + ": " + name + " needs a number, got '" + value + "'");
        }
    }
}
