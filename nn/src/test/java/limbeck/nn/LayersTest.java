package limbeck.nn;

import static limbeck.nn.ModuleChecks.normal;
import static limbeck.nn.ModuleChecks.shape;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Supplier;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final Key KEY = Key.of(3);
    private static final ConvSpec SAME = ConvSpec.DEFAULT.padding(1);

    private static <R> R exact(Supplier<R> layer) {
        return Init.on(Device.reference(), layer);
    }

    @Test
    void shapes() {
        assertEquals(Shape.of(5, 3), shape(exact(() -> Linear.of(4, 3, KEY)), 5, 4));
        assertEquals(Shape.of(2, 5, 3), shape(exact(() -> Linear.of(4, 3, KEY)), 2, 5, 4));
        assertEquals(Shape.of(0, 3), shape(exact(() -> Linear.of(4, 3, KEY)), 0, 4));
        assertEquals(Shape.of(2, 6, 4, 3), shape(exact(() -> Conv2d.of(3, 6, 3, SAME.stride(2), KEY)), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 6, 5, 5), shape(exact(() -> Conv2d.withoutBias(6, 6, 3, SAME.groups(3), KEY)), 2, 6, 5, 5));
        assertEquals(Shape.of(2, 3, 3, 2), shape(new MaxPool2d(2), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 3, 4, 3), shape(new MaxPool2d(3, 2, 1), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 3, 3, 2), shape(new AvgPool2d(2), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 3, 2, 3), shape(new AdaptiveAvgPool2d(2, 3), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 3, 2, 3), shape(new AdaptiveMaxPool2d(2, 3), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 3), shape(new GlobalAvgPool2d(), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 105), shape(new Flatten(), 2, 3, 7, 5));
        assertEquals(Shape.of(2, 7), shape(new Identity(), 2, 7));
    }

    @Test
    void linearIsAMatrixProductWithBias() {
        Linear linear = exact(() -> Linear.of(2, 2, KEY));
        linear.weight().set(Device.reference().tensor(new float[] {1, 2, 3, 4}, 2, 2));
        linear.bias().set(Device.reference().tensor(new float[] {10, 20}, 2));
        Tensor x = Device.reference().tensor(new float[] {1, 1, -1, 2}, 2, 2);
        assertArrayEquals(new double[] {13, 27, 13, 25}, linear.apply(Variable.of(x)).tensor().toDoubles());
    }

    @Test
    void linearSaysToFlatten() {
        Linear linear = exact(() -> Linear.of(12, 2, KEY));
        var e = assertThrows(ShapeException.class, () -> shape(linear, 5, 3, 2, 2));
        assertTrue(e.getMessage().endsWith("flatten it to (N, 12) first"), e.getMessage());
        // The elements would divide into rows of 12, but these are not features.
        assertThrows(ShapeException.class, () -> shape(linear, 2, 6, 4));
        assertThrows(ShapeException.class, () -> shape(linear, 12));
    }

    @Test
    void layerNormIsOfEachExampleAlone() {
        LayerNorm norm = exact(() -> LayerNorm.of(4));
        double[] y = norm.apply(Variable.of(Device.reference().tensor(new float[] {1, 2, 3, 4, 10, 10, 10, 10}, 2, 4))).tensor().toDoubles();
        double rstd = 1 / Math.sqrt(1.25 + 1e-5);
        assertArrayEquals(new double[] {-1.5 * rstd, -0.5 * rstd, 0.5 * rstd, 1.5 * rstd, 0, 0, 0, 0}, y, 1e-12);
        var e = assertThrows(ShapeException.class, () -> shape(norm, 4, 3));
        assertTrue(e.getMessage().contains("the input must be (..., 4)"), e.getMessage());
    }

    @Test
    void residualAddsTheShortcut() {
        Module body = new Relu();
        Tensor x = Device.reference().tensor(new float[] {-2, 3}, 1, 2);
        assertArrayEquals(new double[] {-2, 6}, new Residual(body).apply(Variable.of(x)).tensor().toDoubles());
        assertArrayEquals(new double[] {0, 6}, new Residual(body, new Relu()).apply(Variable.of(x)).tensor().toDoubles());
    }

    @Test
    void activationsAtKnownPoints() {
        Tensor x = Device.reference().tensor(new float[] {-4, -1, 0, 2}, 4);
        assertValues(new double[] {0, 0, 0, 2}, new Relu(), x);
        assertValues(new double[] {-0.4, -0.1, 0, 2}, new LeakyRelu(0.1), x);
        assertValues(new double[] {0, -1.0 / 3, 0, 5.0 / 3}, new Hardswish(), x);
        assertValues(new double[] {-0.07194484, -0.26894142, 0, 1.76159416}, new Silu(), x);
        assertValues(new double[] {-0.00012669, -0.15865525, 0, 1.95449974}, new Gelu(), x);
        assertValues(new double[] {-0.00007025, -0.15880801, 0, 1.95459769}, new Gelu(true), x);
        assertValues(new double[] {-0.99932930, -0.76159416, 0, 0.96402758}, new Tanh(), x);
        assertValues(new double[] {0.01798621, 0.26894142, 0.5, 0.88079708}, new Sigmoid(), x);
        assertValues(new double[] {0.01814993, 0.31326169, 0.69314718, 2.12692801}, new Softplus(), x);
    }

    private static void assertValues(double[] expected, Module activation, Tensor x) {
        assertArrayEquals(expected, activation.apply(Variable.of(x)).tensor().toDoubles(), 1e-8, activation.toString());
    }

    @Test
    void gradientsOfEachLayer() {
        Tensor rows = normal(1, 3, 4);
        Tensor images = normal(2, 2, 4, 5, 5);
        for (boolean training : new boolean[] {false, true}) {
            for (Module layer : exact(() -> Sequential.of(Linear.of(4, 3, KEY), Linear.withoutBias(4, 2, KEY), LayerNorm.of(4), BatchNorm1d.of(4),
                    new Relu(), new LeakyRelu(0.2), new Gelu(), new Gelu(true), new Silu(), new Tanh(), new Sigmoid(), new Softplus(),
                    new Dropout(0.3, KEY), new Residual(Linear.of(4, 4, KEY)))).layers()) {
                ModuleChecks.gradients(layer, rows, training);
            }
            for (Module layer : exact(() -> Sequential.of(Conv2d.of(4, 3, 3, SAME, KEY), Conv2d.withoutBias(4, 6, 3, SAME.stride(2).groups(2), KEY),
                    BatchNorm2d.of(4), new MaxPool2d(3, 2, 1), new AvgPool2d(2), new AdaptiveAvgPool2d(3, 2), new AdaptiveMaxPool2d(2, 3),
                    new GlobalAvgPool2d(), new Flatten(), Linear.of(5, 2, KEY), LayerNorm.of(5, 5), new Hardswish())).layers()) {
                ModuleChecks.gradients(layer, images, training);
            }
        }
    }

    @Test
    void initialValuesHaveTheirSpread() {
        Shape shape = Shape.of(40, 30, 3, 3);
        int fanIn = 270;
        int fanOut = 360;
        assertUniform(Math.sqrt(2) * Math.sqrt(3.0 / fanIn), exact(() -> Init.kaimingUniform(KEY, Init.Fan.IN, Init.RELU, shape)));
        assertDeviation(Math.sqrt(2.0 / fanOut), exact(() -> Init.kaimingNormal(KEY, Init.Fan.OUT, Init.RELU, shape)));
        assertUniform(Math.sqrt(6.0 / (fanIn + fanOut)), exact(() -> Init.xavierUniform(KEY, 1, shape)));
        assertDeviation(Math.sqrt(2.0 / (fanIn + fanOut)), exact(() -> Init.xavierNormal(KEY, 1, shape)));
        assertUniform(1 / Math.sqrt(fanIn), exact(() -> Init.weight(KEY, shape)));
        assertEquals(Shape.of(40), exact(() -> Init.bias(KEY, shape)).shape());
        assertThrows(ShapeException.class, () -> Init.weight(KEY, Shape.of(4)));
    }

    private static void assertUniform(double bound, Tensor values) {
        assertTrue(values.abs().max().item() <= bound && values.abs().max().item() > 0.99 * bound);
        assertDeviation(bound / Math.sqrt(3), values);
    }

    private static void assertDeviation(double deviation, Tensor values) {
        double mean = values.mean().item();
        assertEquals(0, mean, 0.05 * deviation);
        assertEquals(deviation, Math.sqrt(values.square().mean().item()), 0.03 * deviation);
    }
}
