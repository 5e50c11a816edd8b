package limbeck.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Module;
import limbeck.nn.models.Cnn;
import limbeck.nn.models.Mlp;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Clipped;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Length;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.cuda.Emulator;
import limbeck.tensor.cuda.Replays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole steps of a distillation as graphs on a GPU, emulated where there is none: all that changes from step to step does so in a
 * graph too, to the last bit.
 */
@Tag("cuda-emulated")
class ReplayTest {
    private static final Shape EXAMPLE = Shape.of(1, 8, 8);
    private static final int CLASSES = 10;
    private static final int EPOCHS = 5;
    private static final int BATCHES = 4;
    private static final int STEPS = EPOCHS * BATCHES;
    private static final Key KEY = Key.of(3);
    private static final Length LENGTH = Schedule.epochs(EPOCHS);
    private static final Schedule RATE = Schedule.cosine(0.03, 0.01, LENGTH);

    /** What came of a run: losses, then weights and running statistics. */
    private record Outcome(double[] losses, List<float[]> state, List<Replays.Count> counts) {
    }

    @Test
    void aConvolutionalStudentIsTheSameToTheBit() {
        compare(device -> {
            Module student = Cnn.of(1, List.of(List.of(4), List.of(6), List.of(8)), CLASSES, 0.3, KEY.split("student"));
            student.to(device);
            return run(device, student, Adam.w(Group.decaying(List.copyOf(student.parameters().values()), 0.05), RATE));
        });
    }

    @Test
    void aPerceptronWithClippedGradientsIsTheSameToTheBit() {
        compare(device -> {
            Module student = Mlp.of(64, List.of(20, 12), CLASSES, 0.1, 0.3, KEY.split("student"));
            student.to(device);
            // A limit below every norm: a step that is not clipped launches less, and would be another form.
            return run(device, student, new Clipped(Sgd.of(List.copyOf(student.parameters().values()), RATE, 0.9, 1e-4), 0.3));
        });
    }

    private static void compare(Function<Device, Outcome> run) {
        Device cuda = Emulator.device();
        long inUse = cuda.memory().inUse();
        Outcome graphs = run.apply(cuda);
        Outcome single = Replays.without(cuda, () -> run.apply(cuda));
        assertArrayEquals(single.losses(), graphs.losses());
        for (int i = 0; i < single.state().size(); i++) {
            assertArrayEquals(single.state().get(i), graphs.state().get(i), "state " + i);
        }
        assertTrue(graphs.losses()[STEPS - 2] < graphs.losses()[0], "the student learns: " + Arrays.toString(graphs.losses()));
        assertEquals(inUse, cuda.memory().inUse());
        assertEquals(0, single.counts().stream().mapToLong(Replays.Count::graphs).sum());
        for (int step = 3 * BATCHES; step < STEPS; step++) {
            // The smaller batches at the end of an epoch are replayed by now, too.
            Replays.Count count = graphs.counts().get(step);
            assertTrue(count.replayed() > 8 * count.single(), "step " + step + ": " + count);
            if (step % BATCHES == 2) {
                // Data, keys of dropout, rates, weights, the temperature and the clipped norm are new; addresses are those of the step before.
                assertTrue(count.updated() < 0.4 * count.replayed(), "step " + step + ": " + count);
            }
        }
    }

    private static Outcome run(Device device, Module student, Optimizer optimizer) {
        var counts = new ArrayList<Replays.Count>();
        double[] losses = new double[STEPS];
        try (var _ = Scope.open("run")) {
            Module teacher = Cnn.of(1, List.of(List.of(8), List.of(8), List.of(8)), CLASSES, 0, KEY.split("teacher"));
            teacher.to(device);
            var recipe = new Recipe(new Frozen(teacher), List.of(new Term("ce", Schedule.linear(1, 0.2, LENGTH), new HardLabels()),
                    new Term("kd", Schedule.cosine(0.1, 0.8, LENGTH), new LogitKd(Schedule.cosine(8, 2, LENGTH)))));
            var distiller = new Distiller(student, recipe, optimizer);
            for (int step = 0; step < STEPS; step++) {
                Replays.Count before = Replays.Count.of(device);
                try (var _ = Scope.open("batch")) {
                    losses[step] = distiller.step(batch(device, step), Progress.of(step, BATCHES)).total();
                }
                counts.add(Replays.Count.of(device).since(before));
            }
        }
        var state = new ArrayList<float[]>();
        student.parameters().values().forEach(parameter -> state.add(parameter.tensor().toFloats()));
        student.buffers().values().forEach(buffer -> state.add(buffer.tensor().toFloats()));
        return new Outcome(losses, state, counts);
    }

    private static Batch batch(Device device, int step) {
        int size = step % BATCHES == BATCHES - 1 ? 5 : 8;
        Tensor inputs = Device.cpu().normal(KEY.split("data").split(step % BATCHES), 0, 1, EXAMPLE.prepend(size)).to(device);
        int[] labels = IntStream.range(0, size).map(i -> (3 * i + step % BATCHES) % CLASSES).toArray();
        return new Batch(new long[size], inputs, inputs, device.tensor(labels, size), 0);
    }
}
