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
import limbeck.tensor.op.BatchNormGate;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.LogSoftmaxInput;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.SoftDivergence;
import limbeck.tensor.op.Softmax;
import limbeck.tensor.op.SoftmaxInput;
import limbeck.tensor.op.SquareSum;

/** The rows of fused ops. The reference computes them as what they are composed of. */
final class FusedRows {
    private static final double EPSILON = 1e-5;
    // Numbers with mean 0 and variance 1, times weights: some ten roundoffs of each of three factors, near 0 by cancellation.
    private static final Tolerance ROW = new Tolerance.Relative(64, 1);

    // x times a number from 0 to 1 that is exact to a few roundoffs of 1.
    private static final Tolerance GATE = new Tolerance.Relative(8, 1);

    private FusedRows() {
    }

    static List<Row> rows() {
        var moments = new ArrayList<Case>();
        var affine = new ArrayList<Case>();
        var norm = new ArrayList<Case>();
        var sums = new ArrayList<Case>();
        var input = new ArrayList<Case>();
        var gate = new ArrayList<Case>();
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
            if (x.shape().rank() == 4) {
                gate.add(new Case(gate(), List.of(x, channels, channels, other, x), sum, true));
            }
        }
        // The shift by the maximum leaves |x| + |max| roundoffs in the exponent, here at most some ten.
        var exponent = new Tolerance.Relative(64, 0);
        var logarithm = new Tolerance.Relative(16, 8);
        return List.of(new Row("softmax", true, alongAxes(Softmax::new, exponent, 1)),
                new Row("logSoftmax", true, alongAxes(LogSoftmax::new, logarithm, 1)),
                new Row("softmaxInput", true, alongAxes(SoftmaxInput::new, null, 2)),
                new Row("logSoftmaxInput", true, alongAxes(LogSoftmaxInput::new, null, 2)),
                new Row("gelu", true, gelu()), new Row("geluInput", true, geluInput()),
                new Row("layerNorm", true, layerNorm()), new Row("layerNormGradients", true, layerNormGradients()),
                new Row("conv2dAffine", true, convolutions(true)), new Row("conv2dBias", true, convolutions(false)),
                new Row("conv2dMoments", true, convolvedMoments()),
                new Row("linear", true, linear()), new Row("dropout", true, dropout()),
                new Row("squareSum", true, squareSums()), new Row("softDivergence", true, divergences()),
                new Row("crossEntropy", true, crossEntropies()),
                new Row("channelMoments", true, moments), new Row("channelAffine", true, affine), new Row("batchNorm", true, norm),
                new Row("batchNormSums", true, sums), new Row("batchNormGate", true, gate), new Row("batchNormInput", true, input));
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

