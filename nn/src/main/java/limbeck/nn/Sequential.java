package limbeck.nn;

import java.util.List;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;

/**
 * Modules one after the other, named by their numbers: {@code 0}, {@code 1}, ...
 *
 * {@snippet :
 * Module net = Sequential.of(new Flatten(), Linear.of(784, 300, a), new Relu(), Linear.of(300, 10, b));
 * net.parameters().keySet();   // 1.weight, 1.bias, 3.weight, 3.bias
 * }
 *
 * @param layers in the order in which they run
 */
public record Sequential(List<Module> layers) implements Module {
    /** Copies the list. */
    public Sequential {
        layers = List.copyOf(layers);
    }

    /**
     * Modules one after the other.
     *
     * @param layers in the order in which they run
     * @return the module
     */
    public static Sequential of(Module... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Variable forward(Variable x) {
        Variable y = x;
        int count;
        for (int i = 0; i < layers.size(); i += count) {
            count = together(i);
            int from = i;
            int several = count;
            Variable in = y;
            y = Relay.step(x, in, () -> run(from, several, in));
        }
        return y;
    }

    /** How many layers run as one, from a place on. */
    private int together(int i) {
        Module layer = layers.get(i);
        if (layer instanceof Conv2d && at(i + 1) instanceof BatchNorm2d) {
            return isRelu(i + 2) ? 3 : 2;
        }
        if (layer instanceof Conv2d && isRelu(i + 1) && isPooledFirst(i + 2)) {
            return 3;
        }
        boolean takesRelu = layer instanceof Conv2d || layer instanceof Linear || layer instanceof BatchNorm2d;
        return takesRelu && isRelu(i + 1) ? 2 : 1;
    }

    /** Runs them. */
    private Variable run(int i, int count, Variable x) {
        return switch (layers.get(i)) {
            case Conv2d conv when at(i + 1) instanceof BatchNorm2d norm ->
                count == 3 ? ConvNorm.relu(conv, norm, x) : ConvNorm.apply(conv, norm, x);
            case Conv2d conv when count == 2 -> conv.relu(x);
            case Conv2d conv when count == 3 -> at(i + 2).apply(conv.apply(x)).relu();
            case BatchNorm2d norm when count == 2 -> norm.relu(x);
            case Linear linear when count == 2 -> linear.relu(x);
            case Module layer -> layer.apply(x);
        };
    }

    private Module at(int i) {
        return i < layers.size() ? layers.get(i) : null;
    }

    /**
     * Whether a max pool behind a ReLU is computed before it. They commute, and so do their gradients: the ReLU's then goes over the few
     * elements that have been picked. Without gradients the ReLU goes with the convolution.
     */
    private boolean isPooledFirst(int i) {
        return at(i) instanceof MaxPool2d pool && pool.stride() > 1 && Tape.isRecording() && !Calls.watches(pool);
    }

    /** Whether a ReLU comes at a place that need not be seen by itself. */
    private boolean isRelu(int i) {
        return at(i) instanceof Relu relu && !Calls.watches(relu);
    }

    @Override
    public Parts parts() {
        Parts parts = Parts.none();
        for (int i = 0; i < layers.size(); i++) {
            parts = parts.with(Integer.toString(i), layers.get(i));
        }
        return parts;
    }
}
