package limbeck.distill.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Controller;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.StepReport;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.control.Balance;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of methods that change over time: 8 epochs of 4 steps. */
class ScheduledOptionsTest {
    private static final Key KEY = Key.of(3);

    private static Sequential net(String key) {
        return Sequential.of(Linear.of(6, 8, KEY.split(key).split("a")), new Relu(), Linear.of(8, 3, KEY.split(key).split("b")));
    }

    private static Curriculum curriculum(String methods, Balance balance) {
        Module teacher = net("teacher");
        var task = Task.of(net("student"), teacher, () -> net("student"), Shape.of(6), 3, 48, 8, 12, KEY);
        return Curriculum.of(Methods.parse(methods), task, new Frozen(teacher), new HardLabels(), balance);
    }

    private static Recipe recipe(String methods) {
        return curriculum(methods, Balance.NONE).stages().getLast().recipe();
    }

    private static double at(Recipe recipe, String name, long step) {
        return recipe.schedules().get(name).at(Progress.of(step, 4));
    }

    @Test
    void aTemperatureOverTheMainStageIsReported() {
        Recipe recipe = recipe("kd(temperature=linear(8, 2, 50%))");
        assertEquals(List.of("ce.weight", "kd.weight", "kd.temperature"), List.copyOf(recipe.schedules().keySet()));
        assertEquals(List.of(8.0, 5.0, 2.0, 2.0), List.of(at(recipe, "kd.temperature", 0), at(recipe, "kd.temperature", 8),
                at(recipe, "kd.temperature", 16), at(recipe, "kd.temperature", 31)));
        // A number is there too.
        assertEquals(4, at(recipe("kd"), "kd.temperature", 5));
        assertTrue(recipe.controllers().isEmpty());
    }

    @Test
    void partsOfTheMainStageAreThoseOfWhatTheOthersLeaveOfIt() {
        // Half of 8 epochs go to the stage before.
        Curriculum curriculum = curriculum("tf-kd(mode=self, temperature=linear(6, 2, all), weight=linear(1, 0, 2 epochs))", Balance.NONE);
        assertEquals(List.of(4, 4), curriculum.stages().stream().map(Stage::epochs).toList());
        Recipe recipe = curriculum.stages().getLast().recipe();
        assertEquals(4, at(recipe, "tf-kd.temperature", 8));
        assertEquals(2, at(recipe, "tf-kd.temperature", 16));
        assertEquals(0.5, at(recipe, "tf-kd.weight", 4));
    }

    @Test
    void theWarmUpMultipliesAWeightThatChanges() {
        Recipe recipe = recipe("kd(weight=linear(1, 0, all), warmup=0.25)");
        assertEquals(0, at(recipe, "kd.weight", 0));
        assertEquals(0.5 * (1 - 4 / 32.0), at(recipe, "kd.weight", 4));
        assertEquals(0.5, at(recipe, "kd.weight", 16));
        Recipe listening = recipe("kd(weight=validation(0.9, 0.1), warmup=0.25)");
        assertEquals(1, listening.controllers().size());
        listening.controllers().getFirst().validated(1, 0.5);
        listening.controllers().getFirst().validated(0.9, 0.5);
        assertEquals(0.9 * 1.1, at(listening, "kd.weight", 16));
        assertEquals(0.5 * 0.9 * 1.1, at(listening, "kd.weight", 4));
    }

    @Test
    void theWarmUpIsAPartOfAStageOfTheMethodsOwn() {
        Stage annealing = curriculum("annealing-kd(weight=2, warmup=0.5)", Balance.NONE).stages().getFirst();
        assertEquals(4, annealing.epochs());
        assertEquals(0, at(annealing.recipe(), "annealing-kd.weight", 0));
        assertEquals(1, at(annealing.recipe(), "annealing-kd.weight", 4));
        assertEquals(2, at(annealing.recipe(), "annealing-kd.weight", 8));
        Stage views = curriculum("views(views-epochs=0.5, warmup=0.5)", Balance.NONE).stages().getFirst();
        assertEquals(0.5, at(views.recipe(), "views.weight", 4));
        Stage align = curriculum("progressive-features(part=0.5, loss=sp, warmup=0.5)", Balance.NONE).stages().getFirst();
        assertEquals(0, at(align.recipe(), "progressive-features.weight", 0));
    }

