package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;
import static limbeck.tensor.cpu.Elementwise.floats;

import limbeck.tensor.DType;
import limbeck.tensor.Key;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.Random;
import limbeck.tensor.spi.View;

/** The ops without operands that are more than a fill, and what is made of random numbers. Their results are row-major. */
final class Sources {
    /** Elements a chunk; a multiple of the four that a block of random numbers has. */
    private static final int CHUNK = Nest.GRAIN / 4;

    private static final Scratch NUMBERS = new Scratch();

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
        Parallel.range(out.shape().intSize(), CHUNK, (from, to) -> {
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

    /**
     * Drops elements: the numbers that decide are made a chunk at a time, and never reach memory.
     *
     * @param op says which
     * @param in float32, row-major
     * @param out takes the result
     */
    static void dropout(Dropout op, View in, View out) {
        float[] x = floats(in);
        float[] y = floats(out);
        int xi = in.layout().offset();
        int yi = out.layout().offset();
        // The least multiple of 2^-24 that is not below the probability: the numbers are such multiples.
        float limit = (float) (Math.ceil(op.kept() * 0x1p24) * 0x1p-24);
        float scale = (float) (1 / op.kept());
        Parallel.range(out.shape().intSize(), CHUNK, (from, to) -> {
            float[] numbers = NUMBERS.floats(CHUNK);
            VectorPhilox.uniform(op.key(), numbers, 0, to - from, from);
            VectorPhilox.drop(to - from, numbers, limit, scale, x, xi + from, y, yi + from);
        });
    }
}
