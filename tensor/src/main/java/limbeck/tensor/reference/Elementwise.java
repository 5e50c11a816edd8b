package limbeck.tensor.reference;

import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.Unary;
import limbeck.tensor.spi.View;

/** Each element of the result from the elements at the same index; operands broadcast. */
final class Elementwise {
    private Elementwise() {
    }

    static void unary(Unary op, View in, View out) {
        Elements x = Elements.of(in);
        Elements y = Elements.of(out);
        for (int[] i : y.indices()) {
            y.set(op.fn().apply(x.get(i), op.a(), op.b()), i);
        }
    }

    static void binary(BinaryFn fn, View left, View right, View out) {
        Elements x = Elements.broadcast(left, out.shape());
        Elements y = Elements.broadcast(right, out.shape());
        Elements z = Elements.of(out);
        for (int[] i : z.indices()) {
            z.set(fn.apply(x.get(i), y.get(i)), i);
        }
    }

    static void compare(CompareFn fn, View left, View right, View out) {
        Elements x = Elements.broadcast(left, out.shape());
        Elements y = Elements.broadcast(right, out.shape());
        Elements z = Elements.of(out);
        for (int[] i : z.indices()) {
            z.set(fn.apply(x.get(i), y.get(i)) ? 1 : 0, i);
        }
    }

    static void where(View condition, View yes, View no, View out) {
        Elements c = Elements.broadcast(condition, out.shape());
        Elements x = Elements.broadcast(yes, out.shape());
        Elements y = Elements.broadcast(no, out.shape());
        Elements z = Elements.of(out);
        for (int[] i : z.indices()) {
            z.set(c.get(i) != 0 ? x.get(i) : y.get(i), i);
        }
    }

    /** A copy; to another element type it is a cast, because {@link Elements#set} rounds. */
    static void copy(View in, View out) {
        Elements x = Elements.of(in);
        Elements y = Elements.of(out);
        for (int[] i : y.indices()) {
            y.set(x.get(i), i);
        }
    }
}
