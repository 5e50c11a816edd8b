package limbeck.distill.experiment;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import limbeck.distill.HardLabels;
import limbeck.distill.LogitAdjusted;
import limbeck.distill.Objective;
import limbeck.distill.data.ClassCounts;
import limbeck.tensor.Device;

/**
 * A loss of the labels by its name, as {@link Setting#HARD_LOSS} takes it.
 *
 * @param kind which
 * @param number beta of {@code effective}, tau of {@code logit-adjusted}
 */
record HardLoss(Kind kind, double number) {
    private static final Pattern TEXT = Pattern.compile("([a-z-]+)(?:\\((\\d*\\.?\\d+)\\))?");

    /** What there is. */
    enum Kind {
        /** Cross-entropy. */
        CE,
        /** Cross-entropy with class weights by the effective number of examples. */
        EFFECTIVE,
        /** Cross-entropy of logits with tau times the log-shares. */
        LOGIT_ADJUSTED,
        /** The same with tau 1, by its other name. */
        BALANCED_SOFTMAX;

        String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private double initial() {
            return switch (this) {
                case CE -> 0;
                case EFFECTIVE -> 0.999;
                case LOGIT_ADJUSTED, BALANCED_SOFTMAX -> 1;
            };
        }

        private boolean takes(double number) {
            return switch (this) {
                case CE, BALANCED_SOFTMAX -> false;
                case EFFECTIVE -> number >= 0 && number <= 1;
                case LOGIT_ADJUSTED -> number >= 0;
            };
        }
    }

    /** Whether a text names a loss. */
    static boolean isKnown(String text) {
        return parse(text) != null;
    }

    /** The loss that a setting names. */
    static HardLoss of(String text) {
        HardLoss loss = parse(text);
        if (loss == null) {
            throw new IllegalArgumentException("hard-loss: there is no '" + text + "'");
        }
        return loss;
    }

    private static HardLoss parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        for (Kind kind : Kind.values()) {
            if (kind.key().equals(matcher.group(1))) {
                double number = matcher.group(2) == null ? kind.initial() : Double.parseDouble(matcher.group(2));
                return matcher.group(2) == null || kind.takes(number) ? new HardLoss(kind, number) : null;
            }
        }
        return null;
    }

    /** The loss for classes of these sizes. */
    Objective objective(ClassCounts counts, double labelSmoothing, Device device) {
        return switch (kind) {
            case CE -> new HardLabels(labelSmoothing);
            case EFFECTIVE -> new HardLabels(labelSmoothing, device.tensor(counts.effectiveWeights(number), counts.classes()));
            case LOGIT_ADJUSTED, BALANCED_SOFTMAX -> LogitAdjusted.of(counts, number, labelSmoothing, device);
        };
    }

    /** What the plan calls it. */
    String inWords() {
        return switch (kind) {
            case CE -> "cross-entropy with the labels";
            case EFFECTIVE -> "cross-entropy with the labels, classes weighted by their effective number of examples (beta " + number + ")";
            case LOGIT_ADJUSTED -> "logit-adjusted cross-entropy with the labels (tau " + number + ")";
            case BALANCED_SOFTMAX -> "balanced softmax with the labels";
        };
    }
}
