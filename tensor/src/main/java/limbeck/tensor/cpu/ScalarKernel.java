package limbeck.tensor.cpu;

import java.util.Arrays;

/** Any width in plain loops, for Java without the Vector API. */
final class ScalarKernel extends MicroKernel {
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
        for (int i = 0; i < MR; i++) {
            int row = co + i * ldc;
            if (!accumulate) {
                Arrays.fill(c, row, row + width, 0);
            }
            for (int k = 0; k < inner; k++) {
                float x = a[ao + i * rowStride + k * innerStride];
                for (int j = 0; j < width; j++) {
                    c[row + j] += x * b[bo + k * width + j];
                }
            }
        }
    }
}
