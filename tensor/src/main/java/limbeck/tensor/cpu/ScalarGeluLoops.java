package limbeck.tensor.cpu;

/** GELU without vectors, with the same roundings as {@link VectorGeluLoops}, whose rows it ends. */
final class ScalarGeluLoops implements GeluLoops {
    @Override
    public void exact(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.gelu(x[xi + i]);
        }
    }

    @Override
    public void tanh(int n, float[] x, int xi, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = ScalarMath.geluTanh(x[xi + i]);
        }
    }

    @Override
    public void exactInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = g[gi + i] * ScalarMath.geluSlope(x[xi + i]);
        }
    }

    @Override
    public void tanhInput(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi) {
        for (int i = 0; i < n; i++) {
            z[zi + i] = g[gi + i] * ScalarMath.geluTanhSlope(x[xi + i]);
        }
    }
}
