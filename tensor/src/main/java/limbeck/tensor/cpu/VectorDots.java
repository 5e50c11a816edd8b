package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Dot products of two rows with ten columns, sixteen products of each at a time. Needs vectors of 512 bits. */
final class VectorDots {
    /** Columns at a time. */
    static final int COLUMNS = 10;

    /** Elements of a vector. */
    static final int LANES = 16;

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = LANES;

    // The lanes of the second of two vectors that are folded into one, and each lane's partner.
    private static final VectorMask<Float> SECOND_8 = VectorMask.fromLong(S, 0xff00);
    private static final VectorMask<Float> SECOND_4 = VectorMask.fromLong(S, 0xf0f0);
    private static final VectorMask<Float> SECOND_2 = VectorMask.fromLong(S, 0xcccc);
    private static final VectorMask<Float> SECOND_1 = VectorMask.fromLong(S, 0xaaaa);
    private static final VectorShuffle<Float> ACROSS_8 = VectorShuffle.fromOp(S, lane -> lane ^ 8);
    private static final VectorShuffle<Float> ACROSS_4 = VectorShuffle.fromOp(S, lane -> lane ^ 4);
    private static final VectorShuffle<Float> ACROSS_2 = VectorShuffle.fromOp(S, lane -> lane ^ 2);
    private static final VectorShuffle<Float> ACROSS_1 = VectorShuffle.fromOp(S, lane -> lane ^ 1);

    private VectorDots() {
    }

    /**
     * Multiplies two rows.
     *
     * @param blocks how many vectors a row of the left operand has
     * @param a holds the left operand
     * @param ao where its first row begins
     * @param lda where the second one begins from there
     * @param b the right operand: (block, column, lane)
     * @param sums takes ten vectors of each row
     * @param so where the first of them goes
     */
    static void run(int blocks, float[] a, int ao, int lda, float[] b, float[] sums, int so) {
        FloatVector s00 = FloatVector.zero(S);
        FloatVector s01 = FloatVector.zero(S);
        FloatVector s02 = FloatVector.zero(S);
        FloatVector s03 = FloatVector.zero(S);
        FloatVector s04 = FloatVector.zero(S);
        FloatVector s05 = FloatVector.zero(S);
        FloatVector s06 = FloatVector.zero(S);
        FloatVector s07 = FloatVector.zero(S);
        FloatVector s08 = FloatVector.zero(S);
        FloatVector s09 = FloatVector.zero(S);
        FloatVector s10 = FloatVector.zero(S);
        FloatVector s11 = FloatVector.zero(S);
        FloatVector s12 = FloatVector.zero(S);
        FloatVector s13 = FloatVector.zero(S);
        FloatVector s14 = FloatVector.zero(S);
        FloatVector s15 = FloatVector.zero(S);
        FloatVector s16 = FloatVector.zero(S);
        FloatVector s17 = FloatVector.zero(S);
        FloatVector s18 = FloatVector.zero(S);
        FloatVector s19 = FloatVector.zero(S);
        for (int block = 0; block < blocks; block++) {
            int at = ao + block * L;
            FloatVector x0 = FloatVector.fromArray(S, a, at);
            FloatVector x1 = FloatVector.fromArray(S, a, at + lda);
            int column = block * COLUMNS * L;
            FloatVector b0 = FloatVector.fromArray(S, b, column);
            s00 = x0.fma(b0, s00);
            s10 = x1.fma(b0, s10);
            FloatVector b1 = FloatVector.fromArray(S, b, column + L);
            s01 = x0.fma(b1, s01);
            s11 = x1.fma(b1, s11);
            FloatVector b2 = FloatVector.fromArray(S, b, column + 2 * L);
            s02 = x0.fma(b2, s02);
            s12 = x1.fma(b2, s12);
            FloatVector b3 = FloatVector.fromArray(S, b, column + 3 * L);
            s03 = x0.fma(b3, s03);
            s13 = x1.fma(b3, s13);
            FloatVector b4 = FloatVector.fromArray(S, b, column + 4 * L);
            s04 = x0.fma(b4, s04);
            s14 = x1.fma(b4, s14);
            FloatVector b5 = FloatVector.fromArray(S, b, column + 5 * L);
            s05 = x0.fma(b5, s05);
            s15 = x1.fma(b5, s15);
            FloatVector b6 = FloatVector.fromArray(S, b, column + 6 * L);
            s06 = x0.fma(b6, s06);
            s16 = x1.fma(b6, s16);
            FloatVector b7 = FloatVector.fromArray(S, b, column + 7 * L);
            s07 = x0.fma(b7, s07);
            s17 = x1.fma(b7, s17);
            FloatVector b8 = FloatVector.fromArray(S, b, column + 8 * L);
            s08 = x0.fma(b8, s08);
            s18 = x1.fma(b8, s18);
            FloatVector b9 = FloatVector.fromArray(S, b, column + 9 * L);
            s09 = x0.fma(b9, s09);
            s19 = x1.fma(b9, s19);
        }
        s00.intoArray(sums, so);
        s01.intoArray(sums, so + L);
        s02.intoArray(sums, so + 2 * L);
        s03.intoArray(sums, so + 3 * L);
        s04.intoArray(sums, so + 4 * L);
        s05.intoArray(sums, so + 5 * L);
        s06.intoArray(sums, so + 6 * L);
        s07.intoArray(sums, so + 7 * L);
        s08.intoArray(sums, so + 8 * L);
        s09.intoArray(sums, so + 9 * L);
        s10.intoArray(sums, so + 10 * L);
        s11.intoArray(sums, so + 11 * L);
        s12.intoArray(sums, so + 12 * L);
        s13.intoArray(sums, so + 13 * L);
        s14.intoArray(sums, so + 14 * L);
        s15.intoArray(sums, so + 15 * L);
        s16.intoArray(sums, so + 16 * L);
        s17.intoArray(sums, so + 17 * L);
        s18.intoArray(sums, so + 18 * L);
        s19.intoArray(sums, so + 19 * L);
    }

