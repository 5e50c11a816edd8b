package limbeck.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Function;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.OpTable.Through;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.LogSoftmaxInput;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Softmax;
import limbeck.tensor.op.SoftmaxInput;

/** The rows of fused ops. The reference computes them as what they are composed of. */
final class FusedRows {
    private static final double EPSILON = 1e-5;
    // Numbers with mean 0 and variance 1, times weights: some ten roundoffs of each of three factors, near 0 by cancellation.
    private static final Tolerance ROW = new Tolerance.Relative(64, 1);

    private FusedRows() {
    }

    static List<Row> rows() {
        var moments = new ArrayList<Case>();
        var affine = new ArrayList<Case>();
        var norm = new ArrayList<Case>();
        var sums = new ArrayList<Case>();
        var input = new ArrayList<Case>();
        for (Input x : images()) {
            Input channels = Input.of(x.shape().dim(1));
            moments.add(Case.of(new ChannelMoments(), ROW, x));
            // Row-major beside images that lie otherwise: an operand in another order than the input.
            Input other = Input.of(x.shape().dims());
            // As many summands as a channel has numbers.
            var sum = new Tolerance.Relative(32, (double) x.shape().size() / x.shape().dim(1));
            for (boolean relu : new boolean[] {false, true}) {
                affine.add(Case.of(new ChannelAffine(relu), ROW, x, channels, channels));
                affine.add(Case.of(new ChannelAffine(relu), ROW, x, channels, channels, other));
                norm.add(new Case(norm(relu), List.of(x, channels, channels), ROW, true));
                norm.add(new Case(norm(relu), List.of(x, channels, channels, other), ROW, true));
                sums.add(new Case(sums(relu), List.of(x, channels, channels, other), sum, true));
                input.add(new Case(input(relu), List.of(x, channels, channels, other), ROW, true));
            }
        }
        // The shift by the maximum leaves |x| + |max| roundoffs in the exponent, here at most some ten.
        var exponent = new Tolerance.Relative(64, 0);
        var logarithm = new Tolerance.Relative(16, 8);
        return List.of(new Row("softmax", true, alongAxes(Softmax::new, exponent, 1)),
                new Row("logSoftmax", true, alongAxes(LogSoftmax::new, logarithm, 1)),
                new Row("softmaxInput", true, alongAxes(SoftmaxInput::new, null, 2)),
                new Row("logSoftmaxInput", true, alongAxes(LogSoftmaxInput::new, null, 2)),
                new Row("conv2dAffine", true, convolutions()),
                new Row("channelMoments", true, moments), new Row("channelAffine", true, affine), new Row("batchNorm", true, norm),
                new Row("batchNormSums", true, sums), new Row("batchNormInput", true, input));
    }

