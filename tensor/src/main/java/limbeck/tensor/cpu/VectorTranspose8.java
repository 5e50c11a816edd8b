package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link VectorTranspose} of 8 x 8 in vectors of 256 bits. */
final class VectorTranspose8 {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    // Each step exchanges lanes at one distance between two vectors: one is shuffled, then half of it taken.
    private static final VectorShuffle<Float> ACROSS_1 = VectorShuffle.fromOp(S, lane -> lane ^ 1);
    private static final VectorShuffle<Float> ACROSS_2 = VectorShuffle.fromOp(S, lane -> lane ^ 2);
    private static final VectorShuffle<Float> ACROSS_4 = VectorShuffle.fromOp(S, lane -> lane ^ 4);
    private static final VectorMask<Float> SECOND_1 = VectorMask.fromLong(S, 0xaa);
    private static final VectorMask<Float> SECOND_2 = VectorMask.fromLong(S, 0xcc);
    private static final VectorMask<Float> SECOND_4 = VectorMask.fromLong(S, 0xf0);

    private VectorTranspose8() {
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

        FloatVector b0 = a0.blend(a1.rearrange(ACROSS_1), SECOND_1);
        FloatVector b1 = a0.rearrange(ACROSS_1).blend(a1, SECOND_1);
        FloatVector b2 = a2.blend(a3.rearrange(ACROSS_1), SECOND_1);
        FloatVector b3 = a2.rearrange(ACROSS_1).blend(a3, SECOND_1);
        FloatVector b4 = a4.blend(a5.rearrange(ACROSS_1), SECOND_1);
        FloatVector b5 = a4.rearrange(ACROSS_1).blend(a5, SECOND_1);
        FloatVector b6 = a6.blend(a7.rearrange(ACROSS_1), SECOND_1);
        FloatVector b7 = a6.rearrange(ACROSS_1).blend(a7, SECOND_1);

        FloatVector c0 = b0.blend(b2.rearrange(ACROSS_2), SECOND_2);
        FloatVector c2 = b0.rearrange(ACROSS_2).blend(b2, SECOND_2);
        FloatVector c1 = b1.blend(b3.rearrange(ACROSS_2), SECOND_2);
        FloatVector c3 = b1.rearrange(ACROSS_2).blend(b3, SECOND_2);
        FloatVector c4 = b4.blend(b6.rearrange(ACROSS_2), SECOND_2);
        FloatVector c6 = b4.rearrange(ACROSS_2).blend(b6, SECOND_2);
        FloatVector c5 = b5.blend(b7.rearrange(ACROSS_2), SECOND_2);
        FloatVector c7 = b5.rearrange(ACROSS_2).blend(b7, SECOND_2);

        FloatVector d0 = c0.blend(c4.rearrange(ACROSS_4), SECOND_4);
        FloatVector d4 = c0.rearrange(ACROSS_4).blend(c4, SECOND_4);
        FloatVector d1 = c1.blend(c5.rearrange(ACROSS_4), SECOND_4);
        FloatVector d5 = c1.rearrange(ACROSS_4).blend(c5, SECOND_4);
        FloatVector d2 = c2.blend(c6.rearrange(ACROSS_4), SECOND_4);
        FloatVector d6 = c2.rearrange(ACROSS_4).blend(c6, SECOND_4);
        FloatVector d3 = c3.blend(c7.rearrange(ACROSS_4), SECOND_4);
        FloatVector d7 = c3.rearrange(ACROSS_4).blend(c7, SECOND_4);

        d0.intoArray(to, target);
        d1.intoArray(to, target + ld);
        d2.intoArray(to, target + 2 * ld);
        d3.intoArray(to, target + 3 * ld);
        d4.intoArray(to, target + 4 * ld);
        d5.intoArray(to, target + 5 * ld);
        d6.intoArray(to, target + 6 * ld);
        d7.intoArray(to, target + 7 * ld);
    }
}
