package limbeck.distill.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Stage;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Experiment;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.Task;
import limbeck.distill.method.Workshop;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Group;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A distillation by each method on a GPU, emulated where there is none: its losses are those of the CPU. */
@Tag("cuda-emulated")
class OnCudaTest {
    private static final Shape EXAMPLE = Shape.of(1, 8, 8);
    private static final int CLASSES = 10;
    private static final int BATCH = 6;
    private static final int STEPS = 3;
    private static final double RATE = 1e-3;
    // Methods for two models of the same widths.
    private static final Set<String> TWINS = Set.of("interpolation", "fsp");

    static Stream<Method> methods() {
        return Methods.all().stream();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void lossesAreThoseOfTheCpu(Method method) {
        List<Double> expected = losses(Device.cpu(), method);
        List<Double> found = losses(Emulator.device(), method);
        for (int i = 0; i < expected.size(); i++) {
            // Rounding errors grow from step to step.
            assertEquals(expected.get(i), found.get(i), 2e-3 * Math.max(1e-3, Math.abs(expected.get(i))), method.name() + ", loss " + i + " of "
                    + expected);
        }
    }

    @Test
    void aWholeExperimentGoesAsOnTheCpu() {
        List<EpochReport> expected = experiment("cpu");
        Emulator.device();
        List<EpochReport> found = experiment("cuda");
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).loss(), found.get(i).loss(), 1e-3 * expected.get(i).loss(), expected.get(i) + " on the CPU");
            assertEquals(expected.get(i).testAccuracy(), found.get(i).testAccuracy(), 0.01, expected.get(i) + " on the CPU");
        }
    }

    private static List<EpochReport> experiment(String device) {
        Settings settings = Settings.DEFAULT.with(Setting.DEVICE, device).with(Setting.TEACHER, "mlp-64").with(Setting.STUDENT, "mlp-16")
                .with(Setting.TRAIN_SIZE, "300").with(Setting.TEACHER_EPOCHS, "3").with(Setting.EPOCHS, "3").with(Setting.BATCH, "50")
                .with(Setting.SEEDS, "1").with(Setting.TRUST_TEACHER, "yes");
        return Experiment.run(settings, Listener.NONE).history();
    }

    /** The losses of a few steps of each stage. */
    private static List<Double> losses(Device device, Method method) {
        Key key = Key.of(5);
        var losses = new ArrayList<Double>();
        try (var _ = Scope.open("run")) {
            String architecture = TWINS.contains(method.name()) ? "cnn-tiny" : "cnn-base";
            Module teacher = model(architecture, key.split("teacher"), device);
            Module student = model("cnn-tiny", key.split("student"), device);
            Task task = Task.of(student, teacher, () -> model("cnn-tiny", key.split("student"), device), EXAMPLE, CLASSES, 4 * BATCH, 6, BATCH,
                    key.split("method")).with(new Workshop() {
                        @Override
                        public Module student(Key key) {
                            return model("cnn-tiny", key, device);
                        }

                        @Override
                        public Schedule rate(int epochs) {
                            return Schedule.constant(RATE);
                        }

                        @Override
                        public Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
                            return sgd(parameters, rate);
                        }
                    });
            Curriculum curriculum = Curriculum.of(List.of(method.plain()), task, new Frozen(teacher), new HardLabels());
            for (Stage stage : curriculum.stages()) {
                var distiller = new Distiller(student, stage.recipe(), sgd(stage.trained(), Schedule.constant(RATE)));
                for (int step = 0; step < STEPS; step++) {
                    try (var _ = Scope.open("step")) {
                        losses.add(distiller.step(batch(device, key.split("data").split(step), step), Progress.of(step, STEPS)).total());
                    }
                }
            }
        }
        return losses;
    }

    private static Optimizer sgd(List<Parameter> parameters, Schedule rate) {
        return new Sgd(List.of(Group.of(parameters, 0)), rate, 0.9, false);
    }

    private static Module model(String architecture, Key key, Device device) {
        Module model = Models.build(architecture, EXAMPLE, CLASSES, key);
        model.to(device);
        return model;
    }

    private static Batch batch(Device device, Key key, int step) {
        // Made by the CPU, for both alike.
        Tensor inputs = Device.cpu().normal(key, 0, 1, EXAMPLE.prepend(BATCH)).to(device);
        long[] ids = new long[BATCH];
        int[] labels = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            ids[i] = (step * BATCH + i) % (4 * BATCH);
            labels[i] = (int) (ids[i] % CLASSES);
        }
        return new Batch(ids, inputs, inputs, device.tensor(labels, BATCH), 0);
    }
}
