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
        // The rows are counted from the loop's own variable: one invariant fewer than with a row each, and all of them fit
        // into the processor's general registers. Otherwise C2 keeps two in vector registers, which costs 8 % of the speed.
        int a2 = 2 * lda;
        int a3 = 3 * lda;
        int a4 = 4 * lda;
        int a5 = 5 * lda;
        int bk = bo - ao * L;
        int end = ao + inner;
        for (int k = ao; k < end; k++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bk + k * L);
            FloatVector x0 = FloatVector.broadcast(S, a[k]);
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(S, a[k + lda]);
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(S, a[k + a2]);
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(S, a[k + a3]);
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(S, a[k + a4]);
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(S, a[k + a5]);
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
