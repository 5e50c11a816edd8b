package limbeck.benchmarks.peers;

import java.util.Arrays;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The operands of a product (form NN), and ours to compare with. */
@State(Scope.Thread)
public abstract class GemmPeer {
    /** Rows of C by columns of C by length of the sums. */
    @Param("512x512x512")
    public String shape;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** Rows of C. */
    protected int m;
    /** Columns of C. */
    protected int n;
    /** Length of the sums. */
    protected int k;

    /**
     * Multiplies once and compares.
     *
     * @throws Exception if the library cannot be loaded
     */
    @Setup(Level.Trial)
    public void setUp() throws Exception {
        int[] dims = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        m = dims[0];
        n = dims[1];
        k = dims[2];
        Threads.use(1);
        var a = Device.cpu().normal(Key.of(1), m, k);
        var b = Device.cpu().normal(Key.of(2), k, n);
        prepare(a.toFloats(), b.toFloats());
        matmul();
        Agreement.require("gemm " + shape, result(), a.matmul(b).toFloats(), 1e-5);
    }

    /** Loads the library, sets its threads and takes the operands: a is m x k, b is k x n. */
    abstract void prepare(float[] a, float[] b);

    /**
     * The product.
     *
     * @return something of the result
     */
    @Benchmark
    public Object matmul() {
        return multiply();
    }

    /** Multiplies into memory that is kept. */
    abstract Object multiply();

    /** What {@link #multiply} left: m x n numbers. */
    abstract float[] result();
}
