package limbeck.nn.optim;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Tensor;

/**
 * An optimizer that first limits the norm of all gradients together (Pascanu et al., ICML 2013): of those that it follows. What it does not
 * train, such as a part of the model that stands still, counts for nothing.
 *
 * @param optimizer the optimizer that takes the step
 * @param limit the largest norm, above 0
 */
public record Clipped(Optimizer optimizer, double limit) implements Optimizer {
    @Override
    public void step(Gradients gradients, Progress progress) {
        Clip.norm(gradients, optimizer.parameters(), limit);
        optimizer.step(gradients, progress);
    }

    @Override
    public List<Parameter> parameters() {
        return optimizer.parameters();
    }

    @Override
    public Map<String, Tensor> state() {
        return optimizer.state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        optimizer.restore(state);
    }
}
