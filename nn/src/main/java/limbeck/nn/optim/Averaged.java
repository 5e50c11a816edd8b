package limbeck.nn.optim;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Collective;
import limbeck.tensor.Tensor;

/**
 * An optimizer that first takes the mean of the gradients over all ranks: data-parallel training. Each rank has a replica of the model,
 * all with the same weights at first (built with the same key), an optimizer of its own, and a part of each batch. As all follow the
 * same gradients, the weights stay equal, to the bit.
 *
 * {@snippet :
 * Collective.run(devices, rank -> {
 *     Optimizer optimizer = new Averaged(Adam.of(groups, rate), rank);
 *     ...
 * });
 * }
 *
 * The gradient is that of the whole batch where the loss is a mean over examples and all parts are of one size, and where no example
 * sees another: batch norm takes the statistics of its own part. To clip the norm of the mean, put {@link Clipped} inside.
 *
 * @param optimizer the optimizer that takes the step
 * @param ranks this rank among the others
 */
public record Averaged(Optimizer optimizer, Collective ranks) implements Optimizer {
    @Override
    public void step(Gradients gradients, Progress progress) {
        Iterator<Tensor> sums = ranks.sum(List.copyOf(gradients.all())).iterator();
        gradients.replaceAll(_ -> sums.next().mul(1.0 / ranks.size()));
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
