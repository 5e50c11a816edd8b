package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Elements set to zero at random, the others scaled so that the mean stays (Srivastava et al., JMLR 2014). The mask is a function of
 * the key, so nothing is kept for backward: the gradient is the same op once more.
 *
 * @param kept the probability of an element to be kept, above 0 and at most 1
 * @param key where the randomness comes from; element i, in row-major order, is kept where {@code key.uniform(i) < kept}
 */
public record Dropout(double kept, Key key) implements FusedOp {
    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is not above 0 and at most 1
     */
    public Dropout {
        if (!(kept > 0 && kept <= 1)) {
            throw new IllegalArgumentException("dropout: the probability to be kept is " + kept + "; it must be above 0 and at most 1");
        }
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 1);
        return in.getFirst();
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst();
        Tensor mask = x.device().bernoulli(key, kept, x.shape()).mul(1 / kept);
        return x.mul(x.constant(mask.to(x.dtype())));
    }
}
