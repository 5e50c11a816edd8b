package limbeck.distill.teachers;

import java.util.Collections;
import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Weights that stay as they are.
 *
 * @param shares one a teacher, 0 or more; they are divided by their sum
 */
public record Fixed(List<Double> shares) implements Weights {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative or not finite, or all are 0
     */
    public Fixed {
        shares = List.copyOf(shares);
        double sum = shares.stream().mapToDouble(share -> share).sum();
        if (shares.stream().anyMatch(share -> !(share >= 0)) || !(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ensemble: weights are numbers of 0 or more, not all of them 0, with a finite sum, got " + shares);
        }
    }

    /**
     * All alike.
     *
     * @param teachers how many there are
     * @return the weights
     */
    public static Fixed equal(int teachers) {
        return new Fixed(Collections.nCopies(teachers, 1.0));
    }

    /**
     * The weights that add up to 1.
     *
     * @return one a teacher
     */
    public double[] normalised() {
        double sum = shares.stream().mapToDouble(share -> share).sum();
        return shares.stream().mapToDouble(share -> share / sum).toArray();
    }

    @Override
    public Tensor of(Tensor logits) {
        return logits.device().tensor(normalised(), Shape.of(shares.size(), 1, 1)).to(logits.dtype());
    }

    @Override
    public void check(int teachers) {
        if (shares.size() != teachers) {
            throw new IllegalArgumentException("ensemble: there are " + shares.size() + " weights " + shares + " for " + teachers
                    + " teachers; give one for each");
        }
    }
}
