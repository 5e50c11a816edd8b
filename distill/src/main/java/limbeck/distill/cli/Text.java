package limbeck.distill.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Spread;
import limbeck.tensor.Shape;

/** How numbers look to people: the same in every locale. */
final class Text {
    private Text() {
    }

    /** A count such as {@code 12,345}. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A count with its noun, which takes an s unless there is just one. */
    static String count(long value, String noun) {
        return count(value) + " " + noun + (value == 1 ? "" : "s");
    }

    /** A number with so many digits after the point; a dash for what is not a number. */
    static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + digits + "f", value) : "-";
    }

    /** A fraction in 0..1 as a percentage with so many digits after the point. */
    static String percent(double fraction, int digits) {
        return number(100 * fraction, digits);
    }

    /** Mean and, over several seeds, standard deviation; each value is multiplied by a factor first. */
    static String spread(Spread spread, double factor, int digits) {
        String mean = number(factor * spread.mean(), digits);
        return spread.values().size() < 2 ? mean : mean + " ± " + number(factor * spread.std(), digits);
    }

    /** A time such as {@code 0:07} or {@code 1:02:03}. */
    static String time(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "-:--";
        }
        long s = Math.round(Math.max(0, seconds));
        return s < 3600 ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    /** A number with three significant digits, for measured times. */
    static String significant(double value) {
        return number(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
    }

    /** A shape such as {@code 1x28x28}. */
    static String shape(Shape shape) {
        return Arrays.stream(shape.dims()).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }

    /** A role's name in what this command prints. */
    static String title(Role role, boolean single) {
        return single ? "model" : role.title();
    }

    /** Lines of at most so many characters, broken between words; a longer word has a line of its own. */
    static List<String> wrapped(String text, int width) {
        var lines = new ArrayList<String>();
        String rest = text;
        while (rest.length() > width) {
            int end = rest.lastIndexOf(' ', width);
            end = end > 0 ? end : rest.indexOf(' ');
            if (end < 0) {
                break;
            }
            lines.add(rest.substring(0, end));
            rest = rest.substring(end + 1);
        }
        lines.add(rest);
        return lines;
    }

    /** A number's text in few digits, such as {@code 0.08333} or {@code 0.0005}; whole numbers and other texts as they are. */
    static String shortened(String text) {
        return text.matches("-?\\d+\\.\\d+([eE]-?\\d+)?")
                ? new BigDecimal(text).round(new MathContext(4)).stripTrailingZeros().toPlainString() : text;
    }

    /** Text of others in one line that is safe to print. */
    static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
    }
}
