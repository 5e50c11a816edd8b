package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.List;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.View;

/** Optimizer steps: one pass over target, gradient and state, which all lie in the target's order. */
final class Updates {
    private Updates() {
    }

    static void run(Update update, View target, View gradient, List<View> state) {
        float[] p = floats(target);
        float[] g = floats(gradient);
        int pi = target.layout().offset();
        int gi = gradient.layout().offset();
        int size = target.shape().intSize();
        switch (update) {
            case Update.Sgd sgd when sgd.momentum() == 0 -> Parallel.range(size, Nest.GRAIN, (from, to) ->
                    Steps.BEST.descend(to - from, (float) sgd.rate(), (float) sgd.weightDecay(), p, pi + from, g, gi + from));
            case Update.Sgd sgd -> {
                float[] v = floats(state.getFirst());
                int vi = state.getFirst().layout().offset();
                Parallel.range(size, Nest.GRAIN, (from, to) ->
                        Steps.BEST.momentum(to - from, (float) sgd.rate(), (float) sgd.weightDecay(), (float) sgd.momentum(),
                                sgd.nesterov(), p, pi + from, g, gi + from, v, vi + from));
            }
            case Update.Adam adam -> {
                float[] m = floats(state.getFirst());
                float[] v = floats(state.getLast());
                int mi = state.getFirst().layout().offset();
                int vi = state.getLast().layout().offset();
                Steps.Adam constants = constants(adam);
                Parallel.range(size, Nest.GRAIN, (from, to) ->
                        Steps.BEST.adam(to - from, constants, p, pi + from, g, gi + from, m, mi + from, v, vi + from));
            }
            case Update.Average average -> {
                float share = (float) (1 - average.decay());
                Parallel.range(size, Nest.GRAIN, (from, to) -> Steps.BEST.average(to - from, share, p, pi + from, g, gi + from));
            }
        }
    }

    private static Steps.Adam constants(Update.Adam adam) {
        double decay = adam.weightDecay();
        return new Steps.Adam((float) adam.beta1(), (float) (1 - adam.beta1()), (float) adam.beta2(), (float) (1 - adam.beta2()),
                (float) (adam.rate() / (1 - Math.pow(adam.beta1(), adam.step()))),
                (float) (1 / Math.sqrt(1 - Math.pow(adam.beta2(), adam.step()))), (float) adam.epsilon(),
                adam.decoupled() ? 0 : (float) decay, adam.decoupled() ? (float) (1 - adam.rate() * decay) : 1);
    }
}
