package limbeck.nn;

import java.util.function.Supplier;
import limbeck.autograd.Parameter;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;

/**
 * What weights start from.
 *
 * {@snippet :
 * Parameter weight = Parameter.of(Init.kaimingNormal(key, Init.Fan.OUT, Init.RELU, Shape.of(64, 32, 3, 3)));
 * }
 *
 * The fan-in of a weight is the number of inputs that one output sums over, its second dimension times the size of the
 * kernel; its fan-out is the first dimension times the size of the kernel, as in PyTorch. Tensors are made on the CPU;
 * {@link #on} chooses another device, and {@link Module#to} moves a model later.
 */
public final class Init {
    /** The gain that keeps the variance through a ReLU: the root of 2 (He et al., ICCV 2015). */
    public static final double RELU = Math.sqrt(2);

    private static final ScopedValue<Device> DEVICE = ScopedValue.newInstance();

    /** Which side of a weight sets its scale. */
    public enum Fan {
        /** The inputs: keeps the variance of activations. */
        IN,
        /** The outputs: keeps the variance of gradients. */
        OUT
    }

    private Init() {
    }

    /**
     * Runs a block in which layers are made on a device.
     *
     * {@snippet :
     * Linear exact = Init.on(Device.reference(), () -> Linear.of(4, 3, key));   // in double
     * }
     *
     * @param <R> the block's result
     * @param device the device
     * @param block makes layers
     * @return its result
     */
    public static <R> R on(Device device, Supplier<R> block) {
        return ScopedValue.where(DEVICE, device).call(block::get);
    }

    /**
     * Where new weights are made.
     *
     * @return the device of {@link #on}, else the CPU
     */
    public static Device device() {
        return DEVICE.isBound() ? DEVICE.get() : Device.cpu();
    }

    /**
     * Uniform in +-gain sqrt(3 / fan) (He et al., ICCV 2015).
     *
     * @param key where the randomness comes from
     * @param fan which fan
     * @param gain {@link #RELU}, or {@link #leakyReluGain}, or 1 for no activation
     * @param shape the weight's shape, of rank 2 or more
     * @return a new tensor
     */
    public static Tensor kaimingUniform(Key key, Fan fan, double gain, Shape shape) {
        double bound = gain * Math.sqrt(3.0 / fan(fan, shape));
        return device().uniform(key, -bound, bound, shape);
    }

    /**
     * Normal with deviation gain / sqrt(fan) (He et al., ICCV 2015).
     *
     * @param key where the randomness comes from
     * @param fan which fan
     * @param gain {@link #RELU}, or {@link #leakyReluGain}, or 1 for no activation
     * @param shape the weight's shape, of rank 2 or more
     * @return a new tensor
     */
    public static Tensor kaimingNormal(Key key, Fan fan, double gain, Shape shape) {
        return device().normal(key, 0, gain / Math.sqrt(fan(fan, shape)), shape);
    }

    /**
     * Uniform in +-gain sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio, AISTATS 2010).
     *
     * @param key where the randomness comes from
     * @param gain 1 for tanh-like activations
     * @param shape the weight's shape, of rank 2 or more
     * @return a new tensor
     */
    public static Tensor xavierUniform(Key key, double gain, Shape shape) {
        double bound = gain * Math.sqrt(6.0 / (fan(Fan.IN, shape) + fan(Fan.OUT, shape)));
        return device().uniform(key, -bound, bound, shape);
    }

    /**
     * Normal with deviation gain sqrt(2 / (fan-in + fan-out)) (Glorot and Bengio, AISTATS 2010).
     *
     * @param key where the randomness comes from
     * @param gain 1 for tanh-like activations
     * @param shape the weight's shape, of rank 2 or more
     * @return a new tensor
     */
    public static Tensor xavierNormal(Key key, double gain, Shape shape) {
        return device().normal(key, 0, gain * Math.sqrt(2.0 / (fan(Fan.IN, shape) + fan(Fan.OUT, shape))), shape);
    }

    /**
     * PyTorch's default for linear and convolution weights: {@link #kaimingUniform} with the gain of a leaky ReLU of slope
     * sqrt(5), which is uniform in +-1 / sqrt(fan-in).
     *
     * @param key where the randomness comes from
     * @param shape the weight's shape, of rank 2 or more
     * @return a new tensor
     */
    public static Tensor weight(Key key, Shape shape) {
        return kaimingUniform(key, Fan.IN, leakyReluGain(Math.sqrt(5)), shape);
    }

    /**
     * PyTorch's default for their biases: uniform in +-1 / sqrt(fan-in).
     *
     * @param key where the randomness comes from
     * @param weight the shape of the weight that the bias goes with
     * @return a new tensor of shape (weight's first dimension)
     */
    public static Tensor bias(Key key, Shape weight) {
        double bound = 1 / Math.sqrt(fan(Fan.IN, weight));
        return device().uniform(key, -bound, bound, Shape.of(weight.dim(0)));
    }

    /**
     * Zeros.
     *
     * @param dims the shape
     * @return a new tensor
     */
    public static Tensor zeros(int... dims) {
        return device().zeros(dims);
    }

    /**
     * Ones.
     *
     * @param dims the shape
     * @return a new tensor
     */
    public static Tensor ones(int... dims) {
        return device().ones(dims);
    }

    /**
     * The gain that keeps the variance through a leaky ReLU.
     *
     * @param slope its slope below zero
     * @return sqrt(2 / (1 + slope^2))
     */
    public static double leakyReluGain(double slope) {
        return Math.sqrt(2 / (1 + slope * slope));
    }

    private static double fan(Fan fan, Shape shape) {
        if (shape.rank() < 2 || shape.size() == 0) {
            throw new ShapeException("init: a weight (out, in, ...) of rank 2 or more, none of it 0, is needed, got " + shape
                    + "; make vectors by zeros, ones or bias");
        }
        return switch (fan) {
            case IN -> (double) shape.size() / shape.dim(0);
            case OUT -> (double) shape.size() / shape.dim(1);
        };
    }
}
