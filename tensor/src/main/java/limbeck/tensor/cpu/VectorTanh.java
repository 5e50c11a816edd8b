package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.TanhTable.*;
import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link TanhTable} on vectors of 512 bits: the table in registers, a permutation for each coefficient. */
final class VectorTanh {
    private VectorTanh() {
    }

    static void run(int n, float[] x, int xi, float[] z, int zi) {
        FloatVector a0 = row(0);
        FloatVector a1 = row(1);
        FloatVector a2 = row(2);
        FloatVector a3 = row(3);
        FloatVector a4 = row(4);
        FloatVector a5 = row(5);
        FloatVector a6 = row(6);
        FloatVector centres = FloatVector.fromArray(S, TABLE, CENTRES);
        for (int i = 0; i < n; i += S.length()) {
            FloatVector v = FloatVector.fromArray(S, x, xi + i);
            FloatVector y = v.abs();
            y = y.blend(HIGH, y.compare(VectorOperators.GT, HIGH));
            IntVector slot = y.reinterpretAsInts().max(LOW_BITS).lanewise(VectorOperators.LSHR, SHIFT);
            FloatVector t = y.sub(pick(slot, centres));
            FloatVector r = pick(slot, a6);
            r = r.fma(t, pick(slot, a5));
            r = r.fma(t, pick(slot, a4));
            r = r.fma(t, pick(slot, a3));
            r = r.fma(t, pick(slot, a2));
            r = r.fma(t, pick(slot, a1));
            r = r.fma(t, pick(slot, a0));
            VectorMath.withSign(r, v).intoArray(z, zi + i);
        }
    }

    private static FloatVector row(int row) {
        return FloatVector.fromArray(S, TABLE, row * SLOTS);
    }

    private static FloatVector pick(IntVector slot, FloatVector row) {
        return slot.selectFrom(row.reinterpretAsInts()).reinterpretAsFloats();
    }
}
