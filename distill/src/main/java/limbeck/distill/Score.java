package limbeck.distill;

import limbeck.distill.data.Dataset;
import limbeck.tensor.DType;
import limbeck.tensor.Tensor;

/**
 * How many answers were right.
 *
 * @param correct how many
 * @param judged of how many that could be judged: an example without a label cannot
 */
public record Score(int correct, int judged) {
    /** Nothing could be judged, such as the numbers of a regression. */
    public static final Score NONE = new Score(0, 0);

    /**
     * One answer an example: the class of its largest logit.
     *
     * @param logits (N, C)
     * @param targets the labels as I32 (N), {@link Dataset#UNLABELLED} where there is none; anything else cannot be judged
     * @return how many are right
     */
    public static Score of(Tensor logits, Tensor targets) {
        if (targets.dtype() != DType.I32) {
            return NONE;
        }
        int[] answers = logits.argmax(-1).toInts();
        int[] labels = targets.toInts();
        int correct = 0;
        int judged = 0;
        for (int i = 0; i < answers.length; i++) {
            judged += labels[i] == Dataset.UNLABELLED ? 0 : 1;
            correct += answers[i] == labels[i] ? 1 : 0;
        }
        return new Score(correct, judged);
    }

    /**
     * Both together.
     *
     * @param other other answers
     * @return the sums
     */
    public Score plus(Score other) {
        return new Score(correct + other.correct, judged + other.judged);
    }
}
