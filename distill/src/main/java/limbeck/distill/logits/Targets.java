package limbeck.distill.logits;

import limbeck.tensor.DType;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/** The label's class and the others, for losses that treat them apart. */
final class Targets {
    private Targets() {
    }

    /** Of each row the entry of its label: (N, C) becomes (N). */
    static <T extends TensorOps<T>> T of(T rows, Tensor labels) {
        return rows.gather(1, rows.constant(labels.unsqueeze(1))).squeeze(1);
    }

    /**
     * Of each row all entries but that of its label, in order: (N, C) becomes (N, C - 1). A softmax over them is exact for logits of
     * any size, unlike one over logits from whose label a large number was taken.
     */
    static <T extends TensorOps<T>> T others(T rows, Tensor labels) {
        Tensor classes = labels.device().arange(rows.shape().dim(1) - 1).unsqueeze(0);
        Tensor skipped = classes.ge(labels.unsqueeze(1)).to(DType.I32);
        return rows.gather(1, rows.constant(classes.add(skipped)));
    }
}
