package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import limbeck.tensor.OpTable.Applied;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.MaxPool2dPick;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Window;
import org.junit.jupiter.api.Test;

/** The oracle's convolutions and pooling against numbers worked out by hand, and against their adjoints. */
final class ReferenceImageTest {
    private static final Device DEVICE = Device.reference();
    private static final Window ONE = new Window.Sliding(1, 1, 0);
    private static final Window PAIRS = new Window.Sliding(2, 1, 0);

    private static Tensor tensor(double[] values, int... dims) {
        return DEVICE.tensor(values, Shape.of(dims));
    }

    /** 1, 2, 3, ... */
    private static Tensor counted(int... dims) {
        Shape shape = Shape.of(dims);
        return DEVICE.arange(1, 1, shape.intSize()).reshape(shape);
    }

    private static Tensor apply(KernelOp op, Tensor first, Tensor... rest) {
        return first.apply(op, List.of(rest));
    }

    private static void assertValues(Tensor actual, double... expected) {
        assertArrayEquals(expected, actual.toDoubles(), 1e-12);
    }

    @Test
    void convolutionOfOneChannel() {
        Tensor image = counted(1, 1, 3, 3);
        Tensor weight = counted(1, 1, 2, 2);
        assertValues(image.conv2d(weight, ConvSpec.DEFAULT), 37, 47, 67, 77);
        assertValues(image.conv2d(weight, ConvSpec.DEFAULT.padding(1).stride(2)), 4, 18, 36, 77);
        assertValues(image.conv2d(weight, ConvSpec.DEFAULT.dilation(2)), 1 + 2 * 3 + 3 * 7 + 4 * 9);
    }

    @Test
    void convolutionSumsOverTheChannelsOfItsGroup() {
        Tensor image = tensor(new double[] {1, 2, 3, 4}, 1, 2, 1, 2);
        assertValues(image.conv2d(tensor(new double[] {10, 100}, 1, 2, 1, 1), ConvSpec.DEFAULT), 310, 420);
        assertValues(image.conv2d(tensor(new double[] {10, 100}, 2, 1, 1, 1), ConvSpec.DEFAULT.groups(2)), 10, 20, 300, 400);
        assertValues(image.conv2d(tensor(new double[] {1, 2, 3, 4}, 4, 1, 1, 1), ConvSpec.DEFAULT.groups(2)), 1, 2, 2, 4, 9, 12, 12, 16);
    }

    @Test
    void heightAndWidthHaveTheirOwnGeometry() {
        Tensor image = counted(1, 1, 2, 3);
        assertValues(image.conv2d(DEVICE.ones(1, 1, 1, 1), new ConvSpec(1, 2, 1, 0, 1, 1, 1)), 0, 0, 1, 3, 4, 6, 0, 0);
        assertValues(image.conv2d(counted(1, 1, 1, 2), new ConvSpec(1, 1, 0, 0, 1, 2, 1)), 1 + 2 * 3, 4 + 2 * 6);
    }

    @Test
    void gradientsOfAConvolution() {
        Tensor ones = DEVICE.ones(1, 1, 2, 2);
        Shape image = Shape.of(1, 1, 3, 3);
        assertValues(apply(new Conv2dInput(ConvSpec.DEFAULT, image), ones, counted(1, 1, 2, 2)), 1, 3, 2, 4, 10, 6, 3, 7, 4);
        assertValues(apply(new Conv2dWeight(ConvSpec.DEFAULT, ones.shape()), counted(1, 1, 3, 3), ones), 12, 16, 24, 28);
    }

    /** {@code <conv(x, w), g> = <x, convInput(g, w)> = <w, convWeight(x, g)>}, over every geometry of the table. */
    @Test
    void gradientsOfAConvolutionAreItsAdjoints() {
        for (Case c : row("conv2d").cases()) {
            ConvSpec spec = ((Conv2d) op(c)).spec();
            List<Tensor> in = c.operands(DEVICE);
            Tensor x = in.getFirst().cast(DType.F64);
            Tensor w = in.getLast().cast(DType.F64);
            Tensor y = x.conv2d(w, spec);
            Tensor g = DEVICE.normal(Key.of(OpTable.SEED), 0, 1, y.shape());
            double expected = y.mul(g).sum().item();
            double tolerance = 1e-12 * (1 + y.mul(g).abs().sum().item());
            assertEquals(expected, x.mul(apply(new Conv2dInput(spec, x.shape()), g, w)).sum().item(), tolerance, c.name());
            assertEquals(expected, w.mul(apply(new Conv2dWeight(spec, w.shape()), x, g)).sum().item(), tolerance, c.name());
        }
    }

