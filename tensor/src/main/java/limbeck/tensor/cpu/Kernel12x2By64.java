package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Twelve rows by two vectors of columns; the left operand is read from rows 64 floats apart. Written by {@code MicroKernelSources}. */
final class Kernel12x2By64 extends MicroKernel {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final int NR = 2 * L;

    /** The distance of the rows. */
    static final int DISTANCE = 64;

    @Override
    void run(int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        FloatVector c0_0 = FloatVector.zero(S);
        FloatVector c0_1 = FloatVector.zero(S);
        FloatVector c1_0 = FloatVector.zero(S);
        FloatVector c1_1 = FloatVector.zero(S);
        FloatVector c2_0 = FloatVector.zero(S);
        FloatVector c2_1 = FloatVector.zero(S);
        FloatVector c3_0 = FloatVector.zero(S);
        FloatVector c3_1 = FloatVector.zero(S);
        FloatVector c4_0 = FloatVector.zero(S);
        FloatVector c4_1 = FloatVector.zero(S);
        FloatVector c5_0 = FloatVector.zero(S);
        FloatVector c5_1 = FloatVector.zero(S);
        FloatVector c6_0 = FloatVector.zero(S);
        FloatVector c6_1 = FloatVector.zero(S);
        FloatVector c7_0 = FloatVector.zero(S);
        FloatVector c7_1 = FloatVector.zero(S);
        FloatVector c8_0 = FloatVector.zero(S);
        FloatVector c8_1 = FloatVector.zero(S);
        FloatVector c9_0 = FloatVector.zero(S);
        FloatVector c9_1 = FloatVector.zero(S);
        FloatVector c10_0 = FloatVector.zero(S);
        FloatVector c10_1 = FloatVector.zero(S);
        FloatVector c11_0 = FloatVector.zero(S);
        FloatVector c11_1 = FloatVector.zero(S);
        int bk = bo - ao * NR;
        int end = ao + inner;
        for (int k = ao; k < end; k++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bk + k * NR);
            FloatVector b1 = FloatVector.fromArray(S, b, bk + k * NR + L);
            FloatVector x0 = FloatVector.broadcast(S, a[k]);
            c0_0 = x0.fma(b0, c0_0);
            c0_1 = x0.fma(b1, c0_1);
            FloatVector x1 = FloatVector.broadcast(S, a[k + 64]);
            c1_0 = x1.fma(b0, c1_0);
            c1_1 = x1.fma(b1, c1_1);
            FloatVector x2 = FloatVector.broadcast(S, a[k + 128]);
            c2_0 = x2.fma(b0, c2_0);
            c2_1 = x2.fma(b1, c2_1);
            FloatVector x3 = FloatVector.broadcast(S, a[k + 192]);
            c3_0 = x3.fma(b0, c3_0);
            c3_1 = x3.fma(b1, c3_1);
            FloatVector x4 = FloatVector.broadcast(S, a[k + 256]);
            c4_0 = x4.fma(b0, c4_0);
            c4_1 = x4.fma(b1, c4_1);
            FloatVector x5 = FloatVector.broadcast(S, a[k + 320]);
            c5_0 = x5.fma(b0, c5_0);
            c5_1 = x5.fma(b1, c5_1);
            FloatVector x6 = FloatVector.broadcast(S, a[k + 384]);
            c6_0 = x6.fma(b0, c6_0);
            c6_1 = x6.fma(b1, c6_1);
            FloatVector x7 = FloatVector.broadcast(S, a[k + 448]);
            c7_0 = x7.fma(b0, c7_0);
            c7_1 = x7.fma(b1, c7_1);
            FloatVector x8 = FloatVector.broadcast(S, a[k + 512]);
            c8_0 = x8.fma(b0, c8_0);
            c8_1 = x8.fma(b1, c8_1);
            FloatVector x9 = FloatVector.broadcast(S, a[k + 576]);
            c9_0 = x9.fma(b0, c9_0);
            c9_1 = x9.fma(b1, c9_1);
            FloatVector x10 = FloatVector.broadcast(S, a[k + 640]);
            c10_0 = x10.fma(b0, c10_0);
            c10_1 = x10.fma(b1, c10_1);
            FloatVector x11 = FloatVector.broadcast(S, a[k + 704]);
            c11_0 = x11.fma(b0, c11_0);
            c11_1 = x11.fma(b1, c11_1);
        }
        int r1 = co + ldc;
        int r2 = r1 + ldc;
        int r3 = r2 + ldc;
        int r4 = r3 + ldc;
        int r5 = r4 + ldc;
        int r6 = r5 + ldc;
        int r7 = r6 + ldc;
        int r8 = r7 + ldc;
        int r9 = r8 + ldc;
        int r10 = r9 + ldc;
        int r11 = r10 + ldc;
        if (accumulate) {
            c0_0 = FloatVector.fromArray(S, c, co).add(c0_0);
            c0_1 = FloatVector.fromArray(S, c, co + L).add(c0_1);
            c1_0 = FloatVector.fromArray(S, c, r1).add(c1_0);
            c1_1 = FloatVector.fromArray(S, c, r1 + L).add(c1_1);
            c2_0 = FloatVector.fromArray(S, c, r2).add(c2_0);
            c2_1 = FloatVector.fromArray(S, c, r2 + L).add(c2_1);
            c3_0 = FloatVector.fromArray(S, c, r3).add(c3_0);
            c3_1 = FloatVector.fromArray(S, c, r3 + L).add(c3_1);
            c4_0 = FloatVector.fromArray(S, c, r4).add(c4_0);
            c4_1 = FloatVector.fromArray(S, c, r4 + L).add(c4_1);
            c5_0 = FloatVector.fromArray(S, c, r5).add(c5_0);
            c5_1 = FloatVector.fromArray(S, c, r5 + L).add(c5_1);
            c6_0 = FloatVector.fromArray(S, c, r6).add(c6_0);
            c6_1 = FloatVector.fromArray(S, c, r6 + L).add(c6_1);
            c7_0 = FloatVector.fromArray(S, c, r7).add(c7_0);
            c7_1 = FloatVector.fromArray(S, c, r7 + L).add(c7_1);
            c8_0 = FloatVector.fromArray(S, c, r8).add(c8_0);
            c8_1 = FloatVector.fromArray(S, c, r8 + L).add(c8_1);
            c9_0 = FloatVector.fromArray(S, c, r9).add(c9_0);
            c9_1 = FloatVector.fromArray(S, c, r9 + L).add(c9_1);
            c10_0 = FloatVector.fromArray(S, c, r10).add(c10_0);
            c10_1 = FloatVector.fromArray(S, c, r10 + L).add(c10_1);
            c11_0 = FloatVector.fromArray(S, c, r11).add(c11_0);
            c11_1 = FloatVector.fromArray(S, c, r11 + L).add(c11_1);
        }
        c0_0.intoArray(c, co);
        c0_1.intoArray(c, co + L);
        c1_0.intoArray(c, r1);
        c1_1.intoArray(c, r1 + L);
        c2_0.intoArray(c, r2);
        c2_1.intoArray(c, r2 + L);
        c3_0.intoArray(c, r3);
        c3_1.intoArray(c, r3 + L);
        c4_0.intoArray(c, r4);
        c4_1.intoArray(c, r4 + L);
        c5_0.intoArray(c, r5);
        c5_1.intoArray(c, r5 + L);
        c6_0.intoArray(c, r6);
        c6_1.intoArray(c, r6 + L);
        c7_0.intoArray(c, r7);
        c7_1.intoArray(c, r7 + L);
        c8_0.intoArray(c, r8);
        c8_1.intoArray(c, r8 + L);
        c9_0.intoArray(c, r9);
        c9_1.intoArray(c, r9 + L);
        c10_0.intoArray(c, r10);
        c10_1.intoArray(c, r10 + L);
        c11_0.intoArray(c, r11);
        c11_1.intoArray(c, r11 + L);
    }
}