    private static List<Case> alongAxes(IntFunction<Op> op, Tolerance tolerance, int operands) {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
            cases.add(along(op.apply(1), tolerance, operands, Input.of(3, size)));
        }
        for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED, Placement.INNER)) {
            cases.add(along(op.apply(1), tolerance, operands, Input.of(17, 33).as(placement)));
        }
        cases.add(along(op.apply(0), tolerance, operands, Input.of(7, 5)));
        cases.add(along(op.apply(1), tolerance, operands, Input.of(0, 5)));
        cases.add(along(op.apply(3), tolerance, operands, Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)));
        cases.add(along(op.apply(1), tolerance, operands, Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)));
        // Many rows: several pieces for the threads.
        cases.add(along(op.apply(1), tolerance, operands, Input.of(1031, 10)));
        cases.add(along(op.apply(0), tolerance, operands, Input.of(40).from(Domain.SPECIAL)).rough());
        return cases;
    }

    private static Case along(Op op, Tolerance tolerance, int operands, Input x) {
        // Without one of its own a sum over an axis, with a roundoff for each term.
        int longest = IntStream.of(x.shape().dims()).max().orElseThrow();
        return Case.of(op, tolerance == null ? new Tolerance.Relative(32, longest) : tolerance, Collections.nCopies(operands, x).toArray(Input[]::new));
    }

    /** A case for each form of the kernels: packed, direct, Winograd, depthwise, groups. */
    private static List<Case> convolutions() {
        var cases = new ArrayList<Case>();
        cases.add(convolution(ConvSpec.DEFAULT, Shape.of(1, 2, 3, 3), Shape.of(3, 2, 2, 2), false));
        cases.add(convolution(ConvSpec.DEFAULT.padding(1), Shape.of(2, 3, 5, 7), Shape.of(16, 3, 3, 3), true));
        cases.add(convolution(ConvSpec.DEFAULT.stride(2).padding(1), Shape.of(3, 16, 9, 7), Shape.of(33, 16, 3, 3), true));
        cases.add(convolution(ConvSpec.DEFAULT, Shape.of(2, 17, 6, 5), Shape.of(5, 17, 1, 1), true));
        cases.add(convolution(ConvSpec.DEFAULT.padding(1), Shape.of(2, 16, 9, 11), Shape.of(16, 16, 3, 3), true));
        cases.add(convolution(ConvSpec.DEFAULT.padding(1), Shape.of(3, 32, 15, 14), Shape.of(48, 32, 3, 3), true));
        cases.add(convolution(ConvSpec.DEFAULT.padding(1).groups(8), Shape.of(2, 8, 7, 6), Shape.of(8, 1, 3, 3), true));
        cases.add(convolution(ConvSpec.DEFAULT.groups(2), Shape.of(2, 6, 7, 6), Shape.of(10, 3, 3, 3), false));
        return cases;
    }

    private static Case convolution(ConvSpec spec, Shape image, Shape weight, boolean residual) {
        var op = new Conv2dAffine(spec, residual);
        Input channels = Input.of(weight.dim(0));
        var in = new ArrayList<>(List.of(Input.of(image.dims()).as(Placement.CHANNELS_LAST), Input.of(weight.dims()), channels, channels));
        if (residual) {
            in.add(Input.of(spec.output("conv2d", image, weight).dims()));
        }
        // As many products as a kernel has weights, each some units large.
        return Case.of(op, new Tolerance.Relative(64, Math.sqrt(weight.size() / weight.dim(0))), in.toArray(Input[]::new));
    }

    /** Channels and pixels around the steps of vector loops, and layouts that have no kernel. */
    private static List<Input> images() {
        var images = new ArrayList<Input>();
        for (Shape shape : List.of(Shape.of(2, 2, 1, 2), Shape.of(3, 1, 5, 7), Shape.of(2, 16, 5, 5), Shape.of(3, 17, 3, 4),
                Shape.of(2, 64, 9, 7), Shape.of(5, 100, 3, 11), Shape.of(2, 3, 127, 31), Shape.of(3, 32, 41, 31))) {
            images.add(Input.of(shape.dims()).as(Placement.CHANNELS_LAST));
        }
        images.addAll(List.of(Input.of(33, 7), Input.of(130, 10), Input.of(2, 3, 4, 5), Input.of(3, 5, 4),
                Input.of(3, 16, 4, 5).as(Placement.INNER), Input.of(2, 5, 3, 3).as(Placement.FLIPPED)));
        return images;
    }

    private static Function norm(boolean relu) {
        var op = new BatchNorm(EPSILON, relu);
        return new Through(op, new Function() {
            @Override
            public <T extends TensorOps<T>> T apply(List<T> in) {
                var rest = new ArrayList<>(in.subList(1, 3));
                rest.add(moments(in.getFirst()));
                rest.addAll(in.subList(3, in.size()));
                return in.getFirst().apply(op, rest);
            }
        });
    }

    private static Function sums(boolean relu) {
        var op = new BatchNormSums(EPSILON, relu);
        return new Through(op, new Function() {
            @Override
            public <T extends TensorOps<T>> T apply(List<T> in) {
                return in.getFirst().apply(op, List.of(in.get(1), in.get(2), moments(in.getFirst()), in.get(3)));
            }
        });
    }

    private static Function input(boolean relu) {
        var op = new BatchNormInput(EPSILON, relu);
        return new Through(op, new Function() {
            @Override
            public <T extends TensorOps<T>> T apply(List<T> in) {
                T moments = moments(in.getFirst());
                T sums = in.getFirst().apply(new BatchNormSums(EPSILON, relu), List.of(in.get(1), in.get(2), moments, in.get(3)));
                return in.getFirst().apply(op, List.of(in.get(1), in.get(2), moments, in.get(3), sums));
            }
        });
    }

    private static <T extends TensorOps<T>> T moments(T x) {
        return x.detach().apply(new ChannelMoments(), List.of());
    }
}
