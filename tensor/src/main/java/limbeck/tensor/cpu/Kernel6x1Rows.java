package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Six rows by one vector of columns; the left operand is read from its rows. */
final class Kernel6x1Rows extends MicroKernel {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    @Override
    void run(int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        int a1 = ao + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        int a4 = a3 + lda;
        int a5 = a4 + lda;
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + k * L);
            FloatVector x0 = FloatVector.broadcast(S, a[ao + k]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[a1 + k]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[a2 + k]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[a3 + k]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[a4 + k]);
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(S, a[a5 + k]);
            c50 = x5.fma(b0, c50);
        }
        int r1 = co + ldc;
        int r2 = r1 + ldc;
        int r3 = r2 + ldc;
        int r4 = r3 + ldc;
        int r5 = r4 + ldc;
        if (accumulate) {
            c00 = c00.add(FloatVector.fromArray(S, c, co));
            c10 = c10.add(FloatVector.fromArray(S, c, r1));
            c20 = c20.add(FloatVector.fromArray(S, c, r2));
            c30 = c30.add(FloatVector.fromArray(S, c, r3));
            c40 = c40.add(FloatVector.fromArray(S, c, r4));
            c50 = c50.add(FloatVector.fromArray(S, c, r5));
        }
        c00.intoArray(c, co);
        c10.intoArray(c, r1);
        c20.intoArray(c, r2);
        c30.intoArray(c, r3);
        c40.intoArray(c, r4);
        c50.intoArray(c, r5);
    }
}
