package limbeck.tensor.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/** What the ops with a number for each channel share: axis 1 of the first operand is the channels'. */
final class Channels {
    private Channels() {
    }

    /** The number of channels; an error where there is no axis for them. */
    static int count(Op op, Shape x) {
        if (x.rank() < 2) {
            throw new ShapeException(op.name() + ": the input must be (N, C, ...), got " + x);
        }
        return x.dim(1);
    }

    /** Checks that operands {@code from} to {@code to - 1} have one number for each channel. */
    static void vectors(Op op, List<Shape> in, int from, int to) {
        Shape wanted = Shape.of(count(op, in.getFirst()));
        for (int i = from; i < to; i++) {
            require(op, in.get(i), wanted, in.getFirst());
        }
    }

    /** Checks an operand against what fits the first one. */
    static void require(Op op, Shape given, Shape wanted, Shape x) {
        if (!given.equals(wanted)) {
            throw new ShapeException(op.name() + ": an operand is " + given + " where " + wanted + " fits the input " + x);
        }
    }

    /** Checks a bias against the weight that it is added behind, whose first axis is the results'. */
    static void requireBias(Op op, Shape bias, Shape weight) {
        Shape wanted = Shape.of(weight.dim(0));
        if (!bias.equals(wanted)) {
            throw new ShapeException(op.name() + ": the bias is " + bias + " where " + wanted + " fits the weight " + weight);
        }
    }

    /** All axes but the channels'. */
    static List<Integer> others(Shape x) {
        return IntStream.range(0, x.rank()).filter(axis -> axis != 1).boxed().toList();
    }

    /** A vector of channels, shaped so that it broadcasts over x. */
    static <T extends TensorOps<T>> T along(T vector, Shape x) {
        int[] dims = new int[x.rank()];
        Arrays.fill(dims, 1);
        dims[1] = -1;
        return vector.reshape(dims);
    }
}
