package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Elementwise ops by libtorch into a result that is kept, which serves it best; {@link #reluFresh} makes a new one each time, as
 * most programs do.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only elementwise
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchElementwise {
    /** Elements of each operand. */
    @Param("65536")
    public int size;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    private Tensor x;
    private Tensor y;
    private Tensor z;
    private Scalar zero;

    /** Makes the operands and compares all functions. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        var left = Device.cpu().normal(Key.of(1), size);
        var right = Device.cpu().normal(Key.of(2), size);
        x = Libtorch.of(left);
        y = Libtorch.of(right);
        z = Libtorch.of(right);
        zero = new Scalar(0);
        try (var _ = new PointerScope()) {
            // MKL chooses the code of each function when it is first called. If several threads do so at once, one of them may
            // get code for few digits that once (pytorch/pytorch#188792), and the comparison below would fail.
            Tensor one = Tensor.create(1f);
            torch.exp(one);
            torch.tanh(one);
        }
        relu();
        require("relu", left.relu());
        add();
        require("add", left.add(right));
        exp();
        require("exp", left.exp());
        tanh();
        require("tanh", left.tanh());
        gelu();
        require("gelu", left.gelu());
        geluTanh();
        require("gelu-tanh", left.geluTanh());
    }

    private void require(String what, limbeck.tensor.Tensor ours) {
        Agreement.require(what, Libtorch.toFloats(z), ours.toFloats(), 1e-5);
    }

    /**
     * relu, written as a maximum: {@code relu_out} itself makes a new result and copies it.
     *
     * @return the result
     */
    @Benchmark
    public Object relu() {
        try (var _ = new PointerScope()) {
            torch.clamp_min_out(z, x, zero);
        }
        return z;
    }

    /**
     * relu into new memory.
     *
     * @return something of the result
     */
    @Benchmark
    public long reluFresh() {
        try (var _ = new PointerScope()) {
            return torch.relu(x).numel();
        }
    }

    /**
     * The sum of two tensors.
     *
     * @return the result
     */
    @Benchmark
    public Object add() {
        try (var _ = new PointerScope()) {
            torch.add_out(z, x, y);
        }
        return z;
    }

    /**
     * exp.
     *
     * @return the result
     */
    @Benchmark
    public Object exp() {
        try (var _ = new PointerScope()) {
            torch.exp_out(z, x);
        }
        return z;
    }

    /**
     * tanh.
     *
     * @return the result
     */
    @Benchmark
    public Object tanh() {
        try (var _ = new PointerScope()) {
            torch.tanh_out(z, x);
        }
        return z;
    }

    /**
     * gelu, exact.
     *
     * @return the result
     */
    @Benchmark
    public Object gelu() {
        try (var _ = new PointerScope()) {
            torch.gelu_out(z, x);
        }
        return z;
    }

    /**
     * gelu in its tanh form.
     *
     * @return the result
     */
    @Benchmark
    public Object geluTanh() {
        try (var _ = new PointerScope()) {
            torch.gelu_out(z, x, "tanh");
        }
        return z;
    }
}
