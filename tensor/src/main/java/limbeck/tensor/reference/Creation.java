package limbeck.tensor.reference;

import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Random;
import limbeck.tensor.spi.View;

/** Tensors from no operands. */
final class Creation {
    private Creation() {
    }

    static void fill(double value, View out) {
        Elements y = Elements.of(out);
        for (int[] i : y.indices()) {
            y.set(value, i);
        }
    }

    static void arange(Arange op, View out) {
        Elements y = Elements.of(out);
        for (int[] i : y.indices()) {
            y.set(op.start() + i[0] * op.step(), i);
        }
    }

    /** Element number {@code counter}, in row-major order, is draw number {@code counter} of the key. */
    static void random(Random op, View out) {
        Elements y = Elements.of(out);
        long counter = 0;
        for (int[] i : y.indices()) {
            y.set(draw(op, counter++), i);
        }
    }

    private static double draw(Random op, long counter) {
        return switch (op.distribution()) {
            case UNIFORM -> op.a() + (op.b() - op.a()) * op.key().uniform(counter);
            case NORMAL -> op.a() + op.b() * op.key().gaussian(counter);
            case BERNOULLI -> op.key().uniform(counter) < op.a() ? 1 : 0;
        };
    }
}
