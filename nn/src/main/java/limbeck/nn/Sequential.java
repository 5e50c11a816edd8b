package limbeck.nn;

import java.util.List;
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
        for (int i = 0; i < layers.size(); i++) {
            Module layer = layers.get(i);
            if (layer instanceof Conv2d conv && at(i + 1) instanceof BatchNorm2d norm) {
                boolean relu = isRelu(i + 2);
                y = relu ? ConvNorm.relu(conv, norm, y) : ConvNorm.apply(conv, norm, y);
                i += relu ? 2 : 1;
            } else if (layer instanceof BatchNorm2d norm && isRelu(i + 1)) {
                y = norm.relu(y);
                i++;
            } else if (layer instanceof Linear linear && isRelu(i + 1)) {
                y = linear.relu(y);
                i++;
            } else if (layer instanceof Conv2d conv && isRelu(i + 1)) {
                y = conv.relu(y);
                i++;
            } else {
                y = layer.apply(y);
            }
        }
        return y;
    }

    private Module at(int i) {
        return i < layers.size() ? layers.get(i) : null;
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
