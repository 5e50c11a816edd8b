package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.method.Choice;

/** One that takes part in a {@link Contest}: a method, or the student alone, with what is known about it. */
final class Entrant {
    private final Choice choice;
    private final Map<Long, Double> accuracies = new LinkedHashMap<>();
    private final List<Double> balanced = new ArrayList<>();
    private final List<Double> gains = new ArrayList<>();
    private double trialSeconds;
    private double measuredSeconds = Double.POSITIVE_INFINITY;
    private int failures;
    private String failure = "";

    /**
     * Somebody new.
     *
     * @param choice the method; null for the student alone
     */
    Entrant(Choice choice) {
        this.choice = choice;
    }

    Choice choice() {
        return choice;
    }

    boolean isAlone() {
        return choice == null;
    }

    Role role() {
        return isAlone() ? Role.STUDENT_ALONE : Role.STUDENT_DISTILLED;
    }

    String name() {
        return isAlone() ? "student alone" : choice.toString();
    }

    /** A step of the trial took so long. */
    void tried(double seconds) {
        trialSeconds = seconds;
    }

    /** A step of a whole training took so long on average. */
    void measured(double seconds) {
        measuredSeconds = Math.min(measuredSeconds, seconds);
    }

    /** By the trainings, once there was one: the code that a trial runs is not compiled yet. */
    double stepSeconds() {
        return Double.isInfinite(measuredSeconds) ? trialSeconds : measuredSeconds;
    }

    /** A training is over; there is a gain where the student alone has been trained with the same seed. */
    void judged(long seed, Evaluation evaluation, Entrant alone) {
        accuracies.put(seed, evaluation.accuracy());
        balanced.add(evaluation.balancedAccuracy());
        if (!isAlone() && alone.accuracies.containsKey(seed)) {
            gains.add(evaluation.accuracy() - alone.accuracies.get(seed));
        }
    }

    /** A training broke off. */
    void failed(String reason) {
        failures++;
        failure = reason;
    }

    boolean hasRun() {
        return !accuracies.isEmpty();
    }

    Spread accuracy() {
        return new Spread(List.copyOf(accuracies.values()));
    }

    Spread balancedAccuracy() {
        return new Spread(balanced);
    }

    /** Of a method. */
    Standing standing(int seeds) {
        return new Standing(choice, accuracy(), balancedAccuracy(), new Spread(gains), 1000 * stepSeconds(), shortfall(seeds));
    }

    private String shortfall(int seeds) {
        int missing = seeds - accuracies.size() - failures;
        String late = missing == 0 ? "" : "the budget was over before " + missing + " of " + seeds + " seeds";
        String failed = failures == 0 ? "" : "failed with " + failures + " of " + seeds + " seeds, " + failure;
        return failed + (failed.isEmpty() || late.isEmpty() ? "" : "; ") + late;
    }
}
