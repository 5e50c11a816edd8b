package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;
import static limbeck.tensor.cpu.Elementwise.floats;

import limbeck.tensor.DType;
import limbeck.tensor.Key;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Random;
import limbeck.tensor.spi.View;

/** The ops without operands that are more than a fill. Their results are row-major. */
final class Sources {
    private Sources() {
    }

    static void arange(Arange op, View out) {
        double[] values = new double[op.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = op.start() + i * op.step();
        }
        Casts.run(DType.F64, values, Layout.contiguous(Shape.of(op.count())), op.type(), array(out), out.layout());
    }

    static void random(Random op, View out) {
        float[] z = floats(out);
        int start = out.layout().offset();
        Key key = op.key();
        double a = op.a();
        double b = op.b();
        Parallel.range(out.shape().intSize(), Nest.GRAIN / 4, (from, to) -> {
            switch (op.distribution()) {
                case UNIFORM -> {
                    key.uniform(z, start + from, start + to, from);
                    if (a != 0 || b != 1) {
                        for (int i = start + from; i < start + to; i++) {
                            z[i] = (float) (a + (b - a) * z[i]);
                        }
                    }
                }
                case NORMAL -> {
                    key.gaussian(z, start + from, start + to, from);
                    if (a != 0 || b != 1) {
                        for (int i = start + from; i < start + to; i++) {
                            z[i] = (float) (a + b * z[i]);
                        }
                    }
                }
                case BERNOULLI -> {
                    key.uniform(z, start + from, start + to, from);
                    for (int i = start + from; i < start + to; i++) {
                        z[i] = z[i] < a ? 1 : 0;
                    }
                }
            }
        });
    }
}
