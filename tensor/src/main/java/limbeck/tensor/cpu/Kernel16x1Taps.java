package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sixteen rows by one vector of columns; the rows are pixels side by side under each tap. Written by {@code MicroKernelSources}. */
final class Kernel16x1Taps extends TapKernel {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    @Override
    void run(int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc) {
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
        FloatVector c14_0 = FloatVector.zero(S);
        FloatVector c15_0 = FloatVector.zero(S);
        int inner = taps.length;
        for (int k = 0; k < inner; k++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + k * L);
            int row = ao + taps[k];
            FloatVector x0 = FloatVector.broadcast(S, a[row]);
            c0_0 = x0.fma(b0, c0_0);
            FloatVector x1 = FloatVector.broadcast(S, a[row + 1]);
            c1_0 = x1.fma(b0, c1_0);
            FloatVector x2 = FloatVector.broadcast(S, a[row + 2]);
            c2_0 = x2.fma(b0, c2_0);
            FloatVector x3 = FloatVector.broadcast(S, a[row + 3]);
            c3_0 = x3.fma(b0, c3_0);
            FloatVector x4 = FloatVector.broadcast(S, a[row + 4]);
            c4_0 = x4.fma(b0, c4_0);
            FloatVector x5 = FloatVector.broadcast(S, a[row + 5]);
            c5_0 = x5.fma(b0, c5_0);
            FloatVector x6 = FloatVector.broadcast(S, a[row + 6]);
            c6_0 = x6.fma(b0, c6_0);
            FloatVector x7 = FloatVector.broadcast(S, a[row + 7]);
            c7_0 = x7.fma(b0, c7_0);
            FloatVector x8 = FloatVector.broadcast(S, a[row + 8]);
            c8_0 = x8.fma(b0, c8_0);
            FloatVector x9 = FloatVector.broadcast(S, a[row + 9]);
            c9_0 = x9.fma(b0, c9_0);
            FloatVector x10 = FloatVector.broadcast(S, a[row + 10]);
            c10_0 = x10.fma(b0, c10_0);
            FloatVector x11 = FloatVector.broadcast(S, a[row + 11]);
            c11_0 = x11.fma(b0, c11_0);
            FloatVector x12 = FloatVector.broadcast(S, a[row + 12]);
            c12_0 = x12.fma(b0, c12_0);
            FloatVector x13 = FloatVector.broadcast(S, a[row + 13]);
            c13_0 = x13.fma(b0, c13_0);
            FloatVector x14 = FloatVector.broadcast(S, a[row + 14]);
            c14_0 = x14.fma(b0, c14_0);
            FloatVector x15 = FloatVector.broadcast(S, a[row + 15]);
            c15_0 = x15.fma(b0, c15_0);
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
        int r12 = r11 + ldc;
        int r13 = r12 + ldc;
        int r14 = r13 + ldc;
        int r15 = r14 + ldc;
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
        c14_0.intoArray(c, r14);
        c15_0.intoArray(c, r15);
    }
}
