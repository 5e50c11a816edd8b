package limbeck.benchmarks.gpu;

import static limbeck.benchmarks.gpu.Blocks.check;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_16BF;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
import static org.bytedeco.cuda.global.cublas.CUBLAS_GEMM_DEFAULT;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.cublasCreate_v2;
import static org.bytedeco.cuda.global.cublas.cublasDestroy_v2;
import static org.bytedeco.cuda.global.cublas.cublasGemmEx;
import static org.bytedeco.cuda.global.cublas.cublasGetVersion_v2;
import static org.bytedeco.cuda.global.cublas.cublasSetStream_v2;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import java.util.List;
import limbeck.benchmarks.gpu.Blocks.Address;
import limbeck.tensor.Precision;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.javacpp.FloatPointer;

/**
 * cuBLAS. Where we multiply in float32 (exactly, or by tensor cores as sums of two) it does so without them; for bfloat16 it may round
 * float32 operands as we do, or be given them rounded, which is half the memory.
 */
final class Cublas implements Rival.Products {
    private static final FloatPointer ONE = new FloatPointer(1f);
    private static final FloatPointer ZERO = new FloatPointer(0f);

    private final int version;

    Cublas() {
        cublasContext handle = open();
        int[] number = new int[1];
        check(cublasGetVersion_v2(handle, number), "cublasGetVersion");
        check(cublasDestroy_v2(handle), "cublasDestroy");
        version = number[0];
    }

    private static cublasContext open() {
        var handle = new cublasContext();
        check(cublasCreate_v2(handle), "cublasCreate");
        return handle;
    }

    @Override
    public String title() {
        return "cuBLAS " + version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    @Override
    public List<Work> products(Precision precision, int size, float[] a, float[] b) {
        return switch (precision) {
            case STRICT, FP32 -> List.of(product("cuBLAS", size, a, b, CUDA_R_32F, CUBLAS_COMPUTE_32F));
            case TF32 -> List.of(product("cuBLAS", size, a, b, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32));
            case BF16 -> List.of(product("cuBLAS from float32", size, a, b, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_16BF),
                    product("cuBLAS from bfloat16", size, a, b, CUDA_R_16BF, CUBLAS_COMPUTE_32F));
        };
    }

    private static Work product(String who, int size, float[] a, float[] b, int type, int compute) {
        var blocks = new Blocks();
        long count = (long) size * size;
        Address left = type == CUDA_R_32F ? blocks.floats(count, a) : blocks.bfloats(count, a);
        Address right = type == CUDA_R_32F ? blocks.floats(count, b) : blocks.bfloats(count, b);
        return new Product(who, blocks, left, right, blocks.empty(4 * count), size, type, compute);
    }

    private static final class Product implements Work {
        // One each: setting the stream of a shared one before every launch would cost it time.
        private final cublasContext handle = open();
        private final String who;
        private final Blocks blocks;
        private final Address a;
        private final Address b;
        private final Address c;
        private final int size;
        private final int type;
        private final int compute;

        Product(String who, Blocks blocks, Address a, Address b, Address c, int size, int type, int compute) {
            this.who = who;
            this.blocks = blocks;
            this.a = a;
            this.b = b;
            this.c = c;
            this.size = size;
            this.type = type;
            this.compute = compute;
            check(cublasSetStream_v2(handle, blocks.stream()), "cublasSetStream");
        }

        @Override
        public String who() {
            return who;
        }

        @Override
        public void launch() {
            // To it, who counts columns first, ours are transposed: the transpose of a b is b' a'.
            check(cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, size, size, size, ONE, b, type, size, a, type, size,
                    ZERO, c, CUDA_R_32F, size, compute, CUBLAS_GEMM_DEFAULT), "cublasGemmEx");
        }

        @Override
        public void await() {
            blocks.await();
        }

        @Override
        public float[] result(int count) {
            return blocks.read(c, count);
        }

        @Override
        public void close() {
            check(cublasDestroy_v2(handle), "cublasDestroy");
            blocks.close();
        }
    }
}
