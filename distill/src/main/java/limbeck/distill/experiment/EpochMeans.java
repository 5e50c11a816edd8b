package limbeck.distill.experiment;

import java.util.LinkedHashMap;
import java.util.Map;
import limbeck.distill.Score;
import limbeck.distill.StepReport;

/** Means over an epoch so far, weighted by the batches' sizes, that of the labels' loss by their labels; and the numbers over time of its last step. */
final class EpochMeans {
    private static final String LABELS = "ce";

    private final Map<String, Double> sums = new LinkedHashMap<>();
    private Map<String, Double> values = Map.of();
    private double total;
    private double labelled;
    private Score score = Score.NONE;
    private int examples;

    void add(StepReport step) {
        total += step.total() * step.examples();
        step.losses().forEach((name, loss) -> sums.merge(name, loss * step.examples(), Double::sum));
        labelled += step.losses().getOrDefault(LABELS, 0.0) * step.score().judged();
        score = score.plus(step.score());
        examples += step.examples();
        values = step.values();
    }

    int examples() {
        return examples;
    }

    double loss() {
        return total / examples;
    }

    /** NaN while nothing could be judged. */
    double accuracy() {
        return (double) score.correct() / score.judged();
    }

    Map<String, Double> losses() {
        var means = new LinkedHashMap<String, Double>();
        sums.forEach((name, sum) -> means.put(name, name.equals(LABELS) ? labels() : sum / examples));
        return means;
    }

    Map<String, Double> values() {
        return values;
    }

    /** The cross-entropy with the labels; the whole loss where they are not learned from. */
    double labels() {
        if (!sums.containsKey(LABELS)) {
            return loss();
        }
        // A batch without labels has a loss of 0, which says nothing.
        return score.judged() > 0 ? labelled / score.judged() : sums.get(LABELS) / examples;
    }
}