    @Test
    void withoutATeacherARangeIsRefusedInTheDryRun() {
        Recipe recipe = recipe("kd(temperature=range(2, 0.5))").taughtBy(Teacher.NONE);
        var alone = new Recipe(Teacher.NONE, List.of(new Term("ce", 1, new HardLabels()))).with("ce.none", recipe.schedules().get("kd.temperature"));
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 12, 6);
        var batch = new Batch(new long[12], inputs, inputs, Device.cpu().tensor(new int[12], 12), 0);
        Module student = net("student");
        var distiller = new Distiller(student, alone, Sgd.of(List.copyOf(student.parameters().values()), Schedule.constant(0), 0, 0));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> distiller.check(batch)).getMessage().startsWith("schedule: range"));
    }

    @Test
    void theLabelsWeightIsTheLargestAtEachTime() {
        Recipe recipe = recipe("kd(ce=linear(1, 0, all)),dkd(ce=0.25)");
        assertEquals(List.of(1.0, 0.5, 0.25, 0.25), List.of(at(recipe, "ce.weight", 0), at(recipe, "ce.weight", 16), at(recipe, "ce.weight", 24),
                at(recipe, "ce.weight", 30)));
        assertFalse(recipe("kd(ce=0)").schedules().containsKey("ce.weight"));
        assertTrue(recipe("kd(ce=after(4 epochs, 1))").schedules().containsKey("ce.weight"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kd", "dkd", "nkd", "logit-standardization", "dist", "wsld", "ofa", "flsw", "cwsm", "tf-kd", "confidence-kd", "balanced-kd",
        "consistency"})
    void everyLossFollowsItsTemperature(String method) {
        Recipe changing = recipe(method + "(temperature=linear(8, 2, all))");
        Recipe constant = recipe(method + "(temperature=5)");
        assertEquals(5, at(changing, method + ".temperature", 16));
        assertEquals(loss(constant, 16), loss(changing, 16));
        assertNotEquals(loss(constant, 8), loss(changing, 8));
    }

    private static StepReport step(Recipe recipe, long step) {
        Module student = net("student");
        var parameters = new ArrayList<Parameter>(student.parameters().values());
        parameters.addAll(recipe.parameters());
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 12, 6);
        var batch = new Batch(new long[12], inputs, inputs, Device.cpu().tensor(inputs.slice(1, 0, 3).argmax(1).toInts(), 12), 0);
        return new Distiller(student, recipe, Sgd.of(parameters, Schedule.constant(0), 0, 0)).step(batch, Progress.of(step, 4));
    }

    private static double loss(Recipe recipe, long step) {
        return step(recipe, step).total();
    }

    @Test
    void aControllerIsToldAndActsInTheSameStep() {
        Recipe recipe = recipe("kd(temperature=range(2, 0.5))");
        assertEquals(1, recipe.controllers().size());
        StepReport report = step(recipe, 0);
        double expected = report.values().get("kd.temperature");
        assertTrue(expected > 2);
        assertEquals(loss(recipe("kd(temperature=" + expected + ")"), 0), report.total());
    }

    @Test
    void decayAndLambdaToo() {
        assertEquals(0.9495, at(recipe("ema(decay=linear(0.9, 0.999, all))"), "ema.decay", 16), 1e-15);
        assertEquals(0.05, at(recipe("kd,interpolation(lambda=linear(0.1, 0, all))"), "interpolation.lambda", 16));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "kd(temperature=0) | method kd: temperature needs a number above 0, got '0'",
        "kd(temperature=cosin(8, 2, all)) | method kd: temperature: there is no 'cosin'; the nearest are 'cosine', 'then', 'step'",
        "kd(temperature=linear(8, 0, all)) | ",
        "kd(temperature=warmup(2 epochs, 4)) | method kd: temperature needs a number above 0 at all times, but 'warmup(2 epochs, 4)' is 0.0 at step 0",
        "kd(temperature=linear(4, -1, 4 epochs)) | method kd: temperature needs a number above 0 at all times, but 'linear(4, -1, 4 epochs)' is "
                + "-0.0625 at step 13",
        "kd(ce=linear(1, -1, all)) | method kd: ce needs a number of 0 or more at all times, but 'linear(1, -1, all)' is -0.0625 at step 17",
        "kd,interpolation(lambda=linear(2, 0, all)) | method interpolation: lambda needs a number from 0 to 1 at all times, but "
                + "'linear(2, 0, all)' is 2.0 at step 0",
        "kd(weight=exponential(1, 1e300, 1 steps)) | method kd: weight needs a finite number at all times, but "
                + "'exponential(1, 1e300, 1 steps)' is Infinity at step 2",
        "kd(temperature=exponential(1, 1e300, 1 steps)) | method kd: temperature needs a number above 0 at all times, but "
                + "'exponential(1, 1e300, 1 steps)' is Infinity at step 2",
        "ema(decay=1) | method ema: decay needs a number from 0 to below 1, got '1'",
        "kd(warmup=linear(0, 1, all)) | method kd: warmup needs a number, got 'linear(0, 1, all)'",
        "kd(temperature=linear(8, 2, all | method: 'kd(temperature=linear(8, 2, all' has a ( without its )",
    })
    void whatWillNotDoIsSaidBeforeTheFirstBatch(String methods, String sentence) {
        if (sentence == null) {
            // It would be 0 after the last step only.
            recipe(methods);
        } else {
            assertEquals(sentence, assertThrows(IllegalArgumentException.class, () -> recipe(methods)).getMessage());
        }
    }

    @Test
    void aBalanceWeighsTheMainStage() {
        for (String text : List.of("gradnorm", "uncertainty", "validation")) {
            Curriculum curriculum = curriculum("tf-kd(mode=self),confidence-kd", Balance.parse(text));
            Stage main = curriculum.stages().getLast();
            assertTrue(main.trained().containsAll(main.recipe().parameters()), text);
            assertEquals(1, curriculum.stages().getFirst().recipe().terms().size());
            StepReport report = step(main.recipe(), 0);
            assertTrue(Double.isFinite(report.total()));
            assertTrue(report.values().keySet().stream().anyMatch(name -> name.startsWith("balance.") || name.endsWith(".precision")), text);
        }
        assertThrows(IllegalArgumentException.class, () -> curriculum("kd(ce=0)", Balance.parse("gradnorm")));
        assertEquals(1, curriculum("kd", Balance.parse("gradnorm(1)")).stages().getLast().recipe().controllers().stream()
                .map(Controller.class::cast).count());
    }

    @Test
    void oneLineIsReadBackFromItsText() {
        String text = "kd(temperature=then(2 epochs, 8, cosine(8, 2, 50%)), weight=0.9),at(weight=linear(500, 0, all))";
        List<Choice> choices = Methods.parse(text);
        assertEquals(text, choices.get(0) + "," + choices.get(1));
        assertEquals(List.of("kd", "kd(temperature=range(2,4))", "kd(temperature=8)"),
                Methods.alternatives("kd, kd(temperature=range(2,4)), kd(temperature=8)").stream().map(Choice::toString).toList());
        assertEquals("method: 'kd(temperature=8)' is there twice; keep one of them, or give it other options",
                assertThrows(IllegalArgumentException.class, () -> Methods.alternatives("kd(temperature=8),kd( temperature = 8 )")).getMessage());
        assertEquals("method: 'kd' is there twice; keep one of them",
                assertThrows(IllegalArgumentException.class, () -> Methods.parse("kd,kd(temperature=range(2,4))")).getMessage());
    }
}
