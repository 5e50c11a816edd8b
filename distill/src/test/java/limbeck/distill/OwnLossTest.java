package limbeck.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Task;
import limbeck.nn.Identity;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import org.junit.jupiter.api.Test;

/** The example of the page about own losses, between the marks; it must compile, be right, and train. */
class OwnLossTest {
    // page begin
    /**
     * Cosine distance of what the two classifiers see: {@code mean_n (1 - cos(W s_n, t_n))}, W a trained linear map.
     *
     * @param pair a vector of the student (N, C) and one of the teacher (N, D)
     * @param connector W
     */
    record CosineMatching(Pairing pair, Module connector) implements Objective {
        static final Method METHOD = Method.named("cosine", "our own", Compares.FEATURES)
                .advice("cheap; try it beside kd")
                .layers("pooled")
                .option("weight", 2, "what the loss is multiplied by")
                .builtBy(setup -> {
                    Pairing pair = setup.pair();
                    return new CosineMatching(pair, setup.place(
                            Connectors.between(pair.student().output(), pair.teacher().output(), Tail.NONE, setup.key())));
                });

        @Override
        public Variable loss(Moment moment) {
            Variable student = unit(connector.apply(pair.student(moment)));
            Tensor teacher = unit(pair.teacher(moment));
            return student.mul(Variable.of(teacher)).sum(1).mean().rsub(1);
        }

        private static <T extends TensorOps<T>> T unit(T rows) {
            return rows.div(rows.square().sum(List.of(1), true).add(1e-12).sqrt());
        }

        @Override
        public Set<Tap> taps() {
            return pair.taps();
        }

        @Override
        public List<Parameter> parameters() {
            return List.copyOf(connector.parameters().values());
        }
    }
    // page end

    private static final Key KEY = Key.of(7);

    @Test
    void valueAndGradientsAreRight() {
        Tensor student = Device.reference().normal(KEY.split("s"), 5, 3);
        Tensor teacher = Device.reference().normal(KEY.split("t"), 5, 4);
        Module connector = Linear.of(3, 4, KEY);
        connector.to(Device.reference());
        ObjectiveCheck.features(new CosineMatching(ObjectiveCheck.pairing(student, teacher), connector), student, teacher).gradients();
        var equal = new CosineMatching(ObjectiveCheck.pairing(teacher, teacher), new Identity());
        assertEquals(0, ObjectiveCheck.features(equal, teacher, teacher.mul(3)).value(), 1e-10, "cosines know no scale");
    }

    @Test
    void itTrainsByItsName() {
        Shape example = Shape.of(12);
        Module student = Models.build("mlp-6", example, 3, KEY.split("student"));
        Module teacher = Models.build("mlp-10-8", example, 3, KEY.split("teacher"));
        Task task = Task.of(student, teacher, () -> Models.build("mlp-6", example, 3, KEY.split("student")), example, 3, 20, 4, 20, KEY);
        var curriculum = Curriculum.of(List.of(CosineMatching.METHOD.plain()), task, new Frozen(teacher), new HardLabels());
        Stage main = curriculum.stages().getLast();
        var distiller = new Distiller(student, main.recipe(), Sgd.of(main.trained(), Schedule.constant(0.1), 0.9, 0));
        Tensor inputs = Device.cpu().normal(KEY.split("x"), 20, 12);
        int[] labels = new int[20];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 3;
        }
        var batch = new Batch(new long[20], inputs, inputs, Device.cpu().tensor(labels, 20), 0);
        double first = distiller.step(batch, Progress.START).losses().get("cosine");
        double last = first;
        for (int i = 1; i < 100; i++) {
            last = distiller.step(batch, new Progress(i, 0)).losses().get("cosine");
        }
        assertTrue(last < 0.5 * first, first + " -> " + last);
    }

    @Test
    void isWhatThePageShows() throws IOException {
        String source = Files.readString(Path.of("src/test/java/limbeck/distill/OwnLossTest.java"));
        String example = source.substring(source.indexOf("    // page begin\n") + 18, source.indexOf("    // page end"))
                .replaceAll("(?m)^ {4}", "").strip();
        assertTrue(Files.readString(Path.of("WRITING-A-LOSS.md")).contains("```java\n" + example + "\n```"), "copy the example:\n" + example);
    }
}
