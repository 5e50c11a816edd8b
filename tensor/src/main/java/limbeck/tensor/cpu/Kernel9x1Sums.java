package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Nine rows by one vector of columns; the rows are taps, whose products are added up over the pixels of some lines. Written by {@code MicroKernelSources}. */
final class Kernel9x1Sums extends TapSums {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    @Override
    void run(int[] taps, int first, int lines, int pixels, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S);
        FloatVector c80 = FloatVector.zero(S);
        int t0 = taps[first];
        int t1 = taps[first + 1];
        int t2 = taps[first + 2];
        int t3 = taps[first + 3];
        int t4 = taps[first + 4];
        int t5 = taps[first + 5];
        int t6 = taps[first + 6];
        int t7 = taps[first + 7];
        int t8 = taps[first + 8];
        int bk = bo;
        for (int i = 0; i < lines; i++) {
            int line = ao + i * lda;
            for (int k = line; k < line + pixels; k++) {
                FloatVector b0 = FloatVector.fromArray(S, b, bk);
                FloatVector x0 = FloatVector.broadcast(S, a[t0 + k]);
                c00 = x0.fma(b0, c00);
                FloatVector x1 = FloatVector.broadcast(S, a[t1 + k]);
                c10 = x1.fma(b0, c10);
                FloatVector x2 = FloatVector.broadcast(S, a[t2 + k]);
                c20 = x2.fma(b0, c20);
                FloatVector x3 = FloatVector.broadcast(S, a[t3 + k]);
                c30 = x3.fma(b0, c30);
                FloatVector x4 = FloatVector.broadcast(S, a[t4 + k]);
                c40 = x4.fma(b0, c40);
                FloatVector x5 = FloatVector.broadcast(S, a[t5 + k]);
                c50 = x5.fma(b0, c50);
                FloatVector x6 = FloatVector.broadcast(S, a[t6 + k]);
                c60 = x6.fma(b0, c60);
                FloatVector x7 = FloatVector.broadcast(S, a[t7 + k]);
                c70 = x7.fma(b0, c70);
                FloatVector x8 = FloatVector.broadcast(S, a[t8 + k]);
                c80 = x8.fma(b0, c80);
                bk += ldb;
            }
        }
        int r1 = co + L;
        int r2 = r1 + L;
        int r3 = r2 + L;
        int r4 = r3 + L;
        int r5 = r4 + L;
        int r6 = r5 + L;
        int r7 = r6 + L;
        int r8 = r7 + L;
        c00 = FloatVector.fromArray(S, c, co).add(c00);
        c10 = FloatVector.fromArray(S, c, r1).add(c10);
        c20 = FloatVector.fromArray(S, c, r2).add(c20);
        c30 = FloatVector.fromArray(S, c, r3).add(c30);
        c40 = FloatVector.fromArray(S, c, r4).add(c40);
        c50 = FloatVector.fromArray(S, c, r5).add(c50);
        c60 = FloatVector.fromArray(S, c, r6).add(c60);
        c70 = FloatVector.fromArray(S, c, r7).add(c70);
        c80 = FloatVector.fromArray(S, c, r8).add(c80);
        c00.intoArray(c, co);
        c10.intoArray(c, r1);
        c20.intoArray(c, r2);
        c30.intoArray(c, r3);
        c40.intoArray(c, r4);
        c50.intoArray(c, r5);
        c60.intoArray(c, r6);
        c70.intoArray(c, r7);
        c80.intoArray(c, r8);
    }
}
