package limbeck.distill.connect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Conv2d;
import limbeck.nn.Identity;
import limbeck.nn.Init;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.Test;

class ConnectorsTest {
    private static final Device DEVICE = Device.reference();
    private static final Key KEY = Key.of(11);

    private static Module between(Shape student, Shape teacher, Tail tail) {
        return Init.on(DEVICE, () -> Connectors.between(student, teacher, tail, KEY));
    }

    private static Tensor batch(Shape example, int size) {
        return DEVICE.normal(KEY.split("input"), 0, 1, example.prepend(size));
    }

    /** Shape, words, and the gradients of input and parameters, for each tail. */
    private static void connects(Shape student, Shape teacher, String words) {
        assertEquals(words, Connectors.describe(student, teacher, Tail.NONE));
        assertEquals(words + ", batch norm", Connectors.describe(student, teacher, Tail.NORM));
        assertEquals(words + ", batch norm, ReLU", Connectors.describe(student, teacher, Tail.NORM_RELU));
        for (Tail tail : Tail.values()) {
            Module connector = between(student, teacher, tail);
            Tensor x = batch(student, 3);
            Variable y = Mode.train(0, () -> connector.apply(Variable.of(x)));
            assertEquals(teacher.prepend(3), y.shape(), words + " " + tail);
            Tensor weights = DEVICE.normal(KEY.split("weights"), 0, 1, y.shape());
            GradCheck.check(in -> Mode.train(0, () -> connector.apply(in.getFirst()).mul(Variable.of(weights)).sum()), x);
            checkParameters(connector, x, weights);
        }
    }

    private static void checkParameters(Module connector, Tensor x, Tensor weights) {
        var tape = new Tape();
        var gradients = tape.backward(tape.record(() -> loss(connector, x, weights)));
        for (Map.Entry<String, Parameter> entry : connector.parameters().entrySet()) {
            Parameter parameter = entry.getValue();
            double[] point = parameter.tensor().toDoubles();
            double[] analytic = gradients.of(parameter).toDoubles();
            for (int i = 0; i < point.length; i += 1 + point.length / 7) {
                double[] numeric = new double[2];
                for (int side = 0; side < 2; side++) {
                    double[] moved = point.clone();
                    moved[i] += side == 0 ? 1e-5 : -1e-5;
                    parameter.set(DEVICE.tensor(moved, parameter.shape()));
                    numeric[side] = loss(connector, x, weights).item();
                }
                parameter.set(DEVICE.tensor(point, parameter.shape()));
                assertEquals((numeric[0] - numeric[1]) / 2e-5, analytic[i], 1e-5, entry.getKey() + ", element " + i);
            }
        }
    }

    private static Variable loss(Module connector, Tensor x, Tensor weights) {
        return Mode.train(0, () -> connector.apply(Variable.of(x)).mul(Variable.of(weights)).sum());
    }

    @Test
    void mapsOfOneSizeAreConvolvedBy1x1() {
        connects(Shape.of(3, 5, 4), Shape.of(2, 5, 4), "conv 1x1");
    }

    @Test
    void twiceTheSizeIsHalved() {
        connects(Shape.of(2, 6, 2), Shape.of(3, 3, 1), "conv 3x3 stride 2");
    }

    @Test
    void halfTheSizeIsDoubled() {
        connects(Shape.of(2, 3, 1), Shape.of(3, 6, 2), "transposed conv 4x4 stride 2");
    }

    @Test
    void slightlyLargerMapsAreShaved() {
        connects(Shape.of(2, 7, 7), Shape.of(3, 5, 5), "conv 3x3 without padding");
        connects(Shape.of(2, 4, 4), Shape.of(3, 1, 1), "conv 4x4 without padding");
    }

