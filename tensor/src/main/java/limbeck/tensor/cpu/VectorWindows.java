package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Pooling on vectors of channels; {@link ScalarWindows} does the channels that fill no vector. */
final class VectorWindows implements Windows {
    private static final int L = S.length();

    private final ScalarWindows scalar = new ScalarWindows();

    @Override
    public void max(int height, int width, int row, int c, float[] x, int at, float[] z, int zi) {
        int bulk = S.loopBound(c);
        for (int k = 0; k < bulk; k += L) {
            FloatVector best = FloatVector.fromArray(S, x, at + k);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    FloatVector v = FloatVector.fromArray(S, x, at + k + i * row + j * c);
                    best = best.blend(v, beats(v, best));
                }
            }
            best.intoArray(z, zi + k);
        }
        if (bulk < c) {
            scalar.max(height, width, row, bulk, c, x, at, z, zi);
        }
    }

    /** Where the later of two elements is larger, or the first NaN. */
    private static VectorMask<Float> beats(FloatVector v, FloatVector best) {
        return best.compare(VectorOperators.EQ, best).andNot(v.compare(VectorOperators.LE, best));
    }

    @Override
    public void pick(int height, int width, int row, int c, float[] x, int at, float[] values, int vi, float[] z, int zi) {
        int bulk = S.loopBound(c);
        for (int k = 0; k < bulk; k += L) {
            FloatVector best = FloatVector.fromArray(S, x, at + k);
            FloatVector picked = FloatVector.fromArray(S, values, vi + k);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    FloatVector v = FloatVector.fromArray(S, x, at + k + i * row + j * c);
                    VectorMask<Float> wins = beats(v, best);
                    best = best.blend(v, wins);
                    picked = picked.blend(FloatVector.fromArray(S, values, vi + k + i * row + j * c), wins);
                }
            }
            picked.intoArray(z, zi + k);
        }
        if (bulk < c) {
            scalar.pick(height, width, row, bulk, c, x, at, values, vi, z, zi);
        }
    }

    @Override
    public void scatter(int height, int width, int row, int c, float[] x, int at, float[] g, int gi, float[] z, int zi) {
        int bulk = S.loopBound(c);
        for (int k = 0; k < bulk; k += L) {
            FloatVector best = FloatVector.fromArray(S, x, at + k);
            // The number of the winning pixel; a float holds it exactly.
            FloatVector winner = FloatVector.zero(S);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    FloatVector v = FloatVector.fromArray(S, x, at + k + i * row + j * c);
                    VectorMask<Float> wins = beats(v, best);
                    best = best.blend(v, wins);
                    winner = winner.blend(i * width + j, wins);
                }
            }
            FloatVector gradient = FloatVector.fromArray(S, g, gi + k);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    int to = zi + k + i * row + j * c;
                    VectorMask<Float> here = winner.compare(VectorOperators.EQ, i * width + j);
                    FloatVector.fromArray(S, z, to).add(FloatVector.zero(S).blend(gradient, here)).intoArray(z, to);
                }
            }
        }
        if (bulk < c) {
            scalar.scatter(height, width, row, bulk, c, x, at, g, gi, z, zi);
        }
    }

    @Override
    public void sum(int height, int width, int row, int c, float scale, float[] x, int at, float[] z, int zi) {
        int bulk = S.loopBound(c);
        for (int k = 0; k < bulk; k += L) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    sum = FloatVector.fromArray(S, x, at + k + i * row + j * c).add(sum);
                }
            }
            sum.mul(scale).intoArray(z, zi + k);
        }
        if (bulk < c) {
            scalar.sum(height, width, row, bulk, c, scale, x, at, z, zi);
        }
    }

    @Override
    public void spread(int height, int width, int row, int c, float scale, float[] g, int gi, float[] z, int zi) {
        int bulk = S.loopBound(c);
        for (int k = 0; k < bulk; k += L) {
            FloatVector gradient = FloatVector.fromArray(S, g, gi + k).mul(scale);
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    int to = zi + k + i * row + j * c;
                    FloatVector.fromArray(S, z, to).add(gradient).intoArray(z, to);
                }
            }
        }
        if (bulk < c) {
            scalar.spread(height, width, row, bulk, c, scale, g, gi, z, zi);
        }
    }
}
