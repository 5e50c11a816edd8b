package limbeck.distill.connect;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.method.Pairing;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * What student and teacher showed at a pair of places, both at one size: where their maps differ in height or width, the larger is
 * averaged down to the smaller (adaptive average pooling). Channels stay as they are, and so do vectors.
 *
 * {@snippet :
 * var same = new SameSize(pairing);
 * Variable seen = same.student(moment);     // (N, 32, 7, 7), of (N, 32, 14, 14)
 * Tensor shown = same.teacher(moment);      // (N, 128, 7, 7)
 * }
 *
 * @param pair the places
 */
public record SameSize(Pairing pair) {
    /**
     * What the student showed.
     *
     * @param moment a step's
     * @return its feature here, at the common size
     */
    public Variable student(Moment moment) {
        return pool(pair.student(moment), moment);
    }

    /**
     * What the teacher showed.
     *
     * @param moment a step's
     * @return its feature here, at the common size
     */
    public Tensor teacher(Moment moment) {
        return pool(pair.teacher(moment), moment);
    }

    /**
     * Brings to the common size what was made of either feature, its height and width kept.
     *
     * @param <T> tensors or variables
     * @param made of what student or teacher showed here
     * @param moment the same step's
     * @return the maps, pooled where the other's are smaller; vectors as they are
     */
    public <T extends TensorOps<T>> T pool(T made, Moment moment) {
        Shape student = pair.student(moment).shape();
        Shape teacher = pair.teacher(moment).shape();
        return student.rank() < 4 || teacher.rank() < 4 ? made
                : Resize.pool(made, Math.min(student.dim(2), teacher.dim(2)), Math.min(student.dim(3), teacher.dim(3)));
    }
}
