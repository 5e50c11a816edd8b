package limbeck.distill.teachers;

import java.util.List;
import limbeck.tensor.Tensor;

/**
 * For each example, the more a teacher counts the surer it is: {@code w_k = (1 - softmax_k(H)) / (K - 1)} where {@code H_k} is the entropy
 * of {@code softmax(z_k)} in nats. The form is that of confidence-aware multi-teacher distillation (Zhang, Chen and Wang, ICASSP 2022,
 * arXiv 2201.00007), whose {@code H_k} is the cross-entropy with the label. With the entropy no label is needed: the weights are the same
 * on held-out examples, by which the ensemble is judged, and on examples without labels. A teacher that is surely wrong is trusted here.
 */
public record Confidence() implements Weights {
    @Override
    public Tensor of(Tensor logits) {
        int teachers = logits.shape().dim(0);
        Tensor log = logits.logSoftmax(-1);
        Tensor entropy = log.exp().mul(log).sum(List.of(2), true).neg();
        return teachers == 1 ? entropy.mul(0).add(1) : entropy.softmax(0).rsub(1).div(teachers - 1);
    }
}
