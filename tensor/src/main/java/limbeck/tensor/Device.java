package limbeck.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import limbeck.tensor.cpu.CpuBackend;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.Random;
import limbeck.tensor.reference.ReferenceBackend;
import limbeck.tensor.spi.Backend;
import limbeck.tensor.spi.BackendProvider;

/**
 * Where tensors live and are computed, and the factory of new ones.
 *
 * {@snippet :
 * Tensor x = Device.cpu().tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * Tensor w = Device.cpu().normal(Key.of(1), 3, 5);
 * Tensor y = x.matmul(w);                       // (2, 5)
 * }
 *
 * Operands of one operation live on one device; nothing is copied behind your back: say {@link Tensor#to}.
 */
public final class Device {
    private static final ConcurrentMap<String, Device> OPEN = new ConcurrentHashMap<>();

    private final String name;
    private final Backend backend;

    private Device(String name, Backend backend) {
        this.name = name;
        this.backend = backend;
    }

    /**
     * The processor: float32, vectorised, on all cores.
     *
     * @return the device {@code cpu}
     */
    public static Device cpu() {
        return of("cpu");
    }

    /**
     * Plain loops in double: the oracle that every other device is compared with, and where gradients are checked.
     *
     * @return the device {@code reference}
     */
    public static Device reference() {
        return of("reference");
    }

    /**
     * A GPU.
     *
     * @param index which one, from 0
     * @return the device {@code cuda:index}
     * @throws IllegalStateException if it cannot be used, saying what is missing
     */
    public static Device cuda(int index) {
        return of("cuda:" + index);
    }

    /**
     * A device by name.
     *
     * @param name {@code cpu}, {@code reference}, {@code cuda} or {@code cuda:1}
     * @return the device
     * @throws IllegalArgumentException if there is no such kind of device
     * @throws IllegalStateException if the device cannot be used, saying what is missing
     */
    public static Device of(String name) {
        String full = name.equals("cuda") ? "cuda:0" : name;
        Device open = OPEN.get(full);
        // Not computeIfAbsent: a provider may itself open devices.
        if (open == null) {
            Device fresh = new Device(full, open(full));
            open = OPEN.putIfAbsent(full, fresh);
            open = open == null ? fresh : open;
        }
        return open;
    }

