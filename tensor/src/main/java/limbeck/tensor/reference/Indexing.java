package limbeck.tensor.reference;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.spi.View;

/** Elements that change their index. */
final class Indexing {
    private Indexing() {
    }

    static void concat(int axis, List<View> in, View out) {
        Elements y = Elements.of(out);
        int offset = 0;
        for (View view : in) {
            Elements x = Elements.of(view);
            for (int[] i : x.indices()) {
                int[] to = i.clone();
                to[axis] += offset;
                y.set(x.get(i), to);
            }
            offset += view.shape().dim(axis);
        }
    }

    static void pad(Pad op, View in, View out) {
        Creation.fill(op.value(), out);
        Elements x = Elements.of(in);
        Elements y = Elements.of(out);
        for (int[] i : x.indices()) {
            int[] to = i.clone();
            for (int axis = 0; axis < to.length; axis++) {
                to[axis] += op.before().get(axis);
            }
            y.set(x.get(i), to);
        }
    }

    static void gather(Gather op, View source, View index, View out) {
        Elements x = Elements.of(source);
        Elements picks = Elements.broadcast(index, out.shape());
        Elements y = Elements.of(out);
        for (int[] i : y.indices()) {
            int[] from = i.clone();
            from[op.axis()] = checked(op, picks.get(i), i, source.shape().dim(op.axis()));
            y.set(x.get(from), i);
        }
    }

    static void scatterAdd(ScatterAdd op, View source, View index, View out) {
        Elements x = Elements.of(source);
        Elements places = Elements.broadcast(index, source.shape());
        Elements y = Elements.of(out);
        y.zero();
        for (int[] i : x.indices()) {
            int[] to = i.clone();
            to[op.axis()] = checked(op, places.get(i), i, op.extent());
            y.add(x.get(i), to);
        }
        y.round();
    }

    static void oneHot(OneHot op, View in, View out) {
        Elements x = Elements.of(in);
        Elements y = Elements.of(out);
        y.zero();
        for (int[] i : x.indices()) {
            int[] to = Arrays.copyOf(i, i.length + 1);
            to[i.length] = checked(op, x.get(i), i, op.classes());
            y.set(1, to);
        }
    }

    private static int checked(Op op, double index, int[] position, int extent) {
        if (index < 0 || index >= extent) {
            throw new IllegalArgumentException(op.name() + ": index " + (int) index + " at position " + Shape.of(position)
                    + " is out of range for extent " + extent + "; indices count from 0");
        }
        return (int) index;
    }
}
