package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.List;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.View;

/**
 * Optimizer steps: one pass over targets, gradients and states, of which those of one change all lie in its target's order, and
 * one job for all changes.
 */
final class Updates {
    private Updates() {
    }

    static void run(List<Update.Change<View>> changes) {
        List<Parallel.RangeBody> loops = changes.stream().map(Updates::loop).toList();
        new Joint(changes.stream().map(Update.Change::target).toList()).run((i, from, to, _) -> loops.get(i).run(from, to));
    }

    /** The rule on a range of one target's elements. */
    private static Parallel.RangeBody loop(Update.Change<View> change) {
        List<View> state = change.state();
        float[] p = floats(change.target());
        float[] g = floats(change.gradient());
        int pi = change.target().layout().offset();
        int gi = change.gradient().layout().offset();
        return switch (change.rule()) {
            case Update.Sgd sgd when sgd.momentum() == 0 -> (from, to) ->
                    Steps.BEST.descend(to - from, (float) sgd.rate(), (float) sgd.weightDecay(), p, pi + from, g, gi + from);
            case Update.Sgd sgd -> {
                float[] v = floats(state.getFirst());
                int vi = state.getFirst().layout().offset();
                yield (from, to) ->
                        Steps.BEST.momentum(to - from, (float) sgd.rate(), (float) sgd.weightDecay(), (float) sgd.momentum(),
                                sgd.nesterov(), p, pi + from, g, gi + from, v, vi + from);
            }
            case Update.Adam adam -> {
                float[] m = floats(state.getFirst());
                float[] v = floats(state.getLast());
                int mi = state.getFirst().layout().offset();
                int vi = state.getLast().layout().offset();
                Steps.Adam constants = constants(adam);
                yield (from, to) ->
                        Steps.BEST.adam(to - from, constants, p, pi + from, g, gi + from, m, mi + from, v, vi + from);
            }
            case Update.Average average -> {
                float share = (float) (1 - average.decay());
                float scale = (float) average.scale();
                yield (from, to) -> Steps.BEST.average(to - from, share, scale, p, pi + from, g, gi + from);
            }
        };
    }

    private static Steps.Adam constants(Update.Adam adam) {
        double decay = adam.weightDecay();
        return new Steps.Adam((float) adam.beta1(), (float) (1 - adam.beta1()), (float) adam.beta2(), (float) (1 - adam.beta2()),
                (float) (adam.rate() / (1 - Math.pow(adam.beta1(), adam.step()))),
                (float) (1 / Math.sqrt(1 - Math.pow(adam.beta2(), adam.step()))), (float) adam.epsilon(),
                adam.decoupled() ? 0 : (float) decay, adam.decoupled() ? (float) (1 - adam.rate() * decay) : 1);
    }
}
