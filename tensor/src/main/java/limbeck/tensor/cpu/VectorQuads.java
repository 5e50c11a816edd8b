package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies of short rows where vectors are short: masks cost more there than vectors of four elements. */
final class VectorQuads {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final VectorSpecies<Float> QUAD = FloatVector.SPECIES_128;

    private VectorQuads() {
    }

    /** Whole vectors, then four elements at a time; as {@link VectorRows#copy}. */
    static void copy(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        int whole = columns - columns % L;
        int quads = columns - columns % 4;
        for (int r = 0; r < rows; r++) {
            int source = start + r * stride;
            int target = at + r * ld;
            int c = 0;
            for (; c < whole; c += L) {
                FloatVector.fromArray(S, from, source + c).intoArray(to, target + c);
            }
            for (; c < quads; c += 4) {
                FloatVector.fromArray(QUAD, from, source + c).intoArray(to, target + c);
            }
            for (; c < columns; c++) {
                to[target + c] = from[source + c];
            }
        }
    }
}