    @Test
    void slidingWindows() {
        Tensor image = counted(1, 1, 4, 4);
        assertValues(image.maxPool2d(2, 2, 0), 6, 8, 14, 16);
        assertValues(image.maxPool2d(3, 2, 1), 6, 8, 14, 16);
        assertValues(image.avgPool2d(2, 2, 0), 3.5, 5.5, 11.5, 13.5);
        assertValues(image.avgPool2d(3, 2, 1), 14 / 9.0, 30 / 9.0, 57 / 9.0, 99 / 9.0);
        assertValues(DEVICE.full(-1, Shape.of(1, 1, 2, 2)).maxPool2d(3, 2, 1), -1);
    }

    @Test
    void adaptiveWindows() {
        Tensor image = counted(1, 1, 1, 5);
        assertValues(image.adaptiveAvgPool2d(1, 2), 2, 4);
        assertValues(image.adaptiveAvgPool2d(1, 3), 1.5, 3, 4.5);
        assertValues(image.adaptiveMaxPool2d(1, 3), 2, 4, 5);
        assertValues(image.adaptiveAvgPool2d(1, 1), 3);
        assertValues(counted(1, 2, 2, 2).globalAvgPool2d(), 2.5, 6.5);
    }

    @Test
    void theFirstOfEqualElementsAndTheFirstNanWinAWindow() {
        Tensor five = DEVICE.full(5, Shape.of(1, 1, 2, 2));
        Window two = new Window.Sliding(2, 2, 0);
        assertValues(apply(new MaxPool2dScatter(two, two), five, DEVICE.full(7, Shape.of(1, 1, 1, 1))), 7, 0, 0, 0);
        Tensor broken = tensor(new double[] {1, Double.NaN, 2, Double.NaN}, 1, 1, 2, 2);
        assertValues(apply(new MaxPool2dPick(two, two), broken, counted(1, 1, 2, 2)), 2);
        assertValues(broken.maxPool2d(2, 2, 0), Double.NaN);
    }

    @Test
    void windowsThatOverlapAddTheirGradients() {
        Tensor image = tensor(new double[] {1, 9, 1}, 1, 1, 1, 3);
        Tensor g = tensor(new double[] {10, 20}, 1, 1, 1, 2);
        assertValues(apply(new MaxPool2dScatter(ONE, PAIRS), image, g), 0, 30, 0);
        assertValues(apply(new MaxPool2dPick(ONE, PAIRS), image, counted(1, 1, 1, 3)), 2, 2);
        assertValues(apply(new AvgPool2dInput(ONE, PAIRS, image.shape()), g), 5, 15, 10);
    }

    /** {@code <avg(x), g> = <x, avgInput(g)>} and {@code <pick(x, v), g> = <v, scatter(x, g)>}. */
    @Test
    void gradientsOfPoolingAreItsAdjoints() {
        for (Case c : row("avgPool2d").cases()) {
            var pool = (AvgPool2d) op(c);
            Tensor x = c.operands(DEVICE).getFirst().cast(DType.F64);
            if (!Double.isNaN(x.sum().item())) {
                Tensor y = x.apply(pool, List.of());
                Tensor g = DEVICE.normal(Key.of(OpTable.SEED), 0, 1, y.shape());
                Tensor v = DEVICE.normal(Key.of(OpTable.SEED).split("values"), 0, 1, x.shape());
                assertEquals(y.mul(g).sum().item(),
                        x.mul(apply(new AvgPool2dInput(pool.height(), pool.width(), x.shape()), g)).sum().item(), 1e-9, c.name());
                assertEquals(apply(new MaxPool2dPick(pool.height(), pool.width()), x, v).mul(g).sum().item(),
                        v.mul(apply(new MaxPool2dScatter(pool.height(), pool.width()), x, g)).sum().item(), 1e-9, c.name());
            }
        }
    }

    private static Row row(String name) {
        return OpTable.rows().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }

    private static Op op(Case c) {
        return ((Applied) c.function()).op();
    }
}
