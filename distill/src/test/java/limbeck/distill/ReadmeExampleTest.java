package limbeck.distill;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import limbeck.distill.data.Digits;
import limbeck.distill.data.Loader;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import org.junit.jupiter.api.Test;

/** The README's library example, between the marks; it must compile and run. */
class ReadmeExampleTest {
    // README begin
    static Module distil(Module teacher, int epochs) {
        Key key = Key.of(1);
        var data = Digits.load(key).train();
        Module student = Models.build("mlp-64", data.shape(), data.classes(), key.split("student"));
        var recipe = new Recipe(new Frozen(teacher), List.of(
                new Term("ce", 0.1, new HardLabels()),
                new Term("kd", 0.9, new LogitKd(4))));
        var rate = Schedule.cosine(2e-3, 0, Schedule.epochs(epochs));
        var optimizer = Adam.w(Group.decaying(List.copyOf(student.parameters().values()), 1e-4), rate);
        var distiller = new Distiller(student, recipe, optimizer);
        var loader = Loader.of(data, 128).shuffle(key).normalise(data.statistics()).build();
        for (long epoch = 0, step = 0; epoch < epochs; epoch++) {
            try (var batches = loader.epoch((int) epoch)) {
                while (batches.hasNext()) {
                    try (var _ = Scope.open("batch")) {
                        distiller.step(batches.next(), Progress.of(step++, loader.batches()));
                    }
                }
            }
        }
        return student;
    }
    // README end

    @Test
    void runs() {
        var data = Digits.load(Key.of(1)).train();
        distil(Models.build("mlp-32", data.shape(), data.classes(), Key.of(2)), 1);
    }

    @Test
    void isWhatTheReadmeShows() throws IOException {
        String source = Files.readString(Path.of("src/test/java/limbeck/distill/ReadmeExampleTest.java"));
        String example = source.substring(source.indexOf("    // README begin\n") + 20, source.indexOf("    // README end"))
                .replaceAll("(?m)^ {4}", "").strip();
        assertTrue(Files.readString(Path.of("../README.md")).contains("```java\n" + example + "\n```"), "copy the example into README.md:\n" + example);
    }
}
