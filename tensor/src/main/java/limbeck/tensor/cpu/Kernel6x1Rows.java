package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Six rows by one vector of columns; the left operand is read from its rows. Written by {@code MicroKernelSources}. */
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
        int bk = bo - ao * L;
        int end = ao + inner;
        for (int k = ao; k < end; k++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bk + k * L);
            FloatVector x0 = FloatVector.broadcast(S, a[k]);
            c00 = x0.fma(b0, c00);
            int row = k + lda;
            FloatVector x1 = FloatVector.broadcast(S, a[row]);
            c10 = x1.fma(b0, c10);
            row += lda;
            FloatVector x2 = FloatVector.broadcast(S, a[row]);
            c20 = x2.fma(b0, c20);
            row += lda;
            FloatVector x3 = FloatVector.broadcast(S, a[row]);
            c30 = x3.fma(b0, c30);
            row += lda;
            FloatVector x4 = FloatVector.broadcast(S, a[row]);
            c40 = x4.fma(b0, c40);
            row += lda;
            FloatVector x5 = FloatVector.broadcast(S, a[row]);
            c50 = x5.fma(b0, c50);
        }
        int r1 = co + ldc;
        int r2 = r1 + ldc;
        int r3 = r2 + ldc;
        int r4 = r3 + ldc;
        int r5 = r4 + ldc;
        if (accumulate) {
            c00 = FloatVector.fromArray(S, c, co).add(c00);
            c10 = FloatVector.fromArray(S, c, r1).add(c10);
            c20 = FloatVector.fromArray(S, c, r2).add(c20);
            c30 = FloatVector.fromArray(S, c, r3).add(c30);
            c40 = FloatVector.fromArray(S, c, r4).add(c40);
            c50 = FloatVector.fromArray(S, c, r5).add(c50);
        }
        c00.intoArray(c, co);
        c10.intoArray(c, r1);
        c20.intoArray(c, r2);
        c30.intoArray(c, r3);
        c40.intoArray(c, r4);
        c50.intoArray(c, r5);
    }
}
