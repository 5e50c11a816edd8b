package limbeck.distill;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.data.ClassCounts;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;

/**
 * Cross-entropy of logits to which the classes' log-shares are added, for imbalanced data (logit adjustment; Menon et al., ICLR 2021, arXiv
 * 2007.07314): {@code mean_n -log softmax(z_n + tau log prior)[y_n]}. What the shares explain, the model need not learn, so that its own
 * logits, to which nothing is added in use, do not prefer the large classes.
 *
 * <p>With {@code tau} 1 this is the balanced softmax (Ren et al., NeurIPS 2020, arXiv 2007.10740),
 * {@code n_y exp(z_y) / sum_c n_c exp(z_c)}: the shares are the counts over their sum, which cancels. Examples without a label are left out.
 *
 * @param offsets what is added to each class' logit: (C)
 * @param labelSmoothing how much of each label is spread over all classes, 0 for none
 */
public record LogitAdjusted(Tensor offsets, double labelSmoothing) implements Objective {
    /**
     * By the counts of the training part.
     *
     * @param counts how many examples each class has
     * @param tau how much of the shares' logarithm is added; 1 in theory, 0 for plain cross-entropy
     * @param labelSmoothing how much of each label is spread over all classes, 0 for none
     * @param device where the model is
     * @return the loss
     */
    public static LogitAdjusted of(ClassCounts counts, double tau, double labelSmoothing, Device device) {
        return new LogitAdjusted(device.tensor(counts.logPriors(), counts.classes()).mul(tau), labelSmoothing);
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        return moment.ofLabelled(labelled -> {
            Variable logits = labelled.student().logits();
            return Losses.crossEntropy(logits.add(Variable.of(offsets)), labelled.targets(), labelSmoothing, Reduction.MEAN);
        });
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Shape logits = student.logits();
        if (logits.rank() != 2 || logits.dim(1) != offsets.shape().dim(0)) {
            throw new ShapeException("logit adjustment: the student's logits are " + logits + ", but there are shares of "
                    + offsets.shape().dim(0) + " classes; give one count for each class");
        }
    }
}
