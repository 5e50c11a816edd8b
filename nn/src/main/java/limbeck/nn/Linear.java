package limbeck.nn;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * A fully connected layer: {@code y = x W^T + b}. Leading axes are rows: (..., in) becomes (..., out).
 *
 * {@snippet :
 * Variable logits = Linear.of(784, 10, Key.of(1)).apply(x);   // (128, 784) -> (128, 10)
 * }
 *
 * @param weight shape (out, in)
 * @param bias shape (out); null for none
 */
public record Linear(Parameter weight, Parameter bias) implements Module {
    /**
     * A layer with PyTorch's initial values ({@link Init#weight}, {@link Init#bias}).
     *
     * @param in features in
     * @param out features out
     * @param key where the randomness comes from
     * @return the layer
     */
    public static Linear of(int in, int out, Key key) {
        Shape shape = Shape.of(out, in);
        return new Linear(Parameter.of(Init.weight(key.split("weight"), shape)), Parameter.of(Init.bias(key.split("bias"), shape)));
    }

    /**
     * A layer without bias.
     *
     * @param in features in
     * @param out features out
     * @param key where the randomness comes from
     * @return the layer
     */
    public static Linear withoutBias(int in, int out, Key key) {
        return new Linear(Parameter.of(Init.weight(key.split("weight"), Shape.of(out, in))), null);
    }

    @Override
    public Variable forward(Variable x) {
        return forward(x, false);
    }

    /**
     * {@code relu(linear(x))} in one go, as far as nobody watches this layer.
     *
     * @param x shape (..., in)
     * @return shape (..., out)
     */
    public Variable relu(Variable x) {
        return Calls.fused(this, x, in -> forward(in, true), Variable::relu);
    }

    private Variable forward(Variable x, boolean relu) {
        Shape shape = x.shape();
        int in = weight.shape().dim(1);
        if (shape.rank() < 2 || shape.dim(-1) != in) {
            boolean image = shape.rank() > 2 && shape.dim(0) > 0 && shape.size() / shape.dim(0) == in;
            throw ShapeException.of("linear", "the input does not fit the weight", List.of(shape, weight.shape()),
                    "the input must be (..., " + in + ") with at least 2 axes", image ? "flatten it to (N, " + in + ") first" : "");
        }
        Variable rows = shape.rank() == 2 ? x : x.reshape((int) (shape.size() / in), in);
        Variable y;
        if (bias == null) {
            Variable product = rows.matmulTransposed(weight);
            y = relu ? product.relu() : product;
        } else {
            y = rows.apply(new limbeck.tensor.op.Linear(relu), List.of(weight, bias));
        }
        return shape.rank() == 2 ? y : y.reshape(shape.with(-1, weight.shape().dim(0)));
    }

    @Override
    public long multiplyAdds(Shape input, Shape output) {
        return output.size() * weight.shape().dim(1);
    }
}
