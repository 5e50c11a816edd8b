package limbeck.distill;

import java.util.Optional;
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

    /**
     * A name for exactly this teacher, for whoever keeps what it showed: two teachers with one fingerprint show the same of the same inputs,
     * today and tomorrow.
     *
     * @return empty for a teacher that learns, or that does not know what it is made of
     */
    default Optional<String> fingerprint() {
        return Optional.empty();
    }
}
