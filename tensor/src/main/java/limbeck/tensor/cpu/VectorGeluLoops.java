package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;

/** GELU on vectors. */
final class VectorGeluLoops implements GeluLoops {
    private static final int L = S.length();

    private final ScalarGeluLoops scalar = new ScalarGeluLoops();

    @Override
    public void exact(int n, float[] x, int xi, float[] z, int zi) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            VectorMath.gelu(FloatVector.fromArray(S, x, xi + i)).intoArray(z, zi + i);
        }
        scalar.exact(n - bulk, x, xi + bulk, z, zi + bulk);
    }

    @Override
    public void tanh(int n, float[] x, int xi, float[] z, int zi) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            VectorMath.geluTanh(FloatVector.fromArray(S, x, xi + i)).intoArray(z, zi + i);
        }
        scalar.tanh(n - bulk, x, xi + bulk, z, zi + bulk);
    }

    @Override
    public void exactInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            FloatVector slope = VectorMath.geluSlope(FloatVector.fromArray(S, x, xi + i));
            FloatVector.fromArray(S, g, gi + i).mul(slope).intoArray(z, zi + i);
        }
        scalar.exactInput(n - bulk, x, xi + bulk, g, gi + bulk, z, zi + bulk);
    }

    @Override
    public void tanhInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi) {
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += L) {
            FloatVector slope = VectorMath.geluTanhSlope(FloatVector.fromArray(S, x, xi + i));
            FloatVector.fromArray(S, g, gi + i).mul(slope).intoArray(z, zi + i);
        }
        scalar.tanhInput(n - bulk, x, xi + bulk, g, gi + bulk, z, zi + bulk);
    }
}
