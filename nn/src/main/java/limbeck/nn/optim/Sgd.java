package limbeck.nn.optim;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;

/**
 * Stochastic gradient descent with momentum (Polyak, 1964), also in Nesterov's form (Sutskever et al., ICML 2013), as in
 * PyTorch: {@code g += decay p; v = momentum v + g; p -= rate v}.
 *
 * {@snippet :
 * Optimizer optimizer = Sgd.of(parameters, Schedule.cosine(0.1, 0, Schedule.epochs(200)), 0.9, 5e-4);
 * }
 */
public final class Sgd implements Optimizer {
    private final Slots slots;
    private final double momentum;
    private final boolean nesterov;

    /**
     * Gradient descent over groups of parameters.
     *
     * @param groups the parameters
     * @param rate the learning rate
     * @param momentum how much of the velocity stays, from 0 (none) to below 1
     * @param nesterov true to look ahead
     * @throws IllegalArgumentException if the momentum is out of range, or a parameter is given twice
     */
    public Sgd(List<Group> groups, Schedule rate, double momentum, boolean nesterov) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("sgd: the momentum is " + momentum + "; give 0 to below 1, usually 0.9");
        }
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("sgd: Nesterov's form needs a momentum above 0, usually 0.9");
        }
        this.slots = new Slots(groups, rate, momentum == 0 ? List.of() : List.of("velocity"));
        this.momentum = momentum;
        this.nesterov = nesterov;
    }

    /**
     * Gradient descent over all parameters alike.
     *
     * @param parameters the parameters
     * @param rate the learning rate
     * @param momentum how much of the velocity stays, from 0 (none) to below 1
     * @param weightDecay the pull towards 0 on every parameter; see {@link Group#decaying} to spare the biases
     * @return the optimizer
     * @throws IllegalArgumentException if a number is out of range, or a parameter is given twice
     */
    public static Sgd of(List<Parameter> parameters, Schedule rate, double momentum, double weightDecay) {
        return new Sgd(List.of(Group.of(parameters, weightDecay)), rate, momentum, false);
    }

    @Override
    public void step(Gradients gradients, Progress progress) {
        slots.step(gradients, progress, (rate, decay, step) -> new Update.Sgd(rate, momentum, nesterov, decay));
    }

    @Override
    public List<Parameter> parameters() {
        return slots.parameters();
    }

    @Override
    public Map<String, Tensor> state() {
        return slots.state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        slots.restore(state);
    }
}
