package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link VectorTranspose} of 16 x 16 in vectors of 512 bits. */
final class VectorTranspose16 {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    // Each step exchanges lanes at one distance between two vectors: one is shuffled, then half of it taken.
    private static final VectorShuffle<Float> ACROSS_1 = VectorShuffle.fromOp(S, lane -> lane ^ 1);
    private static final VectorShuffle<Float> ACROSS_2 = VectorShuffle.fromOp(S, lane -> lane ^ 2);
    private static final VectorShuffle<Float> ACROSS_4 = VectorShuffle.fromOp(S, lane -> lane ^ 4);
    private static final VectorShuffle<Float> ACROSS_8 = VectorShuffle.fromOp(S, lane -> lane ^ 8);
    private static final VectorMask<Float> SECOND_1 = VectorMask.fromLong(S, 0xaaaa);
    private static final VectorMask<Float> SECOND_2 = VectorMask.fromLong(S, 0xcccc);
    private static final VectorMask<Float> SECOND_4 = VectorMask.fromLong(S, 0xf0f0);
    private static final VectorMask<Float> SECOND_8 = VectorMask.fromLong(S, 0xff00);

    private VectorTranspose16() {
    }

    static void block(float[] from, int at, int stride, float[] to, int target, int ld) {
        FloatVector a0 = FloatVector.fromArray(S, from, at);
        FloatVector a1 = FloatVector.fromArray(S, from, at + stride);
        FloatVector a2 = FloatVector.fromArray(S, from, at + 2 * stride);
        FloatVector a3 = FloatVector.fromArray(S, from, at + 3 * stride);
        FloatVector a4 = FloatVector.fromArray(S, from, at + 4 * stride);
        FloatVector a5 = FloatVector.fromArray(S, from, at + 5 * stride);
        FloatVector a6 = FloatVector.fromArray(S, from, at + 6 * stride);
        FloatVector a7 = FloatVector.fromArray(S, from, at + 7 * stride);
        FloatVector a8 = FloatVector.fromArray(S, from, at + 8 * stride);
        FloatVector a9 = FloatVector.fromArray(S, from, at + 9 * stride);
        FloatVector a10 = FloatVector.fromArray(S, from, at + 10 * stride);
        FloatVector a11 = FloatVector.fromArray(S, from, at + 11 * stride);
        FloatVector a12 = FloatVector.fromArray(S, from, at + 12 * stride);
        FloatVector a13 = FloatVector.fromArray(S, from, at + 13 * stride);
        FloatVector a14 = FloatVector.fromArray(S, from, at + 14 * stride);
        FloatVector a15 = FloatVector.fromArray(S, from, at + 15 * stride);

        FloatVector b0 = a0.blend(a1.rearrange(ACROSS_1), SECOND_1);
        FloatVector b1 = a0.rearrange(ACROSS_1).blend(a1, SECOND_1);
        FloatVector b2 = a2.blend(a3.rearrange(ACROSS_1), SECOND_1);
        FloatVector b3 = a2.rearrange(ACROSS_1).blend(a3, SECOND_1);
        FloatVector b4 = a4.blend(a5.rearrange(ACROSS_1), SECOND_1);
        FloatVector b5 = a4.rearrange(ACROSS_1).blend(a5, SECOND_1);
        FloatVector b6 = a6.blend(a7.rearrange(ACROSS_1), SECOND_1);
        FloatVector b7 = a6.rearrange(ACROSS_1).blend(a7, SECOND_1);
        FloatVector b8 = a8.blend(a9.rearrange(ACROSS_1), SECOND_1);
        FloatVector b9 = a8.rearrange(ACROSS_1).blend(a9, SECOND_1);
        FloatVector b10 = a10.blend(a11.rearrange(ACROSS_1), SECOND_1);
        FloatVector b11 = a10.rearrange(ACROSS_1).blend(a11, SECOND_1);
        FloatVector b12 = a12.blend(a13.rearrange(ACROSS_1), SECOND_1);
        FloatVector b13 = a12.rearrange(ACROSS_1).blend(a13, SECOND_1);
        FloatVector b14 = a14.blend(a15.rearrange(ACROSS_1), SECOND_1);
        FloatVector b15 = a14.rearrange(ACROSS_1).blend(a15, SECOND_1);

        FloatVector c0 = b0.blend(b2.rearrange(ACROSS_2), SECOND_2);
        FloatVector c2 = b0.rearrange(ACROSS_2).blend(b2, SECOND_2);
        FloatVector c1 = b1.blend(b3.rearrange(ACROSS_2), SECOND_2);
        FloatVector c3 = b1.rearrange(ACROSS_2).blend(b3, SECOND_2);
        FloatVector c4 = b4.blend(b6.rearrange(ACROSS_2), SECOND_2);
        FloatVector c6 = b4.rearrange(ACROSS_2).blend(b6, SECOND_2);
        FloatVector c5 = b5.blend(b7.rearrange(ACROSS_2), SECOND_2);
        FloatVector c7 = b5.rearrange(ACROSS_2).blend(b7, SECOND_2);
        FloatVector c8 = b8.blend(b10.rearrange(ACROSS_2), SECOND_2);
        FloatVector c10 = b8.rearrange(ACROSS_2).blend(b10, SECOND_2);
        FloatVector c9 = b9.blend(b11.rearrange(ACROSS_2), SECOND_2);
        FloatVector c11 = b9.rearrange(ACROSS_2).blend(b11, SECOND_2);
        FloatVector c12 = b12.blend(b14.rearrange(ACROSS_2), SECOND_2);
        FloatVector c14 = b12.rearrange(ACROSS_2).blend(b14, SECOND_2);
        FloatVector c13 = b13.blend(b15.rearrange(ACROSS_2), SECOND_2);
        FloatVector c15 = b13.rearrange(ACROSS_2).blend(b15, SECOND_2);

        FloatVector d0 = c0.blend(c4.rearrange(ACROSS_4), SECOND_4);
        FloatVector d4 = c0.rearrange(ACROSS_4).blend(c4, SECOND_4);
        FloatVector d1 = c1.blend(c5.rearrange(ACROSS_4), SECOND_4);
        FloatVector d5 = c1.rearrange(ACROSS_4).blend(c5, SECOND_4);
        FloatVector d2 = c2.blend(c6.rearrange(ACROSS_4), SECOND_4);
        FloatVector d6 = c2.rearrange(ACROSS_4).blend(c6, SECOND_4);
        FloatVector d3 = c3.blend(c7.rearrange(ACROSS_4), SECOND_4);
        FloatVector d7 = c3.rearrange(ACROSS_4).blend(c7, SECOND_4);
        FloatVector d8 = c8.blend(c12.rearrange(ACROSS_4), SECOND_4);
        FloatVector d12 = c8.rearrange(ACROSS_4).blend(c12, SECOND_4);
        FloatVector d9 = c9.blend(c13.rearrange(ACROSS_4), SECOND_4);
        FloatVector d13 = c9.rearrange(ACROSS_4).blend(c13, SECOND_4);
        FloatVector d10 = c10.blend(c14.rearrange(ACROSS_4), SECOND_4);
        FloatVector d14 = c10.rearrange(ACROSS_4).blend(c14, SECOND_4);
        FloatVector d11 = c11.blend(c15.rearrange(ACROSS_4), SECOND_4);
        FloatVector d15 = c11.rearrange(ACROSS_4).blend(c15, SECOND_4);

        FloatVector e0 = d0.blend(d8.rearrange(ACROSS_8), SECOND_8);
        FloatVector e8 = d0.rearrange(ACROSS_8).blend(d8, SECOND_8);
        FloatVector e1 = d1.blend(d9.rearrange(ACROSS_8), SECOND_8);
        FloatVector e9 = d1.rearrange(ACROSS_8).blend(d9, SECOND_8);
        FloatVector e2 = d2.blend(d10.rearrange(ACROSS_8), SECOND_8);
        FloatVector e10 = d2.rearrange(ACROSS_8).blend(d10, SECOND_8);
        FloatVector e3 = d3.blend(d11.rearrange(ACROSS_8), SECOND_8);
        FloatVector e11 = d3.rearrange(ACROSS_8).blend(d11, SECOND_8);
        FloatVector e4 = d4.blend(d12.rearrange(ACROSS_8), SECOND_8);
        FloatVector e12 = d4.rearrange(ACROSS_8).blend(d12, SECOND_8);
        FloatVector e5 = d5.blend(d13.rearrange(ACROSS_8), SECOND_8);
        FloatVector e13 = d5.rearrange(ACROSS_8).blend(d13, SECOND_8);
        FloatVector e6 = d6.blend(d14.rearrange(ACROSS_8), SECOND_8);
        FloatVector e14 = d6.rearrange(ACROSS_8).blend(d14, SECOND_8);
        FloatVector e7 = d7.blend(d15.rearrange(ACROSS_8), SECOND_8);
        FloatVector e15 = d7.rearrange(ACROSS_8).blend(d15, SECOND_8);

        e0.intoArray(to, target);
        e1.intoArray(to, target + ld);
        e2.intoArray(to, target + 2 * ld);
        e3.intoArray(to, target + 3 * ld);
        e4.intoArray(to, target + 4 * ld);
        e5.intoArray(to, target + 5 * ld);
        e6.intoArray(to, target + 6 * ld);
        e7.intoArray(to, target + 7 * ld);
        e8.intoArray(to, target + 8 * ld);
        e9.intoArray(to, target + 9 * ld);
        e10.intoArray(to, target + 10 * ld);
        e11.intoArray(to, target + 11 * ld);
        e12.intoArray(to, target + 12 * ld);
        e13.intoArray(to, target + 13 * ld);
        e14.intoArray(to, target + 14 * ld);
        e15.intoArray(to, target + 15 * ld);
    }
}
