package limbeck.distill.progressive;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import limbeck.distill.method.Setup;

/** Options that are lists of numbers. */
final class Proportions {
    static final String EQUAL = "equal";
    static final String OPTION = "parts";
    static final String HELP = "the stages' lengths in proportion, such as 1+1+2";

    private Proportions() {
    }

    /** Numbers above 0 joined by {@code +}. */
    static List<Double> numbers(Setup setup, String option, String example) {
        String text = setup.text(option);
        try {
            List<Double> numbers = Stream.of(text.split("\\+", -1)).map(part -> Double.valueOf(part.strip())).toList();
            if (numbers.stream().allMatch(number -> number > 0 && number < Double.POSITIVE_INFINITY)) {
                return numbers;
            }
        } catch (NumberFormatException _) {
            // Said below, as for numbers that will not do.
        }
        throw setup.complaint(option + " needs numbers above 0 joined by +, such as " + example + ", got '" + text + "'");
    }

    /** What {@code parts} says: one number for each of so many stages. */
    static List<Double> of(Setup setup, int count) {
        if (setup.text(OPTION).equals(EQUAL)) {
            return Collections.nCopies(count, 1.0);
        }
        List<Double> parts = numbers(setup, OPTION, "1+1+2");
        if (parts.size() != count) {
            throw setup.complaint(OPTION + " has " + parts.size() + " numbers for " + count + " stages, got '" + setup.text(OPTION)
                    + "'; give one for each, or " + EQUAL);
        }
        return parts;
    }
}
