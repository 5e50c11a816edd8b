package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Conversions that the compiler does not vectorise by itself. Each returns how many elements it has done. */
final class VectorCasts {
    private static final int L = S.length();
    // As many lanes as a vector has floats.
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(Simd.bits() / 4));
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(Simd.bits() / 2));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(Simd.bits()));

    private VectorCasts() {
    }

    /** Bytes to floats. */
    static int widen(int n, byte[] x, int at, float[] z) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            ((FloatVector) ByteVector.fromArray(BYTES, x, at + i).convertShape(VectorOperators.B2F, S, 0)).intoArray(z, i);
        }
        return bulk;
    }

    /** bfloat16 to floats. */
    static int widen(int n, short[] x, int at, float[] z) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            IntVector bits = (IntVector) ShortVector.fromArray(SHORTS, x, at + i).convertShape(VectorOperators.S2I, INTS, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(z, i);
        }
        return bulk;
    }

    /** Floats to bfloat16, to nearest, ties to even. */
    static int narrow(int n, float[] x, short[] z, int at) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            IntVector bits = v.reinterpretAsInts();
            IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded = bits.add(0x7FFF).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
            // Rounding could turn a NaN into an infinity.
            IntVector result = rounded.blend(upper.or(0x40), v.compare(VectorOperators.NE, v).cast(INTS));
            ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(z, at + i);
        }
        return bulk;
    }
}
