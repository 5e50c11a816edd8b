package limbeck.nn;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** For errors about names: what may have been meant. */
public final class Names {
    private Names() {
    }

    /**
     * The names that are nearest to a mistyped one, by edit distance (Levenshtein, 1966).
     *
     * @param given the name that does not exist
     * @param known those that do
     * @param count at most so many
     * @return such as {@code 'layer1', 'layer2', 'layer3'}, nearest first
     */
    public static String nearest(String given, Collection<String> known, int count) {
        return known.stream().filter(name -> !name.isEmpty()).sorted(Comparator.comparingInt(name -> distance(given, name))).limit(count)
                .map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    }

    /** Insertions, deletions and substitutions that turn one name into the other. */
    static int distance(String from, String to) {
        int[] row = IntStream.rangeClosed(0, to.length()).toArray();
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
