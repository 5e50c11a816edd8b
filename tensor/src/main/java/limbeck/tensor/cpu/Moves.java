package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.op.Pad;
import limbeck.tensor.spi.View;

/** The ops that only move elements, of any type: copy, concatenate, pad, fill. */
final class Moves {
    /** The side of the squares in which a transpose walks: 32 lines read and 32 written stay in the first-level cache. */
    private static final int TILE = 32;

    private Moves() {
    }

    /** Copies any layout into any other of the same shape. */
    static void copy(View from, View to) {
        copy(array(from), from.layout(), array(to), to.layout());
    }

    private static void copy(Object x, Layout from, Object z, Layout to) {
        Nest.of(to, from).run((rows, n, w) -> block(rows, n, x, w[1], z, w[0]));
    }

    private static void block(int rows, int n, Object x, Walk xw, Object z, Walk zw) {
        if (xw.step == 1 && zw.step == 1 && n >= 8) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(x, xw.at + r * xw.row, z, zw.at + r * zw.row, n);
            }
            return;
        }
        if (x instanceof float[] floats && xw.row == 1 && zw.step == 1) {
            transpose(rows, n, floats, xw, (float[]) z, zw);
            return;
        }
        for (int r = 0; r < rows; r += TILE) {
            for (int i = 0; i < n; i += TILE) {
                int height = Math.min(TILE, rows - r);
                int width = Math.min(TILE, n - i);
                int xi = xw.at + r * xw.row + i * xw.step;
                int zi = zw.at + r * zw.row + i * zw.step;
                switch (x) {
                    case float[] floats -> tile(height, width, floats, xi, xw, (float[]) z, zi, zw);
                    case int[] ints -> tile(height, width, ints, xi, xw, (int[]) z, zi, zw);
                    case double[] doubles -> tile(height, width, doubles, xi, xw, (double[]) z, zi, zw);
                    case byte[] bytes -> tile(height, width, bytes, xi, xw, (byte[]) z, zi, zw);
                    case short[] shorts -> tile(height, width, shorts, xi, xw, (short[]) z, zi, zw);
                    default -> throw new AssertionError(x.getClass());
                }
            }
        }
    }

    private static void tile(int rows, int n, float[] x, int xi, Walk xw, float[] z, int zi, Walk zw) {
        int xs = xw.step;
        int zs = zw.step;
        for (int r = 0; r < rows; r++) {
            int from = xi + r * xw.row;
            int to = zi + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[to + i * zs] = x[from + i * xs];
            }
        }
    }

    private static void tile(int rows, int n, int[] x, int xi, Walk xw, int[] z, int zi, Walk zw) {
        int xs = xw.step;
        int zs = zw.step;
        for (int r = 0; r < rows; r++) {
            int from = xi + r * xw.row;
            int to = zi + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[to + i * zs] = x[from + i * xs];
            }
        }
    }

    private static void tile(int rows, int n, double[] x, int xi, Walk xw, double[] z, int zi, Walk zw) {
        int xs = xw.step;
        int zs = zw.step;
        for (int r = 0; r < rows; r++) {
            int from = xi + r * xw.row;
            int to = zi + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[to + i * zs] = x[from + i * xs];
            }
        }
    }

    private static void tile(int rows, int n, byte[] x, int xi, Walk xw, byte[] z, int zi, Walk zw) {
        int xs = xw.step;
        int zs = zw.step;
        for (int r = 0; r < rows; r++) {
            int from = xi + r * xw.row;
            int to = zi + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[to + i * zs] = x[from + i * xs];
            }
        }
    }

    private static void tile(int rows, int n, short[] x, int xi, Walk xw, short[] z, int zi, Walk zw) {
        int xs = xw.step;
        int zs = zw.step;
        for (int r = 0; r < rows; r++) {
            int from = xi + r * xw.row;
            int to = zi + r * zw.row;
            for (int i = 0; i < n; i++) {
                z[to + i * zs] = x[from + i * xs];
            }
        }
    }

    /**
     * Rows of x, which are columns of z, square by square: where rows are a power of two apart, their lines share a few sets of
     * the cache, and are soon driven out.
     */
    private static void transpose(int rows, int n, float[] x, Walk xw, float[] z, Walk zw) {
        var columns = new GemmMatrix(x, xw.at, 1, xw.step);
        for (int r = 0; r < rows; r += TILE) {
            for (int i = 0; i < n; i += TILE) {
                columns.copy(r, Math.min(TILE, rows - r), i, Math.min(TILE, n - i), z, zw.at + r * zw.row + i, zw.row);
            }
        }
    }

    static void concat(int axis, List<View> in, View out) {
        int start = 0;
        for (View view : in) {
            int[] starts = new int[out.shape().rank()];
            starts[axis] = start;
            start += view.shape().dim(axis);
            copy(array(view), view.layout(), array(out), part(out.layout(), starts, view.shape().dims()));
        }
    }

    static void pad(Pad op, View in, View out) {
        fill(out, op.value());
        int[] starts = op.before().stream().mapToInt(i -> i).toArray();
        copy(array(in), in.layout(), array(out), part(out.layout(), starts, in.shape().dims()));
    }

    /** The part of a layout that begins at an index and has these extents. */
    static Layout part(Layout whole, int[] starts, int[] dims) {
        var from = new ArrayList<Integer>();
        var to = new ArrayList<Integer>();
        var steps = new ArrayList<Integer>();
        for (int i = 0; i < starts.length; i++) {
            from.add(starts[i]);
            to.add(starts[i] + dims[i]);
            steps.add(1);
        }
        return whole.slice(from, to, steps);
    }

    /** One value everywhere, rounded to the type. */
    static void fill(View out, double value) {
        Object z = array(out);
        double rounded = out.type().round(value);
        int start = out.layout().offset();
        Parallel.range(out.shape().intSize(), Nest.GRAIN, (from, to) -> fill(z, out.type(), start + from, start + to, rounded));
    }

    static void fill(Object z, DType type, int from, int to, double value) {
        switch (type) {
            case F32 -> Arrays.fill((float[]) z, from, to, (float) value);
            case F64 -> Arrays.fill((double[]) z, from, to, value);
            case I32 -> Arrays.fill((int[]) z, from, to, (int) value);
            case I8, BOOL -> Arrays.fill((byte[]) z, from, to, (byte) value);
            case BF16 -> Arrays.fill((short[]) z, from, to, DType.floatToBfloat16((float) value));
            case F16 -> Arrays.fill((short[]) z, from, to, Float.floatToFloat16((float) value));
        }
    }
}