    private static List<Case> divergences() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
            cases.add(divergence(1, Input.of(3, size), Input.of(3, size)));
        }
        for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED, Placement.INNER)) {
            cases.add(divergence(4, Input.of(17, 33).as(placement), Input.of(17, 33)));
        }
        cases.add(divergence(0.5, Input.of(0, 5), Input.of(0, 5)));
        // Many rows: several pieces for the threads.
        cases.add(divergence(20, Input.of(1031, 10), Input.of(1031, 10)));
        return cases;
    }

    private static Case divergence(double temperature, Input student, Input teacher) {
        return Case.of(new SoftDivergence(temperature), new Tolerance.Relative(64, temperature * temperature * student.shape().dim(1)), student,
                teacher);
    }

    private static List<Case> crossEntropies() {
        var cases = new ArrayList<Case>();
        for (double smoothing : new double[] {0, 0.1}) {
            for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
                cases.add(crossEntropy(smoothing, Input.of(3, size), Placement.CONTIGUOUS));
            }
            for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED,
                    Placement.INNER)) {
                cases.add(crossEntropy(smoothing, Input.of(17, 33).as(placement), Placement.CONTIGUOUS));
                cases.add(crossEntropy(smoothing, Input.of(17, 33), placement));
            }
            cases.add(crossEntropy(smoothing, Input.of(0, 5), Placement.CONTIGUOUS));
            // Many rows: several pieces for the threads.
            cases.add(crossEntropy(smoothing, Input.of(1031, 10), Placement.CONTIGUOUS));
            cases.add(crossEntropy(smoothing, Input.of(3, 40).of(DType.BF16), Placement.CONTIGUOUS).rough());
            cases.add(crossEntropy(smoothing, Input.of(7, 20).from(Domain.SPECIAL), Placement.CONTIGUOUS).rough());
        }
        cases.add(crossEntropy(0, Input.of(9, 17).from(Domain.WIDE), Placement.CONTIGUOUS).rough());
        return cases;
    }

    private static Case crossEntropy(double smoothing, Input logits, Placement labels) {
        int classes = logits.shape().dim(1);
        // As many summands as classes, of which each rounds like the largest.
        return Case.of(new CrossEntropy(smoothing), new Tolerance.Relative(64, 1), logits,
                Input.of(logits.shape().dim(0)).of(DType.I32).from(Domain.index(classes)).as(labels));
    }

    private static List<Case> gelu() {
        return elementwise(x -> List.of(Case.of(new Gelu(false), GATE, x), Case.of(new Gelu(true), GATE, x)));
    }

    private static List<Case> geluInput() {
        // Beside a gradient in another order than x.
        return elementwise(x -> List.of(Case.of(new GeluInput(false), GATE, x, Input.of(x.shape().dims()).of(x.type())),
                Case.of(new GeluInput(true), GATE, x, Input.of(x.shape().dims()).of(x.type()))));
    }

    private static List<Case> elementwise(OfInput cases) {
        var all = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            all.addAll(cases.of(Input.of(size)));
        }
        all.addAll(cases.of(Input.of()));
        for (Placement placement : Placement.values()) {
            all.addAll(cases.of(Input.of(2, 5, 3, 7).as(placement)));
        }
        // Several pieces for the threads.
        all.addAll(cases.of(Input.of(33, 1031)));
        cases.of(Input.of(100).of(DType.BF16)).forEach(c -> all.add(c.rough()));
        cases.of(Input.of(40).from(Domain.SPECIAL)).forEach(c -> all.add(c.rough()));
        return all;
    }

    /** Cases of one input. */
    private interface OfInput {
        List<Case> of(Input x);
    }

    private static List<Case> layerNorm() {
        return normalized((x, weight) -> Case.of(new LayerNorm(EPSILON), ROW, x, weight, weight));
    }

    private static List<Case> layerNormGradients() {
        // As many summands as there are rows.
        return normalized((x, weight) -> Case.of(new LayerNormGradients(EPSILON),
                new Tolerance.Relative(64, 1 + Math.sqrt((double) x.shape().size() / Math.max(1, weight.shape().size()))), x, weight,
                Input.of(x.shape().dims()).of(x.type()).as(x.placement())));
    }

    /** Rows of few and of many numbers, fewer than are computed at once and more, and layouts that have no kernel. */
    private static List<Case> normalized(OfRows of) {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(2, OpTable.SIZES.size())) {
            cases.add(of.of(Input.of(3, size), Input.of(size)));
            cases.add(of.of(Input.of(9, size), Input.of(size)));
        }
        for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED, Placement.INNER)) {
            cases.add(of.of(Input.of(17, 33).as(placement), Input.of(33).as(placement)));
        }
        cases.add(of.of(Input.of(1, 3), Input.of(3)));
        cases.add(of.of(Input.of(5), Input.of(5)));
        cases.add(of.of(Input.of(0, 5), Input.of(5)));
        cases.add(of.of(Input.of(2, 3, 4, 5), Input.of(4, 5)));
        cases.add(of.of(Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST), Input.of(3, 7)));
        // Several pieces of rows, each with sums of its own.
        cases.add(of.of(Input.of(131, 700), Input.of(700)));
        cases.add(of.of(Input.of(4101, 10), Input.of(10)));
        cases.add(of.of(Input.of(3, 40).of(DType.BF16), Input.of(40).of(DType.BF16)).rough());
        return cases;
    }

    /** A case of rows and of a weight for each place in them. */
    private interface OfRows {
        Case of(Input x, Input weight);
    }

    /** A case for each form of the kernels: packed, direct, Winograd, depthwise, groups. */
    private static List<Case> convolutions(boolean affine) {
        var cases = new ArrayList<Case>();
        cases.add(convolution(affine, ConvSpec.DEFAULT, Shape.of(1, 2, 3, 3), Shape.of(3, 2, 2, 2), false));
        cases.add(convolution(affine, ConvSpec.DEFAULT.padding(1), Shape.of(2, 3, 5, 7), Shape.of(16, 3, 3, 3), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT.stride(2).padding(1), Shape.of(3, 16, 9, 7), Shape.of(33, 16, 3, 3), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT, Shape.of(2, 17, 6, 5), Shape.of(5, 17, 1, 1), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT.padding(1), Shape.of(2, 16, 9, 11), Shape.of(16, 16, 3, 3), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT.padding(1), Shape.of(3, 32, 15, 14), Shape.of(48, 32, 3, 3), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT.padding(1).groups(8), Shape.of(2, 8, 7, 6), Shape.of(8, 1, 3, 3), true));
        cases.add(convolution(affine, ConvSpec.DEFAULT.groups(2), Shape.of(2, 6, 7, 6), Shape.of(10, 3, 3, 3), false));
        // Few pixels of many channels: the product is cut into columns.
        cases.add(convolution(affine, ConvSpec.DEFAULT, Shape.of(1, 7, 9, 8), Shape.of(600, 7, 1, 1), true));
        return cases;
    }

    /** With ReLU and, where there is a scale too, a residual; or with neither. */
    private static Case convolution(boolean affine, ConvSpec spec, Shape image, Shape weight, boolean relu) {
        var in = new ArrayList<>(List.of(Input.of(image.dims()).as(Placement.CHANNELS_LAST), Input.of(weight.dims())));
        in.addAll(Collections.nCopies(affine ? 2 : 1, Input.of(weight.dim(0))));
        Op op = affine ? new Conv2dAffine(spec, relu) : new Conv2dBias(spec, relu);
        if (affine && relu) {
            in.add(Input.of(spec.output("conv2d", image, weight).dims()));
        }
        // As many products as a kernel has weights, each some units large.
        return Case.of(op, new Tolerance.Relative(64, Math.sqrt(weight.size() / weight.dim(0))), in.toArray(Input[]::new));
    }

    private static List<Case> convolvedMoments() {
        var cases = new ArrayList<Case>();
        cases.add(convolvedMoments(ConvSpec.DEFAULT, Shape.of(2, 2, 3, 3), Shape.of(3, 2, 2, 2)));
        cases.add(convolvedMoments(ConvSpec.DEFAULT.padding(1), Shape.of(2, 3, 5, 7), Shape.of(16, 3, 3, 3)));
        cases.add(convolvedMoments(ConvSpec.DEFAULT.padding(1), Shape.of(3, 32, 15, 14), Shape.of(48, 32, 3, 3)));
        cases.add(convolvedMoments(ConvSpec.DEFAULT.padding(1).groups(8), Shape.of(2, 8, 7, 6), Shape.of(8, 1, 3, 3)));
        return cases;
    }

    private static Case convolvedMoments(ConvSpec spec, Shape image, Shape weight) {
        double kernel = (double) weight.size() / weight.dim(0);
        // A variance is a sum of squares.
        return Case.of(new Conv2dMoments(spec), new Tolerance.Relative(64, kernel), Input.of(image.dims()).as(Placement.CHANNELS_LAST),
                Input.of(weight.dims()));
    }

    private static List<Case> squareSums() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new SquareSum(), new Tolerance.Sum(size), Input.of(size)));
            cases.add(Case.of(new SquareSum(), new Tolerance.Sum(size + 6), Input.of(3), Input.of(size), Input.of(1, 3)));
        }
        for (Placement placement : Placement.values()) {
            cases.add(Case.of(new SquareSum(), new Tolerance.Sum(240), Input.of(2, 5, 3, 7).as(placement), Input.of(30)));
        }
        cases.add(Case.of(new SquareSum(), new Tolerance.Sum(80_000), Input.of(33, 1031), Input.of(17), Input.of(45_000)).rough());
        cases.add(Case.of(new SquareSum(), new Tolerance.Sum(40), Input.of(40).from(Domain.SOME_NAN)).rough());
        return cases;
    }

    private static List<Case> dropout() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new Dropout(0.3, Key.of(size)), Tolerance.FEW_UNITS, Input.of(size)));
        }
        for (Placement placement : Placement.values()) {
            cases.add(Case.of(new Dropout(0.8, Key.of(-1)), Tolerance.FEW_UNITS, Input.of(2, 5, 3, 7).as(placement)));
        }
        cases.add(Case.of(new Dropout(0.5, Key.of(9)), Tolerance.FEW_UNITS, Input.of(33, 1031)));
        cases.add(Case.of(new Dropout(1, Key.of(9)), Tolerance.FEW_UNITS, Input.of(65)));
        cases.add(Case.of(new Dropout(0.5, Key.of(9)), Tolerance.FEW_UNITS, Input.of(100).of(DType.BF16)).rough());
        cases.add(Case.of(new Dropout(0.5, Key.of(9)), Tolerance.FEW_UNITS, Input.of(40).from(Domain.SPECIAL)).rough());
        return cases;
    }

    /** A case for each way in which the product is cut, and each edge of its tiles. */
    private static List<Case> linear() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
            cases.add(linear(size % 2 == 0, Input.of(3, size), 5));
            cases.add(linear(size % 2 == 1, Input.of(size, 7), 3));
            cases.add(linear(true, Input.of(2, 9), size));
            cases.add(linear(false, Input.of(1, 17), size));
            cases.add(linear(true, Input.of(size, 17), 1));
        }
        for (boolean relu : new boolean[] {false, true}) {
            cases.add(linear(relu, Input.of(0, 3), 4));
            cases.add(linear(relu, Input.of(130, 70), 600));
            cases.add(linear(relu, Input.of(300, 70), 65));
            cases.add(linear(relu, Input.of(31, 3100), 33));
            for (Placement placement : List.of(Placement.TRANSPOSED, Placement.STEPPED, Placement.FLIPPED, Placement.EXPANDED, Placement.INNER)) {
                cases.add(linear(relu, Input.of(19, 33).as(placement), 17));
            }
            cases.add(linear(relu, Input.of(17, 9).of(DType.BF16), 5).rough());
        }
        cases.add(linear(true, Input.of(5, 21).from(Domain.SOME_NAN), 18).rough());
        return cases;
    }

    private static Case linear(boolean relu, Input x, int width) {
        int inner = x.shape().dim(1);
        // The operands of one placement: weights as a transposed view, a bias with gaps.
        Placement vector = x.placement() == Placement.CONTIGUOUS ? Placement.CONTIGUOUS : Placement.STEPPED;
        Case c = Case.of(new Linear(relu), new Tolerance.Sum(inner + 1), x, Input.of(width, inner).of(x.type()).as(x.placement()),
                Input.of(width).of(x.type()).as(vector));
        return x.shape().size() * width > 100_000 ? c.rough() : c;
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

    private static Function gate() {
        var op = new BatchNormGate(EPSILON);
        return new Through(op, new Function() {
            @Override
            public <T extends TensorOps<T>> T apply(List<T> in) {
                return in.getFirst().apply(op, List.of(in.get(1), in.get(2), moments(in.getFirst()), in.get(4), in.get(3)));
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
