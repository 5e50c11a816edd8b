package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;
import static limbeck.tensor.cpu.Elementwise.ints;

import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.spi.View;

/** The ops that follow indices: gather, scatter-add, one-hot. Every index is checked. */
final class Indexing {
    /** Columns a task of a scatter, whose rows must be added in their order. */
    private static final int COLUMNS = 64;

    private Indexing() {
    }

    static void gather(Gather op, View source, View index, View out) {
        int axis = op.axis();
        int extent = source.shape().dim(axis);
        int stride = source.layout().stride(axis);
        int[] starts = new int[source.shape().rank()];
        // The source with its axis stuck at 0; the index adds what is missing.
        int[] dims = source.shape().with(axis, Math.min(1, extent)).dims();
        Layout stuck = Moves.part(source.layout(), starts, dims);
        if (extent == 0 && out.shape().size() > 0) {
            throw outside("gather", "result", ints(index)[index.layout().offset()], 0, extent);
        }
        if (out.shape().size() == 0) {
            return;
        }
        Object x = array(source);
        Object z = array(out);
        int[] picks = ints(index);
        int first = out.layout().offset();
        Nest.of(out.layout(), stuck.expand(out.shape()), index.layout().expand(out.shape())).run((rows, n, w) -> {
            for (int r = 0; r < rows; r++) {
                int zi = w[0].at + r * w[0].row;
                int xi = w[1].at + r * w[1].row;
                int ii = w[2].at + r * w[2].row;
                boolean oneIndex = w[2].step == 0;
                for (int i = 0; i < (oneIndex ? 1 : n); i++) {
                    int pick = picks[ii + i * w[2].step];
                    if (pick < 0 || pick >= extent) {
                        throw outside("gather", "result", pick, zi + i - first, extent);
                    }
                }
                if (oneIndex && w[1].step == 1 && n >= 8) {
                    System.arraycopy(x, xi + picks[ii] * stride, z, zi, n);
                } else {
                    pick(n, x, xi, w[1].step, stride, picks, ii, w[2].step, z, zi);
                }
            }
        });
    }

    private static void pick(int n, Object x, int xi, int xs, int stride, int[] picks, int ii, int is, Object z, int zi) {
        switch (x) {
            case float[] from -> {
                float[] to = (float[]) z;
                for (int i = 0; i < n; i++) {
                    to[zi + i] = from[xi + i * xs + picks[ii + i * is] * stride];
                }
            }
            case int[] from -> {
                int[] to = (int[]) z;
                for (int i = 0; i < n; i++) {
                    to[zi + i] = from[xi + i * xs + picks[ii + i * is] * stride];
                }
            }
            case double[] from -> {
                double[] to = (double[]) z;
                for (int i = 0; i < n; i++) {
                    to[zi + i] = from[xi + i * xs + picks[ii + i * is] * stride];
                }
            }
            case byte[] from -> {
                byte[] to = (byte[]) z;
                for (int i = 0; i < n; i++) {
                    to[zi + i] = from[xi + i * xs + picks[ii + i * is] * stride];
                }
            }
            case short[] from -> {
                short[] to = (short[]) z;
                for (int i = 0; i < n; i++) {
                    to[zi + i] = from[xi + i * xs + picks[ii + i * is] * stride];
                }
            }
            default -> throw new AssertionError(x.getClass());
        }
    }

    static void scatterAdd(ScatterAdd op, View source, View index, View out, Temps temps) {
        Moves.fill(out, 0);
        Shape shape = source.shape();
        if (shape.size() == 0) {
            return;
        }
        int axis = op.axis();
        int[] dims = shape.dims();
        int before = 1;
        int inner = 1;
        // Whether one index serves all elements behind the axis: whole rows are then added.
        boolean whole = true;
        for (int i = 0; i < dims.length; i++) {
            before *= i < axis ? dims[i] : 1;
            if (i > axis) {
                inner *= dims[i];
                whole &= index.shape().dim(i) == 1;
                dims[i] = index.shape().dim(i) == 1 ? 1 : dims[i];
            }
        }
        int columns = inner;
        int count = shape.dim(axis);
        int extent = op.extent();
        boolean rows = whole;
        Shape used = rows ? Shape.of(dims) : shape;
        View order = temps.ordered(new View(index.storage(), index.layout().expand(used)), Layout.contiguous(used));
        View from = temps.ordered(source, Layout.contiguous(shape));
        int[] picks = ints(order);
        int first = order.layout().offset();
        for (int i = 0; i < used.intSize(); i++) {
            if (picks[first + i] < 0 || picks[first + i] >= extent) {
                throw outside("scatterAdd", "source", picks[first + i], rows ? i * columns : i, extent);
            }
        }
        int bands = Math.ceilDiv(columns, COLUMNS);
        int grain = Math.max(1, Nest.GRAIN / Math.max(1, count * Math.min(columns, COLUMNS)));
        int xi = from.layout().offset();
        int zi = out.layout().offset();
        Parallel.range(before * bands, grain, (start, stop) -> {
            for (int task = start; task < stop; task++) {
                int o = task / bands;
                int k = task % bands * COLUMNS;
                int n = Math.min(COLUMNS, columns - k);
                for (int j = 0; j < count; j++) {
                    int at = xi + (o * count + j) * columns + k;
                    int pick = rows ? first + o * count + j : first + (o * count + j) * columns + k;
                    add(n, array(from), at, picks, pick, rows ? 0 : 1, array(out), zi + o * extent * columns + k, columns);
                }
            }
        });
    }

    private static void add(int n, Object x, int xi, int[] picks, int pick, int step, Object z, int zi, int row) {
        if (x instanceof int[] from) {
            int[] to = (int[]) z;
            for (int i = 0; i < n; i++) {
                to[zi + picks[pick + i * step] * row + i] += from[xi + i];
            }
            return;
        }
        float[] from = (float[]) x;
        float[] to = (float[]) z;
        if (step == 0) {
            int at = zi + picks[pick] * row;
            for (int i = 0; i < n; i++) {
                to[at + i] += from[xi + i];
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            to[zi + picks[pick + i] * row + i] += from[xi + i];
        }
    }

    static void oneHot(OneHot op, View in, View out, Temps temps) {
        Moves.fill(out, 0);
        View classes = temps.ordered(in, Layout.contiguous(in.shape()));
        int[] labels = ints(classes);
        int first = classes.layout().offset();
        int to = out.layout().offset();
        for (int i = 0; i < in.shape().intSize(); i++) {
            int label = labels[first + i];
            if (label < 0 || label >= op.classes()) {
                throw new IllegalArgumentException("oneHot: class " + label + " at element " + i + " of the labels is outside 0 to "
                        + (op.classes() - 1) + "; raise the number of classes or mask such labels first");
            }
            int at = to + i * op.classes() + label;
            Moves.fill(array(out), out.type(), at, at + 1, 1);
        }
    }

    /** Checks labels (N) of an op that follows them without a kernel of this class. */
    static void requireInside(String op, View labels, int extent) {
        int[] picks = ints(labels);
        for (int i = 0; i < labels.shape().dim(0); i++) {
            int pick = picks[labels.layout().offset() + i * labels.layout().stride(0)];
            if (pick < 0 || pick >= extent) {
                throw outside(op, "labels", pick, i, extent);
            }
        }
    }

    private static IllegalArgumentException outside(String op, String what, int index, int position, int extent) {
        return new IllegalArgumentException(op + ": index " + index + " at element " + position + " of the " + what
                + " is outside an axis of extent " + extent + "; give 0 to " + (extent - 1));
    }
}
