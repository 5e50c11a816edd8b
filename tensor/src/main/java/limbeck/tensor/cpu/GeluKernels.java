package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.spi.View;

/** GELU and its gradient in one pass over dense numbers; operands in another order than the result are copied into it. */
final class GeluKernels {
    // Some four times the work of a copy.
    private static final int GRAIN = Nest.GRAIN / 4;

    private GeluKernels() {
    }

    /** Whether there is a kernel: for float32. */
    static boolean applies(List<View> in) {
        return in.getFirst().shape().size() > 0 && in.stream().allMatch(view -> view.type() == DType.F32);
    }

    static void gelu(Gelu op, View from, View out, Temps temps) {
        View view = temps.ordered(from, out.layout());
        float[] x = floats(view);
        float[] z = floats(out);
        int xi = view.layout().offset();
        int zi = out.layout().offset();
        GeluLoops loops = GeluLoops.BEST;
        boolean approximate = op.approximate();
        Parallel.range(out.shape().intSize(), GRAIN, (at, to) -> {
            if (approximate) {
                loops.tanh(to - at, x, xi + at, z, zi + at);
            } else {
                loops.exact(to - at, x, xi + at, z, zi + at);
            }
        });
    }

    static void input(GeluInput op, View from, View gradient, View out, Temps temps) {
        View view = temps.ordered(from, out.layout());
        View flow = temps.ordered(gradient, out.layout());
        float[] x = floats(view);
        float[] g = floats(flow);
        float[] z = floats(out);
        int xi = view.layout().offset();
        int gi = flow.layout().offset();
        int zi = out.layout().offset();
        GeluLoops loops = GeluLoops.BEST;
        boolean approximate = op.approximate();
        Parallel.range(out.shape().intSize(), GRAIN, (at, to) -> {
            if (approximate) {
                loops.tanhInput(to - at, x, xi + at, g, gi + at, z, zi + at);
            } else {
                loops.exactInput(to - at, x, xi + at, g, gi + at, z, zi + at);
            }
        });
    }
}
