package limbeck.distill.method;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import limbeck.distill.control.Schedules;

/**
 * A method with values for all of its options.
 *
 * @param method the method
 * @param values all values by the options' names
 * @param given the options that were given a value, and not left as they are
 */
public record Choice(Method method, Map<String, String> values, List<String> given) {
    /**
     * A number.
     *
     * @param option the option's name
     * @return its value
     * @throws IllegalArgumentException if it changes over time
     */
    public double number(String option) {
        if (!isNumber(option)) {
            throw new IllegalArgumentException("method " + method.name() + ": " + option + " needs one number here, got '" + values.get(option) + "'");
        }
        return Double.parseDouble(values.get(option));
    }

    /**
     * Whether a value is a number, and no schedule or text.
     *
     * @param option the option's name
     * @return true if {@link #number} gives it
     */
    public boolean isNumber(String option) {
        return Schedules.isNumber(values.get(option));
    }

    /** {@return such as {@code dkd(beta=2)}, from which it can be read again} */
    @Override
    public String toString() {
        return method.name() + (given.isEmpty() ? ""
                : given.stream().map(name -> name + "=" + values.get(name)).collect(Collectors.joining(", ", "(", ")")));
    }
}
