package limbeck.distill;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Tensor;

/**
 * Cross-entropy of the student's logits with the true labels: {@code mean_n -log softmax(z_n)[y_n]}. Examples without a label
 * ({@link limbeck.distill.data.Dataset#UNLABELLED}) are left out of the mean; a batch without any has loss 0.
 *
 * @param labelSmoothing how much of each label is spread over all classes, 0 for none (Szegedy et al., CVPR 2016)
 * @param classWeights a weight for each class, for imbalanced data, such as
 *     {@link limbeck.distill.data.ClassCounts#effectiveWeights}; the mean is then the weighted one. Null for none
 */
public record HardLabels(double labelSmoothing, Tensor classWeights) implements Objective {
    /** Without smoothing or weights. */
    public HardLabels() {
        this(0, null);
    }

    /**
     * With smoothing and without weights.
     *
     * @param labelSmoothing how much of each label is spread over all classes
     */
    public HardLabels(double labelSmoothing) {
        this(labelSmoothing, null);
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        return moment.ofLabelled(labelled -> {
            Variable logits = labelled.student().logits();
            return classWeights == null ? Losses.crossEntropy(logits, labelled.targets(), labelSmoothing, Reduction.MEAN)
                    : Losses.crossEntropy(logits, labelled.targets(), labelSmoothing, classWeights, Reduction.MEAN);
        });
    }
}
