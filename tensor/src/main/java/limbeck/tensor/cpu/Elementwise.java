package limbeck.tensor.cpu;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.Unary;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/** The ops that work element by element. Float32 goes through {@link Loops}, int32 through the plain loops below. */
final class Elementwise {
    /** A short row that all rows share, such as a bias, is first repeated to about this length. */
    private static final int REPEATED = 1024;
    private static final Scratch TILE = new Scratch();

    private Elementwise() {
    }

    static void unary(Unary op, View in, View out) {
        Nest nest = Nest.of(out.layout(), in.layout());
        if (in.type() == DType.I32) {
            int[] x = ints(in);
            int[] z = ints(out);
            nest.run((rows, n, w) -> {
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < n; i++) {
                        // Through double, which holds every int: parameters may be fractions.
                        int v = x[w[1].at + r * w[1].row + i * w[1].step];
                        z[w[0].at + r * w[0].row + i] = (int) op.fn().apply(v, op.a(), op.b());
                    }
                }
            });
            return;
        }
        float[] x = floats(in);
        float[] z = floats(out);
        float a = (float) op.a();
        float b = (float) op.b();
        nest.run((rows, n, w) -> Loops.BEST.unary(op.fn(), a, b, rows, n, x, w[1], z, w[0]));
    }

    static void binary(Binary op, View left, View right, View out) {
        Shape shape = out.shape();
        Nest nest = Nest.of(out.layout(), left.layout().expand(shape), right.layout().expand(shape));
        if (left.type() == DType.I32) {
            int[] x = ints(left);
            int[] y = ints(right);
            int[] z = ints(out);
            nest.run((rows, n, w) -> {
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < n; i++) {
                        int v = x[w[1].at + r * w[1].row + i * w[1].step];
                        int u = y[w[2].at + r * w[2].row + i * w[2].step];
                        z[w[0].at + r * w[0].row + i] = apply(op.fn(), v, u);
                    }
                }
            });
            return;
        }
        float[] x = floats(left);
        float[] y = floats(right);
        float[] z = floats(out);
        nest.run((rows, n, w) -> binary(op.fn(), rows, n, x, w[1], y, w[2], z, w[0]));
    }

    private static void binary(BinaryFn fn, int rows, int n, float[] x, Walk xw, float[] y, Walk yw, float[] z, Walk zw) {
        boolean dense = zw.row == n && n <= REPEATED / 4 && rows > 1;
        if (dense && yw.isUnit() && yw.row == 0 && xw.isUnit() && xw.row == n) {
            int times = Math.min(rows, REPEATED / n);
            float[] tile = repeat(times, n, y, yw.at);
            flat(rows, times * n, n, (more, length, start) -> Loops.BEST.binary(fn, more, length,
                    x, Walk.of(xw.at + start, length, 1), tile, Walk.of(0, 0, 1), z, Walk.of(zw.at + start, length, 1)));
        } else if (dense && xw.isUnit() && xw.row == 0 && yw.isUnit() && yw.row == n) {
            int times = Math.min(rows, REPEATED / n);
            float[] tile = repeat(times, n, x, xw.at);
            flat(rows, times * n, n, (more, length, start) -> Loops.BEST.binary(fn, more, length,
                    tile, Walk.of(0, 0, 1), y, Walk.of(yw.at + start, length, 1), z, Walk.of(zw.at + start, length, 1)));
        } else {
            Loops.BEST.binary(fn, rows, n, x, xw, y, yw, z, zw);
        }
    }

    /** What to do with some rows of a length, from an element on. */
    private interface Flat {
        void rows(int rows, int length, int start);
    }

    /** Dense rows of n as fewer rows of {@code length}, and one shorter row of what is left. */
    private static void flat(int rows, int length, int n, Flat body) {
        int whole = rows * n / length;
        body.rows(whole, length, 0);
        int rest = rows * n - whole * length;
        if (rest > 0) {
            body.rows(1, rest, whole * length);
        }
    }

    private static float[] repeat(int times, int n, float[] x, int at) {
        float[] tile = TILE.floats(times * n);
        for (int i = 0; i < times; i++) {
            System.arraycopy(x, at, tile, i * n, n);
        }
        return tile;
    }

    private static int apply(BinaryFn fn, int x, int y) {
        return switch (fn) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case MAXIMUM -> Math.max(x, y);
            case MINIMUM -> Math.min(x, y);
            case GATE -> x > 0 ? y : 0;
            case DIV, POW -> throw new IllegalArgumentException(fn + " is not defined on integers; cast to F32 first");
        };
    }

    static void compare(Compare op, View left, View right, View out) {
        Shape shape = out.shape();
        Nest nest = Nest.of(out.layout(), left.layout().expand(shape), right.layout().expand(shape));
        byte[] z = bytes(out);
        if (left.type() == DType.I32) {
            int[] x = ints(left);
            int[] y = ints(right);
            nest.run((rows, n, w) -> {
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < n; i++) {
                        int v = x[w[1].at + r * w[1].row + i * w[1].step];
                        int u = y[w[2].at + r * w[2].row + i * w[2].step];
                        z[w[0].at + r * w[0].row + i] = (byte) (op.fn().apply(v, u) ? 1 : 0);
                    }
                }
            });
            return;
        }
        float[] x = floats(left);
        float[] y = floats(right);
        nest.run((rows, n, w) -> Loops.BEST.compare(op.fn(), rows, n, x, w[1], y, w[2], z, w[0]));
    }

    static void where(View condition, View left, View right, View out) {
        Layout[] layouts = {out.layout(), condition.layout().expand(out.shape()), left.layout().expand(out.shape()),
            right.layout().expand(out.shape())};
        Nest nest = Nest.of(layouts);
        byte[] c = bytes(condition);
        if (left.type() == DType.I32) {
            int[] x = ints(left);
            int[] y = ints(right);
            int[] z = ints(out);
            nest.run((rows, n, w) -> {
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < n; i++) {
                        z[w[0].at + r * w[0].row + i] = c[w[1].at + r * w[1].row + i * w[1].step] != 0
                                ? x[w[2].at + r * w[2].row + i * w[2].step] : y[w[3].at + r * w[3].row + i * w[3].step];
                    }
                }
            });
            return;
        }
        float[] x = floats(left);
        float[] y = floats(right);
        float[] z = floats(out);
        nest.run((rows, n, w) -> Loops.BEST.where(rows, n, c, w[1], x, w[2], y, w[3], z, w[0]));
    }

    static Object array(View view) {
        return ((HostStorage) view.storage()).array();
    }

    static float[] floats(View view) {
        return ((HostStorage) view.storage()).floats();
    }

    static int[] ints(View view) {
        return ((HostStorage) view.storage()).ints();
    }

    static byte[] bytes(View view) {
        return ((HostStorage) view.storage()).bytesArray();
    }
}