    /**
     * What there is on this machine. Nothing is opened.
     *
     * {@snippet :
     * for (DeviceInfo device : Device.list()) {
     *     System.out.println(device.name() + ": " + device.description());
     * }
     * }
     *
     * @return the CPU first, then other kinds; of a kind that cannot be used, a line that says why
     */
    public static List<DeviceInfo> list() {
        var devices = new ArrayList<DeviceInfo>();
        devices.add(new DeviceInfo("cpu", CpuBackend.describe(), true));
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, Device.class.getClassLoader())) {
            devices.addAll(provider.devices());
        }
        devices.add(new DeviceInfo("reference", "plain loops in float64, to compare with", true));
        return devices;
    }

    private static Backend open(String name) {
        if (name.equals("cpu")) {
            return new CpuBackend();
        }
        if (name.equals("reference")) {
            return new ReferenceBackend();
        }
        if (!name.matches("cuda:(0|[1-9]\\d{0,3})")) {
            throw new IllegalArgumentException("device: there is no '" + name + "'; choose cpu, reference, cuda or cuda:N");
        }
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, Device.class.getClassLoader())) {
            if (provider.kind().equals("cuda")) {
                return provider.open(Integer.parseInt(name.substring(5)));
            }
        }
        throw new IllegalStateException("device: '" + name
                + "' is not available, because this build of limbeck-tensor has no CUDA backend; use cpu");
    }

    /**
     * The device's name.
     *
     * @return such as {@code cpu} or {@code cuda:0}
     */
    public String name() {
        return name;
    }

    /**
     * The type of floating-point numbers that this device computes in and makes by default.
     *
     * @return F32, or F64 on the reference device
     */
    public DType defaultFloat() {
        return backend.defaultFloat();
    }

    /**
     * How large the tensors that pass from op to op may be for the next op to find them in a cache. Where one of many examples is
     * larger, it is faster to take a few examples through several ops than all of them through each.
     *
     * @return bytes of a tensor; {@link Long#MAX_VALUE} where it does not matter
     */
    public long near() {
        return backend.near();
    }

    /**
     * The memory of its tensors.
     *
     * @return bytes in use, at most since the last call, and free
     */
    public Memory memory() {
        return backend.memory();
    }

    /** Drops the memory that is held for later tensors. */
    public void trim() {
        backend.trim();
    }

    /**
     * A tensor of floating-point numbers, copied from an array in row-major order.
     *
     * @param values as many as the shape has elements
     * @param dims the shape; none for a scalar
     * @return a tensor of the device's default type
     * @throws ShapeException if the number of values is another
     */
    public Tensor tensor(float[] values, int... dims) {
        return tensor(values, exactly(values.length, dims));
    }

    /**
     * A tensor of floating-point numbers, copied from an array in row-major order.
     *
     * @param values as many as the shape has elements
     * @param dims the shape; none for a scalar
     * @return a tensor of the device's default type
     * @throws ShapeException if the number of values is another
     */
    public Tensor tensor(double[] values, int... dims) {
        return tensor(values, exactly(values.length, dims));
    }

    /**
     * A tensor of floating-point numbers, copied from an array in row-major order.
     *
     * @param values at least as many as the shape has elements; the first ones are taken
     * @param shape the shape
     * @return a tensor of the device's default type
     * @throws ShapeException if there are fewer values
     */
    public Tensor tensor(float[] values, Shape shape) {
        if (defaultFloat() == DType.F32) {
            return Tensor.write(this, DType.F32, shape, values, values.length);
        }
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return tensor(wide, shape);
    }

    /**
     * A tensor of floating-point numbers, copied from an array in row-major order.
     *
     * @param values at least as many as the shape has elements; the first ones are taken
     * @param shape the shape
     * @return a tensor of the device's default type
     * @throws ShapeException if there are fewer values
     */
    public Tensor tensor(double[] values, Shape shape) {
        if (defaultFloat() == DType.F64) {
            return Tensor.write(this, DType.F64, shape, values, values.length);
        }
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return tensor(narrow, shape);
    }

    /**
     * A tensor of integers, copied from an array in row-major order: labels, indices.
     *
     * @param values as many as the shape has elements
     * @param dims the shape; none for a scalar
     * @return an I32 tensor
     * @throws ShapeException if the number of values is another
     */
    public Tensor tensor(int[] values, int... dims) {
        return Tensor.write(this, DType.I32, exactly(values.length, dims), values, values.length);
    }

    /** The shape, which must have just as many elements: a forgotten dimension is refused, not cut off. */
    private static Shape exactly(int count, int[] dims) {
        Shape shape = Shape.of(dims);
        if (shape.size() != count) {
            throw new ShapeException("tensor: shape " + shape + " needs " + shape.size() + " values, got " + count);
        }
        return shape;
    }

    /**
     * A tensor of any type from its bytes, as files hold them: each number with its lowest byte first, in row-major order,
     * without gaps. Nothing is rounded; for BOOL every byte but 0 is true.
     *
     * @param type the element type
     * @param shape the shape
     * @param bytes exactly as many as the elements take; copied
     * @return the tensor
     * @throws ShapeException if the number of bytes is another
     */
    public Tensor load(DType type, Shape shape, MemorySegment bytes) {
        int size = shape.intSize();
        if (bytes.byteSize() != (long) size * type.bytes()) {
            throw new ShapeException("load: " + type + " of shape " + shape + " takes " + (long) size * type.bytes() + " bytes, got "
                    + bytes.byteSize());
        }
        return Tensor.write(this, type, shape, LittleEndian.array(type, size, bytes), size);
    }

    /**
     * A scalar.
     *
     * @param value its value
     * @return a tensor of shape () and the device's default type
     */
    public Tensor scalar(double value) {
        return full(value, Shape.SCALAR);
    }

    /**
     * Zeros.
     *
     * @param dims the shape
     * @return a tensor of the device's default type
     */
    public Tensor zeros(int... dims) {
        return full(0, Shape.of(dims));
    }

    /**
     * Ones.
     *
     * @param dims the shape
     * @return a tensor of the device's default type
     */
    public Tensor ones(int... dims) {
        return full(1, Shape.of(dims));
    }

    /**
     * One value everywhere.
     *
     * @param value the value
     * @param shape the shape
     * @return a tensor of the device's default type
     */
    public Tensor full(double value, Shape shape) {
        return make(new Fill(shape, defaultFloat(), value));
    }

    /**
     * The integers from 0.
     *
     * @param count how many
     * @return an I32 tensor of shape (count)
     */
    public Tensor arange(int count) {
        return make(new Arange(count, DType.I32, 0, 1));
    }

    /**
     * Evenly spaced numbers.
     *
     * @param start the first
     * @param step the difference of neighbours
     * @param count how many
     * @return a tensor of shape (count) and the device's default type
     */
    public Tensor arange(double start, double step, int count) {
        return make(new Arange(count, defaultFloat(), start, step));
    }

    /**
     * Uniform random numbers in [0, 1).
     *
     * @param key where the randomness comes from: the same key gives the same numbers
     * @param dims the shape
     * @return a tensor of the device's default type
     */
    public Tensor uniform(Key key, int... dims) {
        return uniform(key, 0, 1, Shape.of(dims));
    }

    /**
     * Uniform random numbers in [low, high). Rounding to the element type may reach {@code high} itself.
     *
     * @param key where the randomness comes from
     * @param low the lower bound
     * @param high the upper bound
     * @param shape the shape
     * @return a tensor of the device's default type
     * @throws IllegalArgumentException if low is above high
     */
    public Tensor uniform(Key key, double low, double high, Shape shape) {
        return make(new Random(Random.Distribution.UNIFORM, shape, defaultFloat(), key, low, high));
    }

    /**
     * Normal random numbers with mean 0 and standard deviation 1.
     *
     * @param key where the randomness comes from
     * @param dims the shape
     * @return a tensor of the device's default type
     */
    public Tensor normal(Key key, int... dims) {
        return normal(key, 0, 1, Shape.of(dims));
    }

    /**
     * Normal random numbers.
     *
     * @param key where the randomness comes from
     * @param mean their mean
     * @param deviation their standard deviation
     * @param shape the shape
     * @return a tensor of the device's default type
     * @throws IllegalArgumentException if the deviation is negative
     */
    public Tensor normal(Key key, double mean, double deviation, Shape shape) {
        return make(new Random(Random.Distribution.NORMAL, shape, defaultFloat(), key, mean, deviation));
    }

    /**
     * Random zeros and ones.
     *
     * @param key where the randomness comes from
     * @param probability the probability of a one
     * @param shape the shape
     * @return a tensor of the device's default type
     * @throws IllegalArgumentException if the probability is not within 0 to 1
     */
    public Tensor bernoulli(Key key, double probability, Shape shape) {
        return make(new Random(Random.Distribution.BERNOULLI, shape, defaultFloat(), key, probability, 0));
    }

    /**
     * Runs an op that takes no operands.
     *
     * @param op such as {@link Fill} or {@link Random}
     * @return the tensor
     */
    public Tensor make(KernelOp op) {
        return Tensor.run(this, op, List.of());
    }

    Backend backend() {
        return backend;
    }

    @Override
    public String toString() {
        return name;
    }
}
