package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sixteen channels of the image by one vector of output channels, in registers over the tiles or pixels,
 * where the output channels are not a multiple of two vectors.
 */
final class OuterSum16x1 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private OuterSum16x1() {
    }

    /**
     * Adds to the sums.
     *
     * @param count how many tiles or pixels
     * @param v the image as (tile, L channels)
     * @param vo the first of the sixteen channels
     * @param d the gradient as (tile, L output channels)
     * @param dO where they begin
     * @param sums the sums as (channel, output channel)
     * @param so where they begin
     */
    static void run(int count, float[] v, int vo, float[] d, int dO, float[] sums, int so) {
        FloatVector s0 = FloatVector.fromArray(S, sums, so);
        FloatVector s1 = FloatVector.fromArray(S, sums, so + L);
        FloatVector s2 = FloatVector.fromArray(S, sums, so + 2 * L);
        FloatVector s3 = FloatVector.fromArray(S, sums, so + 3 * L);
        FloatVector s4 = FloatVector.fromArray(S, sums, so + 4 * L);
        FloatVector s5 = FloatVector.fromArray(S, sums, so + 5 * L);
        FloatVector s6 = FloatVector.fromArray(S, sums, so + 6 * L);
        FloatVector s7 = FloatVector.fromArray(S, sums, so + 7 * L);
        FloatVector s8 = FloatVector.fromArray(S, sums, so + 8 * L);
        FloatVector s9 = FloatVector.fromArray(S, sums, so + 9 * L);
        FloatVector s10 = FloatVector.fromArray(S, sums, so + 10 * L);
        FloatVector s11 = FloatVector.fromArray(S, sums, so + 11 * L);
        FloatVector s12 = FloatVector.fromArray(S, sums, so + 12 * L);
        FloatVector s13 = FloatVector.fromArray(S, sums, so + 13 * L);
        FloatVector s14 = FloatVector.fromArray(S, sums, so + 14 * L);
        FloatVector s15 = FloatVector.fromArray(S, sums, so + 15 * L);
        for (int t = 0; t < count; t++) {
            int vi = vo + t * L;
            FloatVector x = FloatVector.fromArray(S, d, dO + t * L);
            s0 = FloatVector.broadcast(S, v[vi]).fma(x, s0);
            s1 = FloatVector.broadcast(S, v[vi + 1]).fma(x, s1);
            s2 = FloatVector.broadcast(S, v[vi + 2]).fma(x, s2);
            s3 = FloatVector.broadcast(S, v[vi + 3]).fma(x, s3);
            s4 = FloatVector.broadcast(S, v[vi + 4]).fma(x, s4);
            s5 = FloatVector.broadcast(S, v[vi + 5]).fma(x, s5);
            s6 = FloatVector.broadcast(S, v[vi + 6]).fma(x, s6);
            s7 = FloatVector.broadcast(S, v[vi + 7]).fma(x, s7);
            s8 = FloatVector.broadcast(S, v[vi + 8]).fma(x, s8);
            s9 = FloatVector.broadcast(S, v[vi + 9]).fma(x, s9);
            s10 = FloatVector.broadcast(S, v[vi + 10]).fma(x, s10);
            s11 = FloatVector.broadcast(S, v[vi + 11]).fma(x, s11);
            s12 = FloatVector.broadcast(S, v[vi + 12]).fma(x, s12);
            s13 = FloatVector.broadcast(S, v[vi + 13]).fma(x, s13);
            s14 = FloatVector.broadcast(S, v[vi + 14]).fma(x, s14);
            s15 = FloatVector.broadcast(S, v[vi + 15]).fma(x, s15);
        }
        s0.intoArray(sums, so);
        s1.intoArray(sums, so + L);
        s2.intoArray(sums, so + 2 * L);
        s3.intoArray(sums, so + 3 * L);
        s4.intoArray(sums, so + 4 * L);
        s5.intoArray(sums, so + 5 * L);
        s6.intoArray(sums, so + 6 * L);
        s7.intoArray(sums, so + 7 * L);
        s8.intoArray(sums, so + 8 * L);
        s9.intoArray(sums, so + 9 * L);
        s10.intoArray(sums, so + 10 * L);
        s11.intoArray(sums, so + 11 * L);
        s12.intoArray(sums, so + 12 * L);
        s13.intoArray(sums, so + 13 * L);
        s14.intoArray(sums, so + 14 * L);
        s15.intoArray(sums, so + 15 * L);
    }
}
