package limbeck.distill;

import limbeck.tensor.Tensor;

/**
 * What one training step sees.
 *
 * @param ids              the lasting number of each example, the same in every epoch and order
 * @param inputs           the student's inputs, (N, ...)
 * @param teacherInputs    the teacher's inputs, (N, ...): the same tensor, unless teacher and student see different augmentations
 * @param targets          the labels as I32 (N), or for regression the targets as floats (N, W)
 * @param augmentationSeed tells apart the augmentations of {@code teacherInputs}: two batches in which an example's id and this number
 *                         are equal show the teacher the same example, bit for bit; 0 where the teacher's inputs are not augmented
 */
public record Batch(long[] ids, Tensor inputs, Tensor teacherInputs, Tensor targets, long augmentationSeed) {
    /**
     * The number of examples.
     *
     * @return N
     */
    public int size() {
        return ids.length;
    }
}
