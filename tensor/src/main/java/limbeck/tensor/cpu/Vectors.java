package limbeck.tensor.cpu;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape of this process, a constant to the compiler. Touch it only where {@link Simd#available}. */
final class Vectors {
    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.bits()));

    private Vectors() {
    }
}
