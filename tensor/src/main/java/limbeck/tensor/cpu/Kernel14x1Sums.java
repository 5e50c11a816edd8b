package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Fourteen rows by one vector of columns; the rows are taps, whose products are added up over the pixels of some lines. Written by {@code MicroKernelSources}. */
final class Kernel14x1Sums extends TapSums {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    @Override
    void run(int[] taps, int first, int lines, int pixels, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co) {
        FloatVector c0_0 = FloatVector.zero(S);
        FloatVector c1_0 = FloatVector.zero(S);
        FloatVector c2_0 = FloatVector.zero(S);
        FloatVector c3_0 = FloatVector.zero(S);
        FloatVector c4_0 = FloatVector.zero(S);
        FloatVector c5_0 = FloatVector.zero(S);
        FloatVector c6_0 = FloatVector.zero(S);
        FloatVector c7_0 = FloatVector.zero(S);
        FloatVector c8_0 = FloatVector.zero(S);
        FloatVector c9_0 = FloatVector.zero(S);
        FloatVector c10_0 = FloatVector.zero(S);
        FloatVector c11_0 = FloatVector.zero(S);
        FloatVector c12_0 = FloatVector.zero(S);
        FloatVector c13_0 = FloatVector.zero(S);
        int t0 = taps[first];
        int t1 = taps[first + 1];
        int t2 = taps[first + 2];
        int t3 = taps[first + 3];
        int t4 = taps[first + 4];
        int t5 = taps[first + 5];
        int t6 = taps[first + 6];
        int t7 = taps[first + 7];
        int t8 = taps[first + 8];
        int t9 = taps[first + 9];
        int t10 = taps[first + 10];
        int t11 = taps[first + 11];
        int t12 = taps[first + 12];
        int t13 = taps[first + 13];
        int bk = bo;
        for (int i = 0; i < lines; i++) {
            int line = ao + i * lda;
            for (int k = line; k < line + pixels; k++) {
                FloatVector b0 = FloatVector.fromArray(S, b, bk);
                FloatVector x0 = FloatVector.broadcast(S, a[t0 + k]);
                c0_0 = x0.fma(b0, c0_0);
                FloatVector x1 = FloatVector.broadcast(S, a[t1 + k]);
                c1_0 = x1.fma(b0, c1_0);
                FloatVector x2 = FloatVector.broadcast(S, a[t2 + k]);
                c2_0 = x2.fma(b0, c2_0);
                FloatVector x3 = FloatVector.broadcast(S, a[t3 + k]);
                c3_0 = x3.fma(b0, c3_0);
                FloatVector x4 = FloatVector.broadcast(S, a[t4 + k]);
                c4_0 = x4.fma(b0, c4_0);
                FloatVector x5 = FloatVector.broadcast(S, a[t5 + k]);
                c5_0 = x5.fma(b0, c5_0);
                FloatVector x6 = FloatVector.broadcast(S, a[t6 + k]);
                c6_0 = x6.fma(b0, c6_0);
                FloatVector x7 = FloatVector.broadcast(S, a[t7 + k]);
                c7_0 = x7.fma(b0, c7_0);
                FloatVector x8 = FloatVector.broadcast(S, a[t8 + k]);
                c8_0 = x8.fma(b0, c8_0);
                FloatVector x9 = FloatVector.broadcast(S, a[t9 + k]);
                c9_0 = x9.fma(b0, c9_0);
                FloatVector x10 = FloatVector.broadcast(S, a[t10 + k]);
                c10_0 = x10.fma(b0, c10_0);
                FloatVector x11 = FloatVector.broadcast(S, a[t11 + k]);
                c11_0 = x11.fma(b0, c11_0);
                FloatVector x12 = FloatVector.broadcast(S, a[t12 + k]);
                c12_0 = x12.fma(b0, c12_0);
                FloatVector x13 = FloatVector.broadcast(S, a[t13 + k]);
                c13_0 = x13.fma(b0, c13_0);
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
        int r9 = r8 + L;
        int r10 = r9 + L;
        int r11 = r10 + L;
        int r12 = r11 + L;
        int r13 = r12 + L;
        c0_0 = FloatVector.fromArray(S, c, co).add(c0_0);
        c1_0 = FloatVector.fromArray(S, c, r1).add(c1_0);
        c2_0 = FloatVector.fromArray(S, c, r2).add(c2_0);
        c3_0 = FloatVector.fromArray(S, c, r3).add(c3_0);
        c4_0 = FloatVector.fromArray(S, c, r4).add(c4_0);
        c5_0 = FloatVector.fromArray(S, c, r5).add(c5_0);
        c6_0 = FloatVector.fromArray(S, c, r6).add(c6_0);
        c7_0 = FloatVector.fromArray(S, c, r7).add(c7_0);
        c8_0 = FloatVector.fromArray(S, c, r8).add(c8_0);
        c9_0 = FloatVector.fromArray(S, c, r9).add(c9_0);
        c10_0 = FloatVector.fromArray(S, c, r10).add(c10_0);
        c11_0 = FloatVector.fromArray(S, c, r11).add(c11_0);
        c12_0 = FloatVector.fromArray(S, c, r12).add(c12_0);
        c13_0 = FloatVector.fromArray(S, c, r13).add(c13_0);
        c0_0.intoArray(c, co);
        c1_0.intoArray(c, r1);
        c2_0.intoArray(c, r2);
        c3_0.intoArray(c, r3);
        c4_0.intoArray(c, r4);
        c5_0.intoArray(c, r5);
        c6_0.intoArray(c, r6);
        c7_0.intoArray(c, r7);
        c8_0.intoArray(c, r8);
        c9_0.intoArray(c, r9);
        c10_0.intoArray(c, r10);
        c11_0.intoArray(c, r11);
        c12_0.intoArray(c, r12);
        c13_0.intoArray(c, r13);
    }
}
