package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Eight channels of the image by two vectors of output channels, in registers over the tiles or pixels. */
final class OuterSum8x2 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private OuterSum8x2() {
    }

    /**
     * Adds to the sums.
     *
     * @param count how many tiles or pixels
     * @param v the image as (tile, L channels)
     * @param vo the first of the eight channels
     * @param d the gradient as (tile, L output channels)
     * @param dO where they begin
     * @param dBlock the distance of the second vector of output channels
     * @param sums the sums as (channel, output channel)
     * @param so where they begin
     */
    static void run(int count, float[] v, int vo, float[] d, int dO, int dBlock, float[] sums, int so) {
        FloatVector s00 = FloatVector.fromArray(S, sums, so);
        FloatVector s01 = FloatVector.fromArray(S, sums, so + L);
        FloatVector s10 = FloatVector.fromArray(S, sums, so + 2 * L);
        FloatVector s11 = FloatVector.fromArray(S, sums, so + 3 * L);
        FloatVector s20 = FloatVector.fromArray(S, sums, so + 4 * L);
        FloatVector s21 = FloatVector.fromArray(S, sums, so + 5 * L);
        FloatVector s30 = FloatVector.fromArray(S, sums, so + 6 * L);
        FloatVector s31 = FloatVector.fromArray(S, sums, so + 7 * L);
        FloatVector s40 = FloatVector.fromArray(S, sums, so + 8 * L);
        FloatVector s41 = FloatVector.fromArray(S, sums, so + 9 * L);
        FloatVector s50 = FloatVector.fromArray(S, sums, so + 10 * L);
        FloatVector s51 = FloatVector.fromArray(S, sums, so + 11 * L);
        FloatVector s60 = FloatVector.fromArray(S, sums, so + 12 * L);
        FloatVector s61 = FloatVector.fromArray(S, sums, so + 13 * L);
        FloatVector s70 = FloatVector.fromArray(S, sums, so + 14 * L);
        FloatVector s71 = FloatVector.fromArray(S, sums, so + 15 * L);
        for (int t = 0; t < count; t++) {
            int vi = vo + t * L;
            FloatVector d0 = FloatVector.fromArray(S, d, dO + t * L);
            FloatVector d1 = FloatVector.fromArray(S, d, dO + dBlock + t * L);
            FloatVector v0 = FloatVector.broadcast(S, v[vi]);
            s00 = v0.fma(d0, s00);
            s01 = v0.fma(d1, s01);
            FloatVector v1 = FloatVector.broadcast(S, v[vi + 1]);
            s10 = v1.fma(d0, s10);
            s11 = v1.fma(d1, s11);
            FloatVector v2 = FloatVector.broadcast(S, v[vi + 2]);
            s20 = v2.fma(d0, s20);
            s21 = v2.fma(d1, s21);
            FloatVector v3 = FloatVector.broadcast(S, v[vi + 3]);
            s30 = v3.fma(d0, s30);
            s31 = v3.fma(d1, s31);
            FloatVector v4 = FloatVector.broadcast(S, v[vi + 4]);
            s40 = v4.fma(d0, s40);
            s41 = v4.fma(d1, s41);
            FloatVector v5 = FloatVector.broadcast(S, v[vi + 5]);
            s50 = v5.fma(d0, s50);
            s51 = v5.fma(d1, s51);
            FloatVector v6 = FloatVector.broadcast(S, v[vi + 6]);
            s60 = v6.fma(d0, s60);
            s61 = v6.fma(d1, s61);
            FloatVector v7 = FloatVector.broadcast(S, v[vi + 7]);
            s70 = v7.fma(d0, s70);
            s71 = v7.fma(d1, s71);
        }
        s00.intoArray(sums, so);
        s01.intoArray(sums, so + L);
        s10.intoArray(sums, so + 2 * L);
        s11.intoArray(sums, so + 3 * L);
        s20.intoArray(sums, so + 4 * L);
        s21.intoArray(sums, so + 5 * L);
        s30.intoArray(sums, so + 6 * L);
        s31.intoArray(sums, so + 7 * L);
        s40.intoArray(sums, so + 8 * L);
        s41.intoArray(sums, so + 9 * L);
        s50.intoArray(sums, so + 10 * L);
        s51.intoArray(sums, so + 11 * L);
        s60.intoArray(sums, so + 12 * L);
        s61.intoArray(sums, so + 13 * L);
        s70.intoArray(sums, so + 14 * L);
        s71.intoArray(sums, so + 15 * L);
    }
}
