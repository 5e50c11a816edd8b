package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.models.Models;
import limbeck.nn.models.ResNet;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a batch goes through the stages whole or in slices, they make the same of it; and it is cut where that is of use alone. */
class BatchSlicesTest {
    private static final Key KEY = Key.of(20264);

    /** A layer that notes how many examples it sees at a time. */
    private record Counting(Module layer, List<Integer> seen) implements Module {
        Counting(Module layer) {
            this(layer, new ArrayList<>());
        }

        @Override
        public Variable forward(Variable x) {
            seen.add(x.shape().dim(0));
            return layer.apply(x);
        }

        @Override
        public Parts parts() {
            return Parts.none().with("layer", layer);
        }
    }

    private static Conv2d conv(int in, int out) {
        return Conv2d.of(in, out, 3, ConvSpec.DEFAULT.padding(1), KEY.split(in + "-" + out));
    }

    private static Variable images(Device device, int... dims) {
        return Variable.of(device.normal(KEY.split("x"), dims).channelsLast());
    }

    @ParameterizedTest
    @CsvSource({"resnet8, 37, 32", "wrn-16-1, 23, 29", "cnn-small, 33, 31", "lenet, 41, 28"})
    void modelsGiveInSlicesWhatTheyGiveWhole(String name, int batch, int size) {
        Module model = Models.build(name, Shape.of(3, size, size), 7, KEY.split(name));
        Variable x = Variable.of(Device.cpu().normal(KEY.split("x"), batch, 3, size, size));
        // Nothing is cut while someone watches.
        Taps head = Taps.watch(model, Set.of("head"));
        double[] whole = head.bind(() -> model.apply(x)).tensor().toDoubles();
        double[] sliced = model.apply(x).tensor().toDoubles();
        assertArrayEquals(whole, sliced, 1e-5 * largest(whole), () -> name + " from " + KEY);
    }