    @Test
    void allOtherSizesAreResized() {
        connects(Shape.of(2, 3, 3), Shape.of(3, 7, 7), "resize to 7x7, conv 1x1");
        connects(Shape.of(2, 5, 3), Shape.of(3, 3, 4), "resize to 3x4, conv 1x1");
        assertEquals("resize to 8x8, conv 1x1", Connectors.describe(Shape.of(2, 32, 32), Shape.of(3, 8, 8), Tail.NONE));
    }

    @Test
    void vectorsAndPooledMapsGoThroughALinearLayer() {
        connects(Shape.of(5), Shape.of(3), "linear");
        connects(Shape.of(5, 3, 2), Shape.of(4), "global average pool, linear");
    }

    @Test
    void vectorsDoNotBecomeMaps() {
        var e = assertThrows(IllegalArgumentException.class, () -> between(Shape.of(64), Shape.of(64, 7, 7), Tail.NONE));
        assertEquals("connector: the student shows (64), the teacher (64, 7, 7); from maps (C, H, W) to maps or a vector (C), or from a vector "
                + "to a vector, a connector can be made, so choose other layers", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Connectors.describe(Shape.of(4, 4), Shape.of(3), Tail.NONE));
    }

    @Test
    void sameKeySameConnector() {
        Shape student = Shape.of(4, 6, 6);
        Shape teacher = Shape.of(3, 12, 12);
        Tensor x = batch(student, 2);
        assertArrayEquals(between(student, teacher, Tail.NONE).apply(Variable.of(x)).tensor().toDoubles(),
                between(student, teacher, Tail.NONE).apply(Variable.of(x)).tensor().toDoubles());
    }

    @Test
    void transposedConvolutionIsTheTransposeOfTheConvolution() {
        for (ConvSpec spec : List.of(ConvSpec.DEFAULT.stride(2).padding(1), ConvSpec.DEFAULT.padding(1), ConvSpec.DEFAULT.stride(3),
                ConvSpec.DEFAULT.dilation(2).padding(2), ConvSpec.DEFAULT.stride(2).padding(1).groups(2))) {
            TransposedConv2d up = Init.on(DEVICE, () -> TransposedConv2d.withoutBias(4, 6, 4, spec, KEY));
            Tensor x = DEVICE.normal(KEY.split("x"), 2, 4, 5, 3);
            Tensor y = up.apply(Variable.of(x)).tensor();
            Tensor z = DEVICE.normal(KEY.split("z"), 0, 1, y.shape());
            // <up x, z> = <x, conv z>, with the same weights
            Tensor down = new Conv2d(up.weight(), null, spec).apply(Variable.of(z)).tensor();
            assertEquals(x.mul(down).sum().item(), y.mul(z).sum().item(), 1e-9, spec.toString());
        }
    }

    @Test
    void transposedConvolutionRefusesInWords() {
        TransposedConv2d up = Init.on(DEVICE, () -> TransposedConv2d.of(4, 6, 3, ConvSpec.DEFAULT.padding(1), KEY));
        assertEquals("transposedConv2d: images (N, 4, H, W) are needed, got (2, 3, 5, 5); the weight's first dimension is the image's channels",
                assertThrows(ShapeException.class, () -> up.forward(Variable.of(DEVICE.zeros(2, 3, 5, 5)))).getMessage());
        assertThrows(ShapeException.class, () -> TransposedConv2d.of(3, 4, 3, ConvSpec.DEFAULT.groups(2), KEY));
        TransposedConv2d nothing = Init.on(DEVICE, () -> TransposedConv2d.of(1, 1, 1, ConvSpec.DEFAULT.padding(1), KEY));
        assertThrows(ShapeException.class, () -> nothing.forward(Variable.of(DEVICE.zeros(1, 1, 2, 2))));
    }

