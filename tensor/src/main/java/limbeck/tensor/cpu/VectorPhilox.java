package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import limbeck.tensor.Key;

/**
 * Philox4x32-10 on vectors: the uniform numbers of {@link Key}, bit for bit. Each 64-bit lane computes a block of four numbers,
 * because the product of two 32-bit words has 64 bits. The constants are those of {@code Key}.
 */
final class VectorPhilox {
    private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, S.vectorShape());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, S.vectorShape());
    private static final int BLOCKS = LONGS.length();
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long WORD = 0xFFFFFFFFL;
    // The halves of a vector, each lane twice; and which of the two is the second one.
    private static final VectorShuffle<Long> LOWER = VectorShuffle.fromOp(LONGS, i -> i / 2);
    private static final VectorShuffle<Long> UPPER = VectorShuffle.fromOp(LONGS, i -> (BLOCKS + i) / 2);
    private static final VectorMask<Long> SECOND = VectorMask.fromLong(LONGS, 0xAAAAAAAAAAAAAAAAL);

    private VectorPhilox() {
    }

    /**
     * Fills {@code out[from]} to {@code out[to - 1]} with the uniform numbers of a key.
     *
     * @param key the key
     * @param out the array
     * @param from first index, inclusive
     * @param to last index, exclusive
     * @param first the counter of {@code out[from]}, a multiple of 4
     */
    static void uniform(Key key, float[] out, int from, int to, long first) {
        // Two lanes are slower than none: their halves are exchanged in calls.
        int vectors = BLOCKS < 4 ? 0 : (to - from) / (4 * BLOCKS);
        blocks((int) key.value(), (int) (key.value() >>> 32), first >>> 2, vectors, out, from);
        int done = vectors * 4 * BLOCKS;
        key.uniform(out, from + done, to, first + done);
    }

    private static void blocks(int key0, int key1, long block, int vectors, float[] out, int at) {
        LongVector multiplier0 = LongVector.broadcast(LONGS, MULTIPLIER_0);
        LongVector multiplier1 = LongVector.broadcast(LONGS, MULTIPLIER_1);
        LongVector index = LongVector.zero(LONGS).addIndex(1).add(block);
        for (int v = 0; v < vectors; v++) {
            // Upper halves of lanes hold nothing that counts: a word is masked where it is multiplied, and shifted out elsewhere.
            LongVector c0 = index;
            LongVector c1 = upper(index);
            LongVector c2 = LongVector.zero(LONGS);
            LongVector c3 = c2;
            int k0 = key0;
            int k1 = key1;
            for (int round = 0; round < ROUNDS; round++) {
                LongVector product0 = c0.and(WORD).mul(multiplier0);
                LongVector product1 = c2.and(WORD).mul(multiplier1);
                c0 = c1.lanewise(VectorOperators.XOR, (long) k0).lanewise(VectorOperators.XOR, upper(product1));
                c1 = product1;
                c2 = c3.lanewise(VectorOperators.XOR, (long) k1).lanewise(VectorOperators.XOR, upper(product0));
                c3 = product0;
                k0 += WEYL_0;
                k1 += WEYL_1;
            }
            LongVector words01 = c0.and(WORD).or(c1.lanewise(VectorOperators.LSHL, 32));
            LongVector words23 = c2.and(WORD).or(c3.lanewise(VectorOperators.LSHL, 32));
            LongVector front = words01.rearrange(LOWER).blend(words23.rearrange(LOWER), SECOND);
            LongVector back = words01.rearrange(UPPER).blend(words23.rearrange(UPPER), SECOND);
            floats(front).intoArray(out, at);
            floats(back).intoArray(out, at + 2 * BLOCKS);
            at += 4 * BLOCKS;
            index = index.add(BLOCKS);
        }
    }

    private static LongVector upper(LongVector words) {
        return words.lanewise(VectorOperators.LSHR, 32);
    }

    /** The upper 24 of the 32 bits, from 0 to below 1. */
    private static FloatVector floats(LongVector words) {
        IntVector bits = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
        return ((FloatVector) bits.convert(VectorOperators.I2F, 0)).mul(0x1p-24f);
    }

    /** {@code y = x scale} where the number of the element is below the limit, else {@code x 0}; n elements. */
    static void drop(int n, float[] numbers, float limit, float scale, float[] x, int xi, float[] y, int yi) {
        int bulk = S.loopBound(n);
        FloatVector zero = FloatVector.zero(S);
        for (int i = 0; i < bulk; i += S.length()) {
            VectorMask<Float> kept = FloatVector.fromArray(S, numbers, i).lt(limit);
            FloatVector.fromArray(S, x, xi + i).mul(zero.blend(scale, kept)).intoArray(y, yi + i);
        }
        for (int i = bulk; i < n; i++) {
            y[yi + i] = x[xi + i] * (numbers[i] < limit ? scale : 0);
        }
    }
}
