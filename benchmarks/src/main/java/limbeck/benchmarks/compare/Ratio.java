package limbeck.benchmarks.compare;

import java.util.Comparator;
import java.util.List;

/**
 * What was measured of a case beside one rival.
 *
 * @param name of the case
 * @param threads of both
 * @param ours our speed
 * @param rival its speed
 * @param rivalName who it is, such as {@code libtorch channels_last}
 * @param unit of both speeds: more is better
 */
record Ratio(String name, int threads, double ours, double rival, String rivalName, String unit) {
    /** Above 1 where we are faster. */
    double value() {
        return ours / rival;
    }

    /** Whether the rival is no library, but the limit of the machine: then being below 1 is no loss. */
    boolean isLimit() {
        return rivalName.equals(Comparison.PEAK);
    }

    /** The one against the fastest rival, of those that belong to one case and number of threads; the machine's limit does not count. */
    static Ratio best(List<Ratio> ofOneCase) {
        return ofOneCase.stream().filter(r -> !r.isLimit()).max(Comparator.comparingDouble(Ratio::rival)).orElseGet(ofOneCase::getFirst);
    }
}