    @Test
    void bilinearInterpolationLooksAtBothNeighbours() {
        Tensor row = DEVICE.tensor(new double[] {0, 4}, 1, 1, 1, 2);
        assertArrayEquals(new double[] {0, 1, 3, 4}, new Resize(1, 4, Upsampling.BILINEAR).of(row).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0, 2, 4}, new Resize(1, 3, Upsampling.BILINEAR).of(row).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0, 0, 4, 4}, new Resize(1, 4, Upsampling.NEAREST).of(row).toDoubles());
        assertArrayEquals(new double[] {0, 4, 4}, new Resize(1, 3, Upsampling.NEAREST).of(row).toDoubles());
        Tensor one = DEVICE.tensor(new double[] {7}, 1, 1, 1, 1);
        assertArrayEquals(new double[] {7, 7, 7, 7, 7, 7}, new Resize(3, 2, Upsampling.BILINEAR).of(one).toDoubles(), 1e-12);
    }

    @Test
    void resizingPoolsWhatShrinksAndInterpolatesWhatGrows() {
        Tensor x = DEVICE.normal(KEY, 2, 3, 5, 4);
        for (Upsampling upsampling : Upsampling.values()) {
            assertSame(x, new Resize(5, 4, upsampling).of(x));
            assertEquals(Shape.of(2, 3, 3, 7), new Resize(3, 7, upsampling).of(x).shape());
            assertArrayEquals(x.adaptiveAvgPool2d(2, 3).toDoubles(), new Resize(2, 3, upsampling).of(x).toDoubles());
            Tensor constant = DEVICE.full(2.5, Shape.of(1, 2, 3, 5));
            for (double value : new Resize(7, 2, upsampling).of(constant).toDoubles()) {
                assertEquals(2.5, value, 1e-12);
            }
            GradCheck.check(in -> new Resize(3, 7, upsampling).apply(in.getFirst()).square().sum(), x);
        }
        Tensor floats = Device.cpu().normal(KEY, 2, 3, 5, 4);
        assertEquals(floats.dtype(), new Resize(7, 9, Upsampling.BILINEAR).of(floats).dtype());
        assertThrows(ShapeException.class, () -> new Resize(0, 2, Upsampling.NEAREST));
        assertThrows(ShapeException.class, () -> Resize.pool(DEVICE.zeros(3, 4), 2, 2));
    }

    @Test
    void theLargerMapIsPooledToTheSmaller() {
        Tensor student = DEVICE.normal(KEY.split("s"), 2, 3, 6, 3);
        Tensor teacher = DEVICE.normal(KEY.split("t"), 2, 5, 4, 4);
        var same = new SameSize(ObjectiveCheck.pairing(student, teacher));
        var moment = new Moment(Progress.START, new Views<>(null, Map.of("s", Variable.of(student))), new Views<>(null, Map.of("t", teacher)),
                null, new long[2]);
        assertEquals(Shape.of(2, 3, 4, 3), same.student(moment).shape());
        assertArrayEquals(teacher.adaptiveAvgPool2d(4, 3).toDoubles(), same.teacher(moment).toDoubles());
    }

    @Test
    void vectorsAreOfOneSizeAlready() {
        Tensor student = DEVICE.normal(KEY, 2, 3);
        var same = new SameSize(ObjectiveCheck.pairing(student, student));
        var moment = new Moment(Progress.START, new Views<>(null, Map.of("s", Variable.of(student))), new Views<>(null, Map.of("t", student)),
                null, new long[2]);
        assertSame(student, same.teacher(moment));
    }

    @Test
    void aConnectorThatDoesNotFitIsNamed() {
        Tensor student = DEVICE.zeros(2, 3, 4, 4);
        Tensor teacher = DEVICE.zeros(2, 5, 4, 4);
        var wrong = new Connected(ObjectiveCheck.pairing(student, teacher), new Identity());
        assertEquals("fitnet: the connector makes (2, 3, 4, 4) of the student's s (2, 3, 4, 4), the teacher's t is (2, 5, 4, 4); "
                + "take Connectors.between for these shapes", assertThrows(IllegalArgumentException.class,
                () -> wrong.check("fitnet", new Views<>(null, Map.of("s", student.shape())), new Views<>(null, Map.of("t", teacher.shape()))))
                .getMessage());
    }
}