    /**
     * Adds up the lanes of the sums of some rows.
     *
     * @param rows how many
     * @param sums ten vectors of each
     * @param so where the first of them begins
     * @param c takes a vector for each row, of which ten elements count; the next row may lie on the rest
     * @param co where the first goes
     * @param ldc the distance of the rows
     */
    static void fold(int rows, float[] sums, int so, float[] c, int co, int ldc) {
        for (int row = 0; row < rows; row++) {
            int at = so + row * COLUMNS * L;
            FloatVector s0 = FloatVector.fromArray(S, sums, at);
            FloatVector s1 = FloatVector.fromArray(S, sums, at + L);
            FloatVector s2 = FloatVector.fromArray(S, sums, at + 2 * L);
            FloatVector s3 = FloatVector.fromArray(S, sums, at + 3 * L);
            FloatVector s4 = FloatVector.fromArray(S, sums, at + 4 * L);
            FloatVector s5 = FloatVector.fromArray(S, sums, at + 5 * L);
            FloatVector s6 = FloatVector.fromArray(S, sums, at + 6 * L);
            FloatVector s7 = FloatVector.fromArray(S, sums, at + 7 * L);
            FloatVector s8 = FloatVector.fromArray(S, sums, at + 8 * L);
            FloatVector s9 = FloatVector.fromArray(S, sums, at + 9 * L);
            FloatVector p0 = eight(s0, s8);
            FloatVector p1 = eight(s1, s9);
            FloatVector p2 = s2.add(s2.rearrange(ACROSS_8));
            FloatVector p3 = s3.add(s3.rearrange(ACROSS_8));
            FloatVector p4 = s4.add(s4.rearrange(ACROSS_8));
            FloatVector p5 = s5.add(s5.rearrange(ACROSS_8));
            FloatVector p6 = s6.add(s6.rearrange(ACROSS_8));
            FloatVector p7 = s7.add(s7.rearrange(ACROSS_8));
            FloatVector q0 = four(p0, p4);
            FloatVector q1 = four(p1, p5);
            FloatVector q2 = four(p2, p6);
            FloatVector q3 = four(p3, p7);
            one(two(q0, q2), two(q1, q3)).intoArray(c, co + row * ldc);
        }
    }

    // Half of the sums of x, and half of those of y behind each of them: after four such steps, lane i holds the sum of vector i.

    private static FloatVector eight(FloatVector x, FloatVector y) {
        return x.blend(y, SECOND_8).add(y.blend(x, SECOND_8).rearrange(ACROSS_8));
    }

    private static FloatVector four(FloatVector x, FloatVector y) {
        return x.blend(y, SECOND_4).add(y.blend(x, SECOND_4).rearrange(ACROSS_4));
    }

    private static FloatVector two(FloatVector x, FloatVector y) {
        return x.blend(y, SECOND_2).add(y.blend(x, SECOND_2).rearrange(ACROSS_2));
    }

    private static FloatVector one(FloatVector x, FloatVector y) {
        return x.blend(y, SECOND_1).add(y.blend(x, SECOND_1).rearrange(ACROSS_1));
    }
}
