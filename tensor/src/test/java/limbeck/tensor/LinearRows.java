package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Applied;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.MaxPool2d;
import limbeck.tensor.op.MaxPool2dPick;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.Window;

/** The rows of products, convolutions and pooling. */
final class LinearRows {
    /** Work, in multiplications, beyond which gradients are left to the smaller cases. */
    private static final long HEAVY = 3_000_000;

    private LinearRows() {
    }

    static List<Row> rows() {
        return List.of(matmul(), conv2d(), conv2dInput(), conv2dInputAdd(), conv2dWeight(), maxPool2d(), maxPool2dPick(), maxPool2dScatter(),
                avgPool2d(), avgPool2dInput());
    }

    private static Row matmul() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(product(Input.of(3, size), Input.of(size, 5)));
            cases.add(product(Input.of(size, 7), Input.of(7, 3)));
            cases.add(product(Input.of(2, 9), Input.of(9, size)));
        }
        int[][] sizes = {{1, 1, 1}, {8, 8, 8}, {15, 16, 17}, {17, 31, 33}, {33, 63, 65}, {65, 127, 31}, {1, 65, 33}, {127, 1, 3}, {0, 3, 4},
            {3, 0, 4}, {3, 4, 0}, {129, 257, 130}};
        for (int[] s : sizes) {
            for (boolean left : new boolean[] {false, true}) {
                for (boolean right : new boolean[] {false, true}) {
                    cases.add(product(new MatMul(left, right), left ? Input.of(s[1], s[0]) : Input.of(s[0], s[1]),
                            right ? Input.of(s[2], s[1]) : Input.of(s[1], s[2])));
                }
            }
        }
        cases.add(product(Input.of(193, 301), Input.of(301, 257)));
        for (Placement left : Placement.values()) {
            for (Placement right : Placement.values()) {
                if (left != Placement.CHANNELS_LAST && right != Placement.CHANNELS_LAST) {
                    cases.add(product(new MatMul(true, false), Input.of(19, 17).as(left), Input.of(19, 33).as(right)));
                }
            }
            cases.add(product(Input.of(2, 3, 5, 7).as(left), Input.of(2, 3, 7, 4).as(left)));
            cases.add(product(new MatMul(false, true), Input.of(2, 3, 5, 7).as(left), Input.of(4, 7)));
        }
        cases.add(product(Input.of(4, 3, 5), Input.of(4, 5, 2)));
        cases.add(product(Input.of(4, 3, 5), Input.of(5, 2)));
        cases.add(product(Input.of(3, 5), Input.of(4, 5, 2)));
        cases.add(product(new MatMul(true, true), Input.of(5, 3), Input.of(4, 2, 5)));
        cases.add(product(Input.of(2, 1, 3, 5), Input.of(1, 4, 5, 2)));
        cases.add(product(Input.of(1, 3, 5), Input.of(4, 5, 2)));
        cases.add(product(Input.of(0, 3, 5), Input.of(5, 2)));
        cases.add(product(Input.of(2, 1, 2, 3, 5), Input.of(2, 1, 5, 4)));
        cases.add(product(Input.of(33, 17, 16), Input.of(33, 16, 17)));
        for (DType type : List.of(DType.BF16, DType.F16)) {
            cases.add(product(Input.of(17, 65).of(type), Input.of(65, 31).of(type)).rough());
            cases.add(product(new MatMul(true, true), Input.of(65, 17).of(type), Input.of(3, 31, 65).of(type)).rough());
        }
        cases.add(Case.of(new MatMul(false, false), new Tolerance.Sum(21), Input.of(5, 21).from(Domain.SOME_NAN),
                Input.of(21, 3)).rough());
        return new Row("matmul", true, cases);
    }

    private static Case product(Input left, Input right) {
        return product(new MatMul(false, false), left, right);
    }

    private static Case product(MatMul op, Input left, Input right) {
        int inner = left.shape().dim(op.transposeLeft() ? -2 : -1);
        Case c = Case.of(op, new Tolerance.Sum(inner), left, right);
        return inner * op.infer(List.of(left.shape(), right.shape())).size() > HEAVY ? c.rough() : c;
    }

    private record Geometry(ConvSpec spec, Shape image, Shape weight) {
        Shape output() {
            return spec.output("conv2d", image, weight);
        }

        long terms() {
            return (long) weight.dim(1) * weight.dim(2) * weight.dim(3);
        }

        boolean heavy() {
            return terms() * output().size() > HEAVY;
        }
    }

    private static List<Geometry> geometries() {
        ConvSpec plain = ConvSpec.DEFAULT;
        return List.of(
                conv(plain, 1, 1, 1, 1, 1, 1, 1, 1),
                conv(plain, 2, 3, 5, 7, 4, 3, 1, 1),
                conv(plain, 2, 3, 5, 7, 4, 3, 3, 3),
                conv(plain.padding(1), 2, 3, 5, 7, 17, 3, 3, 3),
                conv(plain.padding(1), 3, 33, 8, 8, 31, 33, 3, 3),
                conv(plain.padding(1), 1, 16, 15, 17, 16, 16, 3, 3),
                conv(plain.padding(1).stride(2), 2, 5, 8, 9, 8, 5, 3, 3),
                conv(plain.stride(2), 2, 17, 7, 8, 9, 17, 1, 1),
                conv(plain.stride(3), 1, 2, 11, 10, 3, 2, 2, 2),
                conv(plain.padding(3).stride(2), 2, 3, 16, 15, 8, 3, 7, 7),
                conv(plain.padding(2).dilation(2), 2, 3, 9, 8, 4, 3, 3, 3),
                conv(plain.padding(4), 1, 2, 3, 3, 2, 2, 3, 3),
                conv(plain.padding(2), 2, 3, 6, 6, 5, 3, 5, 5),
                conv(plain.padding(1).groups(2), 2, 6, 5, 5, 4, 3, 3, 3),
                conv(plain.padding(1).groups(3).stride(2), 1, 6, 7, 7, 9, 2, 3, 3),
                conv(plain.padding(1).groups(17), 2, 17, 7, 9, 17, 1, 3, 3),
                conv(plain.padding(1).groups(33).stride(2), 2, 33, 8, 7, 33, 1, 3, 3),
                conv(plain.padding(2).groups(8).dilation(2), 1, 8, 9, 9, 16, 1, 3, 3),
                conv(new ConvSpec(2, 1, 0, 2, 1, 3, 1), 2, 3, 9, 11, 5, 3, 2, 4),
                conv(new ConvSpec(1, 3, 1, 0, 2, 1, 2), 2, 4, 8, 10, 6, 2, 3, 1),
                conv(plain, 0, 3, 5, 5, 4, 3, 3, 3),
                conv(plain, 2, 3, 5, 5, 0, 3, 3, 3),
                conv(plain.stride(2), 2, 3, 5, 5, 0, 3, 3, 3),
                conv(plain, 2, 0, 5, 5, 4, 0, 3, 3),
                conv(plain.padding(1), 2, 3, 1, 1, 4, 3, 3, 3),
                conv(plain.padding(1), 4, 16, 32, 32, 16, 16, 3, 3),
                conv(plain.padding(1), 33, 2, 4, 4, 65, 2, 3, 3));
    }

    private static Geometry conv(ConvSpec spec, int... d) {
        return new Geometry(spec, Shape.of(d[0], d[1], d[2], d[3]), Shape.of(d[4], d[5], d[6], d[7]));
    }

    /** The three ops of a convolution differ only in what their operands and sums are. */
    private static List<Case> convolutions(Function<Geometry, Case> of) {
        var cases = new ArrayList<Case>();
        for (Geometry geometry : geometries()) {
            Case c = of.apply(geometry);
            c = geometry.heavy() ? c.rough() : c;
            Input first = c.inputs().getFirst();
            Input second = c.inputs().getLast();
            cases.add(c);
            cases.add(with(c, first.as(Placement.CHANNELS_LAST), second));
            cases.add(with(c, first.as(Placement.CHANNELS_LAST), second.as(Placement.CHANNELS_LAST)));
        }
        Case c = of.apply(conv(ConvSpec.DEFAULT.padding(1).stride(2), 2, 5, 8, 9, 8, 5, 3, 3));
        for (Placement placement : Placement.values()) {
            cases.add(with(c, c.inputs().getFirst().as(placement), c.inputs().getLast()));
            cases.add(with(c, c.inputs().getFirst(), c.inputs().getLast().as(placement)));
        }
        for (DType type : List.of(DType.BF16, DType.F16)) {
            cases.add(with(c, c.inputs().getFirst().of(type), c.inputs().getLast().of(type)).rough());
        }
        return cases.stream().distinct().toList();
    }

    private static Case with(Case c, Input first, Input second) {
        return new Case(c.function(), List.of(first, second), c.tolerance(), c.smooth());
    }

    private static Row conv2d() {
        return new Row("conv2d", true, convolutions(g -> Case.of(new Conv2d(g.spec()), new Tolerance.Sum(g.terms()),
                input(g.image()), input(g.weight()))));
    }

    private static Row conv2dInput() {
        return new Row("conv2dInput", true, convolutions(g -> Case.of(new Conv2dInput(g.spec(), g.image()),
                new Tolerance.Sum((long) g.weight().dim(0) * g.weight().dim(2) * g.weight().dim(3)),
                input(g.output()), input(g.weight()))));
    }

    /** A fused op, on the operands of the gradient that it adds to; the addend has its own order, not always the result's. */
    private static Row conv2dInputAdd() {
        return new Row("conv2dInputAdd", true, conv2dInput().cases().stream().map(LinearRows::withAddend).toList());
    }

    private static Case withAddend(Case c) {
        var op = (Conv2dInput) ((Applied) c.function()).op();
        Input gradient = c.inputs().getFirst();
        Input weight = c.inputs().getLast();
        long terms = ((Tolerance.Sum) c.tolerance()).terms() + 1;
        return new Case(new Applied(new Conv2dInputAdd(op.spec(), op.image())),
                List.of(gradient, weight, Input.of(op.image().dims()).of(gradient.type()).as(gradient.placement())), new Tolerance.Sum(terms),
                c.smooth());
    }

    private static Row conv2dWeight() {
        return new Row("conv2dWeight", true, convolutions(g -> Case.of(new Conv2dWeight(g.spec(), g.weight()),
                new Tolerance.Sum((long) g.output().dim(0) * g.output().dim(2) * g.output().dim(3)), input(g.image()), input(g.output()))));
    }

    private record Pool(Window height, Window width, Shape image) {
        Shape output() {
            return new MaxPool2d(height, width).infer(List.of(image));
        }

        long terms() {
            return (long) height.divisor(0, image.dim(2)) * width.divisor(0, image.dim(3)) + 1;
        }
    }

    private static List<Pool> pools() {
        var pools = new ArrayList<Pool>();
        for (Window window : List.of(new Window.Sliding(1, 1, 0), new Window.Sliding(2, 2, 0), new Window.Sliding(3, 2, 1),
                new Window.Sliding(3, 1, 1), new Window.Sliding(5, 3, 2), new Window.Sliding(2, 3, 1), new Window.Adaptive(1),
                new Window.Adaptive(2), new Window.Adaptive(3), new Window.Adaptive(7))) {
            pools.add(new Pool(window, window, Shape.of(2, 3, 5, 6)));
            pools.add(new Pool(window, window, Shape.of(1, 17, 9, 8)));
        }
        pools.add(new Pool(new Window.Sliding(2, 1, 1), new Window.Sliding(3, 4, 0), Shape.of(2, 8, 7, 11)));
        pools.add(new Pool(new Window.Sliding(2, 2, 0), new Window.Adaptive(3), Shape.of(3, 5, 8, 7)));
        pools.add(new Pool(new Window.Sliding(2, 2, 0), new Window.Sliding(2, 2, 0), Shape.of(0, 3, 4, 4)));
        pools.add(new Pool(new Window.Sliding(2, 2, 0), new Window.Sliding(2, 2, 0), Shape.of(2, 0, 4, 4)));
        pools.add(new Pool(new Window.Sliding(3, 2, 1), new Window.Sliding(3, 2, 1), Shape.of(2, 33, 31, 33)));
        return pools;
    }

    /** The ops of pooling: the image, or a gradient instead of it, and for two of them values besides. */
    private static List<Case> poolings(Function<Pool, Case> of) {
        var cases = new ArrayList<Case>();
        for (Pool pool : pools()) {
            Case c = of.apply(pool);
            cases.add(c);
            cases.add(placed(c, Placement.CHANNELS_LAST));
        }
        Case c = of.apply(new Pool(new Window.Sliding(3, 2, 1), new Window.Sliding(3, 2, 1), Shape.of(2, 5, 8, 9)));
        for (Placement placement : Placement.values()) {
            Case placed = placed(c, placement);
            cases.add(placement == Placement.EXPANDED ? placed.rough() : placed);
        }
        for (DType type : List.of(DType.BF16, DType.F16)) {
            cases.add(new Case(c.function(), c.inputs().stream().map(input -> input.of(type).from(Domain.NORMAL)).toList(),
                    c.tolerance(), false));
        }
        for (Domain domain : List.of(Domain.SMALL_INTEGERS, Domain.SOME_NAN)) {
            cases.add(new Case(c.function(), List.copyOf(replaced(c.inputs(), domain)), c.tolerance(), false));
        }
        return cases.stream().distinct().toList();
    }

    /** Other numbers in the first operand, where the largest are looked for. */
    private static List<Input> replaced(List<Input> inputs, Domain domain) {
        var changed = new ArrayList<>(inputs);
        changed.set(0, inputs.getFirst().from(domain));
        return changed;
    }

    private static Case placed(Case c, Placement placement) {
        return new Case(c.function(), c.inputs().stream().map(input -> input.as(placement)).toList(), c.tolerance(), c.smooth());
    }

    private static Row maxPool2d() {
        return new Row("maxPool2d", true, poolings(p -> Case.of(new MaxPool2d(p.height(), p.width()), Tolerance.EXACT,
                input(p.image()).from(Domain.DISTINCT))));
    }

    private static Row maxPool2dPick() {
        return new Row("maxPool2dPick", true, poolings(p -> Case.of(new MaxPool2dPick(p.height(), p.width()), Tolerance.EXACT,
                input(p.image()).from(Domain.DISTINCT), input(p.image()))));
    }

    private static Row maxPool2dScatter() {
        return new Row("maxPool2dScatter", true, poolings(p -> Case.of(new MaxPool2dScatter(p.height(), p.width()),
                // At most every window picks one element: few units, relative to a sum that may cancel.
                new Tolerance.Relative(6, 16), input(p.image()).from(Domain.DISTINCT), input(p.output()))));
    }

    private static Row avgPool2d() {
        return new Row("avgPool2d", true, poolings(p -> sum(new AvgPool2d(p.height(), p.width()), p.terms(), p.image())));
    }

    private static Row avgPool2dInput() {
        return new Row("avgPool2dInput", true, poolings(p ->
                sum(new AvgPool2dInput(p.height(), p.width(), p.image()), p.terms(), p.output())));
    }

    private static Case sum(KernelOp op, long terms, Shape shape) {
        return Case.of(op, new Tolerance.Sum(terms), input(shape));
    }

    private static Input input(Shape shape) {
        return Input.of(shape.dims());
    }
}
