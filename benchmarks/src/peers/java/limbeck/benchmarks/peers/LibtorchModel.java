package limbeck.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import limbeck.nn.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One of our models in libtorch, with a copy of its weights. The forward is written with functions and takes parameters and
 * buffers in the order in which ours lists them; in place what PyTorch's own models do in place.
 */
final class LibtorchModel {
    private final String name;
    private final String layout;
    private final List<Tensor> parameters = new ArrayList<>();
    private final List<Tensor> buffers = new ArrayList<>();
    private int parameter;
    private int buffer;
    private boolean training;

    /**
     * Copies a model.
     *
     * @param name such as {@code mlp-1200-1200}, {@code lenet} or {@code resnet20}
     * @param ours the same model
     * @param layout of the weights of convolutions
     */
    LibtorchModel(String name, Module ours, String layout) {
        this.name = name;
        this.layout = layout;
        ours.parameters().values().forEach(p -> parameters.add(Libtorch.of(p.tensor(), layout)));
        ours.buffers().values().forEach(b -> buffers.add(Libtorch.of(b.tensor())));
    }

    /** From now on gradients are wanted. */
    TensorVector trainable() {
        parameters.forEach(p -> p.set_requires_grad(true));
        return new TensorVector(parameters.toArray(new Tensor[0]));
    }

    /** One of the parameters. */
    Tensor parameter(int index) {
        return parameters.get(index);
    }

    /** A batch in the layout of the model. */
    Tensor images(limbeck.tensor.Tensor ours) {
        return Libtorch.of(ours, layout);
    }

    /** Logits. */
    Tensor forward(Tensor x, boolean train) {
        parameter = 0;
        buffer = 0;
        training = train;
        Tensor logits = name.startsWith("resnet") ? resnet(x) : name.equals("lenet") ? lenet(x) : mlp(x);
        if (parameter != parameters.size() || buffer != buffers.size()) {
            throw new IllegalStateException(name + ": the forward in libtorch used " + parameter + " of " + parameters.size() + " parameters");
        }
        return logits;
    }

    private Tensor mlp(Tensor x) {
        Tensor y = x.flatten(1, -1);
        while (parameter < parameters.size() - 2) {
            y = linear(y).relu_();
        }
        return linear(y);
    }

    private Tensor lenet(Tensor x) {
        Tensor y = convolution(x, true, 1, 0).relu_();
        y = torch.max_pool2d(convolution(y, true, 1, 0).relu_(), 2, 2);
        return linear(linear(y.flatten(1, -1)).relu_());
    }

    private Tensor resnet(Tensor x) {
        int blocks = (Integer.parseInt(name.substring("resnet".length())) - 2) / 6;
        Tensor y = norm(convolution(x, false, 1, 1)).relu_();
        for (int i = 0; i < 3 * blocks; i++) {
            boolean halves = i > 0 && i % blocks == 0;
            Tensor inner = norm(convolution(y, false, halves ? 2 : 1, 1)).relu_();
            inner = norm(convolution(inner, false, 1, 1));
            Tensor shortcut = halves ? norm(convolution(y, false, 2, 0)) : y;
            y = inner.add_(shortcut).relu_();
        }
        return linear(y.mean(2, 3));
    }

    private Tensor linear(Tensor x) {
        Tensor weight = parameters.get(parameter++);
        return torch.linear(x, weight, new TensorOptional(parameters.get(parameter++)));
    }

    private Tensor convolution(Tensor x, boolean biased, long stride, long padding) {
        Tensor weight = parameters.get(parameter++);
        var bias = biased ? new TensorOptional(parameters.get(parameter++)) : new TensorOptional();
        return torch.conv2d(x, weight, bias, new long[] {stride, stride}, new long[] {padding, padding}, new long[] {1, 1}, 1);
    }

    private Tensor norm(Tensor x) {
        var weight = new TensorOptional(parameters.get(parameter++));
        var bias = new TensorOptional(parameters.get(parameter++));
        var mean = new TensorOptional(buffers.get(buffer++));
        var variance = new TensorOptional(buffers.get(buffer++));
        return torch.batch_norm(x, weight, bias, mean, variance, training, 0.1, 1e-5, false);
    }
}
