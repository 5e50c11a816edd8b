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
        Alone.Loop loop = op.approximate() ? (n, a, ai, _, _, c, ci, _) -> loops.tanh(n, a, ai, c, ci)
                : (n, a, ai, _, _, c, ci, _) -> loops.exact(n, a, ai, c, ci);
        Parallel.range(out.shape().intSize(), GRAIN, (at, to) -> Alone.run(loop, to - at, x, xi + at, null, 0, z, zi + at, null));
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
        Alone.Loop loop = op.approximate() ? (n, a, ai, b, bi, c, ci, _) -> loops.tanhInput(n, a, ai, b, bi, c, ci)
                : (n, a, ai, b, bi, c, ci, _) -> loops.exactInput(n, a, ai, b, bi, c, ci);
        Parallel.range(out.shape().intSize(), GRAIN, (at, to) -> Alone.run(loop, to - at, x, xi + at, g, gi + at, z, zi + at, null));
    }
}
