package limbeck.distill.method;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
     */
    public double number(String option) {
        return Double.parseDouble(values.get(option));
    }

    /** {@return such as {@code dkd(beta=2)}, from which it can be read again} */
    @Override
    public String toString() {
        return method.name() + (given.isEmpty() ? ""
                : given.stream().map(name -> name + "=" + values.get(name)).collect(Collectors.joining(", ", "(", ")")));
    }
}
