package limbeck.tensor.cuda;

import limbeck.tensor.Key;
import limbeck.tensor.Layout;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.Random;
import limbeck.tensor.spi.View;

/** Random numbers, the same bits as on the other backends. */
final class Randoms {
    private Randoms() {
    }

    /** Fills a dense, row-major float32 tensor. */
    static void random(CudaContext cuda, Random op, View out) {
        int n = out.shape().intSize();
        Kernel kernel = cuda.kernels("random.cu").kernel("random_" + ElementwiseSource.name(op.distribution()));
        Key key = op.key();
        kernel.launchFor(Math.ceilDiv(n, 4), out, n, (int) key.value(), (int) (key.value() >>> 32), op.a(), op.b());
    }

    static void dropout(CudaContext cuda, Dropout op, View in, View out) {
        int n = out.shape().intSize();
        // The least multiple of 2^-24 that is not below the probability: the numbers are such multiples.
        float limit = (float) (Math.ceil(op.kept() * 0x1p24) * 0x1p-24);
        Walk walk = Walk.of(Layout.contiguous(out.shape()), in.layout(), out.layout()).from(1);
        cuda.kernels("random.cu").kernel("dropout").launchFor(Math.ceilDiv(n, 4), in, out, n, (int) op.key().value(),
                (int) (op.key().value() >>> 32), limit, (float) (1 / op.kept()), walk.struct());
    }
}
