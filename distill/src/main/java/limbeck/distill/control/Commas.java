package limbeck.distill.control;

import java.util.ArrayList;
import java.util.List;

/** Lists in which a comma inside parentheses does not separate, such as {@code kd(temperature=linear(8, 2, 50%)), at}. */
public final class Commas {
    private Commas() {
    }

    /**
     * The parts of a list.
     *
     * @param text such as {@code 8, max(1, 2)}
     * @return what stands between the commas outside of all parentheses, without spaces around; one empty part for an empty text
     * @throws IllegalArgumentException if the parentheses do not match
     */
    public static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case ',' -> {
                    if (depth == 0) {
                        parts.add(text.substring(start, i).strip());
                        start = i + 1;
                    }
                }
                default -> {
                }
            }
            if (depth < 0) {
                break;
            }
        }
        if (depth != 0) {
            throw new IllegalArgumentException("'" + text.strip() + "' has " + (depth < 0 ? "a ) without its (" : "a ( without its )"));
        }
        parts.add(text.substring(start).strip());
        return parts;
    }
}