    private static double largest(double[] values) {
        double most = 0;
        for (double value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    @Test
    void slicesGoAsFarAsTheyAreLargerThanTheWeights() {
        var narrow = new Counting(conv(16, 16));
        var next = new Counting(conv(16, 24));
        var wide = new Counting(conv(24, 640));
        var last = new Counting(new GlobalAvgPool2d());
        Variable x = images(Device.cpu(), 37, 16, 32, 32);
        Variable y = BatchSlices.apply(x, narrow, next, wide, last);
        // 37 images of 64 KiB, 1.5 MiB at a time.
        assertEquals(List.of(19, 18), narrow.seen());
        assertEquals(List.of(19, 18), next.seen());
        assertEquals(List.of(37), wide.seen());
        assertEquals(List.of(37), last.seen());
        assertEquals(Shape.of(37, 640, 1, 1).size(), y.shape().size());
    }

    @Test
    void aStageThatWidensTheImagesGetsFewerOfThem() {
        var stage = new Counting(Sequential.of(conv(16, 64), conv(64, 16)));
        // A megabyte each between the two convolutions.
        BatchSlices.apply(images(Device.cpu(), 5, 16, 64, 64), stage);
        assertEquals(List.of(1, 1, 1, 1, 1), stage.seen());
    }

    @Test
    void slicesKeepTheOrderOfTheImages() {
        Variable y = BatchSlices.apply(images(Device.cpu(), 37, 16, 32, 32), conv(16, 16));
        assertSame(y.tensor(), y.tensor().channelsLast());
    }

    @Test
    void theBatchStaysWholeWhereLayersMayLookAtAllOfIt() {
        var stage = new Counting(conv(16, 16));
        Variable x = images(Device.cpu(), 37, 16, 32, 32);
        Mode.train(1, () -> BatchSlices.apply(x, stage));
        new Tape().record(() -> BatchSlices.apply(x, stage).sum());
        Taps.watch(stage, Set.of("layer")).bind(() -> BatchSlices.apply(x, stage));
        BatchSlices.apply(images(Device.reference(), 37, 16, 32, 32), new Counting(new Relu(), stage.seen()));
        BatchSlices.apply(images(Device.cpu(), 5, 16, 32, 32), stage);
        assertEquals(List.of(37, 37, 37, 37, 5), stage.seen());
    }

    @Test
    void aBatchOfNothingAndNoStagesPass() {
        assertEquals(Shape.of(0, 16, 8, 8), BatchSlices.apply(images(Device.cpu(), 0, 16, 8, 8), new Relu()).shape());
        assertEquals(Shape.of(3, 0, 8, 8), BatchSlices.apply(images(Device.cpu(), 3, 0, 8, 8), new Relu()).shape());
        Variable x = images(Device.cpu(), 2, 16, 8, 8);
        assertSame(x, BatchSlices.apply(x));
    }

    /** A layer that remembers what it saw last. */
    private static final class Remembering implements Module {
        private Variable seen;

        @Override
        public Variable forward(Variable x) {
            seen = x;
            return x.relu();
        }

        @Override
        public Parts parts() {
            return Parts.none();
        }
    }

    @Test
    void whatALayerHasReadIsGivenBack() {
        var first = new Remembering();
        var second = new Remembering();
        Variable x = images(Device.cpu(), 2, 16, 8, 8);
        Variable y = BatchSlices.apply(x, Sequential.of(first, second), new Relu());
        assertTrue(y.tensor().toDoubles().length > 0 && x.tensor().toDoubles().length > 0);
        assertSame(x, first.seen);
        String message = assertThrows(IllegalStateException.class, () -> second.seen.tensor().toDoubles()).getMessage();
        assertTrue(message.contains("the layer that has read it"), message);
    }

    @Test
    void nothingIsGivenBackElsewhere() {
        var second = new Remembering();
        Variable x = images(Device.cpu(), 2, 16, 8, 8);
        try (Scope _ = Scope.open()) {
            Sequential.of(new Relu(), second).apply(x);
            assertEquals(x.shape().size(), second.seen.tensor().toDoubles().length);
            new Tape().record(() -> BatchSlices.apply(x, Sequential.of(new Relu(), second)).sum());
            assertEquals(x.shape().size(), second.seen.tensor().toDoubles().length);
        }
    }

    @Test
    void layersMayPassOnWhatTheyGot() {
        Variable x = images(Device.cpu(), 37, 16, 32, 32);
        double[] expected = x.relu().tensor().toDoubles();
        Module stage = Sequential.of(new Identity(), new Relu(), new Identity(), new Flatten(), new Identity());
        assertArrayEquals(expected, BatchSlices.apply(x, stage, new Identity()).tensor().toDoubles());
        assertArrayEquals(x.tensor().toDoubles(), BatchSlices.apply(x, Sequential.of(new Identity()), new Identity()).tensor().toDoubles());
    }

    @Test
    void evaluationTakesLittleMoreThanAFewLayers() {
        ResNet model = ResNet.of(3, 3, 16, 16, 5, KEY);
        Variable x = images(Device.cpu(), 64, 3, 32, 32);
        try (Scope _ = Scope.open()) {
            model.apply(x);
        }
        long before = Device.cpu().memory().inUse();
        try (Scope _ = Scope.open()) {
            model.apply(x);
        }
        long most = Device.cpu().memory().peak() - before;
        // The stem's result, what comes of the second stage, and a few slices of at most 1.5 MiB; all results are 21 times 4 MiB and less.
        assertTrue(most < 14L << 20, () -> most + " bytes");
    }

    @Test
    void onlyTheResultIsKept() {
        ResNet model = ResNet.of(3, 1, 16, 16, 5, KEY);
        Variable x = images(Device.cpu(), 64, 3, 32, 32);
        try (Scope _ = Scope.open()) {
            model.apply(x);
        }
        long before = Device.cpu().memory().inUse();
        Variable y;
        try (Scope scope = Scope.open()) {
            y = BatchSlices.apply(model.stem().apply(x), model.layer1());
            scope.keep(y.tensor());
        }
        long kept = Device.cpu().memory().inUse() - before;
        assertTrue(kept <= y.shape().size() * Float.BYTES + 1024, () -> kept + " bytes for " + y.shape());
    }
}
