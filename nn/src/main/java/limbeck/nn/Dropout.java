package limbeck.nn;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.tensor.Key;

/**
 * Sets elements to zero at random in {@link Mode#train training}, and scales the others by {@code 1 / (1 - probability)} so
 * that the mean stays (Srivastava et al., JMLR 2014). The mask follows from the key and the number of the step alone: a
 * step run again drops the same elements. A layer that is used twice in a step drops the same both times; use two.
 *
 * {@snippet :
 * Dropout dropout = new Dropout(0.5, key.split("dropout"));
 * }
 *
 * @param probability of an element to be dropped, from 0 to below 1
 * @param key where the randomness comes from
 */
public record Dropout(double probability, Key key) implements Module {
    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is not from 0 to below 1
     */
    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout: probability " + probability + " is not from 0 to below 1");
        }
    }

    @Override
    public Variable forward(Variable x) {
        if (!Mode.isTraining() || probability == 0) {
            return x;
        }
        return x.apply(new limbeck.tensor.op.Dropout(1 - probability, key.split(Mode.step())), List.of());
    }
}
