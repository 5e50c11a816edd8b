package limbeck.distill;

import java.util.Set;
import limbeck.tensor.Tensor;

/**
 * Whom a student learns from. All that a teacher shows are tensors, so no gradient can flow into it. Teachers compose:
 * one that caches, averages or slowly follows is a decorator of this one method.
 */
@FunctionalInterface
public interface Teacher {
    /** No teacher: shows nothing. */
    Teacher NONE = (batch, taps) -> Views.of(null);

    /**
     * Looks at a batch.
     *
     * @param batch the examples; the teacher's inputs may be augmented otherwise than the student's
     * @param taps which of its layers to show; only taps on the teacher's side
     * @return its logits and the tapped features
     */
    Views<Tensor> observe(Batch batch, Set<Tap> taps);
}
