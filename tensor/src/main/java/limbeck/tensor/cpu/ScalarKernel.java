package limbeck.tensor.cpu;

import java.util.Arrays;

/** Any width in plain loops, for Java without the Vector API. */
final class ScalarKernel extends MicroKernel {
    private static final Scratch SUMS = new Scratch();

    private final int width;
    private final boolean sliver;

    ScalarKernel(int width, boolean sliver) {
        this.width = width;
        this.sliver = sliver;
    }

    @Override
    void run(int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        int rowStride = sliver ? 1 : lda;
        int innerStride = sliver ? MR : 1;
        // Apart from C: what is there is added last, as in the other kernels and where a tile at the edge is added to it.
        float[] sums = SUMS.floats(width);
        for (int i = 0; i < MR; i++) {
            Arrays.fill(sums, 0, width, 0);
            for (int k = 0; k < inner; k++) {
                float x = a[ao + i * rowStride + k * innerStride];
                for (int j = 0; j < width; j++) {
                    sums[j] += x * b[bo + k * width + j];
                }
            }
            int row = co + i * ldc;
            for (int j = 0; j < width; j++) {
                c[row + j] = accumulate ? c[row + j] + sums[j] : sums[j];
            }
        }
    }
}
