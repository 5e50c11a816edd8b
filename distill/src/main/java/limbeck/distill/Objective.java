package limbeck.distill;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.Shape;

/**
 * A loss: a pure function of what student and teacher showed and of the targets. One paper is one implementation of this;
 * several are mixed by listing them in a {@link Recipe}.
 *
 * {@snippet :
 * record LogitMatching() implements Objective {           // Ba and Caruana, NeurIPS 2014
 *     public Variable loss(Moment m) {
 *         return Losses.mse(m.student().logits(), Variable.of(m.teacher().logits()));
 *     }
 * }
 * }
 */
public interface Objective {
    /**
     * The loss of one batch.
     *
     * @param moment what there is to look at
     * @return a scalar, averaged over the batch
     */
    Variable loss(Moment moment);

    /**
     * The layers that this objective looks at.
     *
     * @return none unless it says otherwise
     */
    default Set<Tap> taps() {
        return Set.of();
    }

    /**
     * Whose models this objective looks at: one at which no objective looks need not run.
     *
     * @return both unless it says otherwise
     */
    default Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT, Tap.Side.TEACHER);
    }

    /**
     * What this objective itself learns, such as a connector between layers of different width. The optimizer gets it.
     *
     * @return none unless it says otherwise
     */
    default List<Parameter> parameters() {
        return List.of();
    }

    /**
     * How many of the student's answers are right, for reports of how training goes. That of a recipe's first term counts.
     *
     * @param moment what there is to look at; the student's logits are there
     * @return one answer an example, by its largest logit, unless it says otherwise
     */
    default Score score(Moment moment) {
        return Score.of(moment.student().logits().tensor(), moment.targets());
    }

    /**
     * Whether every example needs a label, or else the loss means nothing: examples whose label is
     * {@link limbeck.distill.data.Dataset#UNLABELLED} are then refused before the first step.
     *
     * @return false unless it says otherwise
     */
    default boolean needsLabels() {
        return false;
    }

    /**
     * Checks the shapes of a dry run before the first step, so that what cannot work fails at once and in words.
     *
     * @param student shapes of what the student shows
     * @param teacher shapes of what the teacher shows; its logits are null where there is no teacher
     * @throws IllegalArgumentException in one sentence
     */
    default void check(Views<Shape> student, Views<Shape> teacher) {
    }
}
