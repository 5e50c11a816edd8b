package limbeck.distill.progressive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.StepReport;
import limbeck.distill.Term;
import limbeck.distill.features.AttentionTransfer;
import limbeck.distill.features.Hint;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.Phase;
import limbeck.distill.method.Task;
import limbeck.distill.relations.SimilarityPreserving;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
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

/** The stages of the methods of this package for real models: their order, their lengths, and what each of them changes. */
class StagesTest {
    private static final Key KEY = Key.of(11);
    private static final Shape EXAMPLE = Shape.of(1, 9, 10);
    private static final List<Method> ALL = List.of(TemperatureStages.METHOD, AnnealingKd.METHOD, ProgressiveFeatures.METHOD,
            AlignmentDepth.METHOD, BlockWise.METHOD);

    private final Batch batch = batch();

    private static Batch batch() {
        Tensor images = Device.cpu().normal(KEY.split("images"), 0, 1, EXAMPLE.prepend(6));
        return new Batch(new long[6], images, images, Device.cpu().tensor(new int[] {0, 1, 2, 0, 1, 2}, 6), 0);
    }

    private static Task task(String student, String teacher, int epochs) {
        return Task.of(Models.build(student, EXAMPLE, 3, KEY.split("student")), Models.build(teacher, EXAMPLE, 3, KEY.split("teacher")),
                () -> Models.build(student, EXAMPLE, 3, KEY.split("fresh")), EXAMPLE, 3, 60, epochs, 6, KEY);
    }

    private static Curriculum curriculum(Task task, Choice... choices) {
        return Curriculum.of(List.of(choices), task, new Frozen(task.teacher()), new HardLabels());
    }

    private static String plan(Curriculum curriculum) {
        return curriculum.stages().stream().map(stage -> stage.name() + " " + stage.epochs()).collect(Collectors.joining(", "));
    }

    private StepReport step(Task task, Stage stage) {
        var distiller = new Distiller(task.student(), stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(0.01), 0, 0));
        return distiller.step(batch, Progress.START);
    }

    private static Map<Object, double[]> values(Module model) {
        var values = new IdentityHashMap<Object, double[]>();
        model.parameters().values().forEach(parameter -> values.put(parameter, parameter.tensor().toDoubles()));
        model.buffers().values().forEach(buffer -> values.put(buffer, buffer.tensor().toDoubles()));
        return values;
    }

    private static List<String> changed(Module model, Map<Object, double[]> before) {
        return model.parameters().entrySet().stream()
                .filter(entry -> !Arrays.equals(before.get(entry.getValue()), entry.getValue().tensor().toDoubles())).map(Map.Entry::getKey)
                .toList();
    }

    /** The first names of what changed, such as stem and layer1. */
    private static List<String> parts(List<String> changed) {
        return changed.stream().map(path -> path.replaceAll("\\..*", "")).distinct().toList();
    }

    private static boolean isUnchanged(Module model, Map<Object, double[]> before) {
        return changed(model, before).isEmpty() && model.buffers().values().stream()
                .allMatch(buffer -> Arrays.equals(before.get(buffer), buffer.tensor().toDoubles()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2  | 1 1 | 1, 1", "3 | 1 1 | 2, 1", "3 | 1 1 1 | 1, 1, 1", "5 | 1 1 1 | 2, 1, 2", "5 | 1 2 1 | 1, 3, 1",
        "7  | 1 1 1 | 2, 3, 2", "12 | 1 1 2 | 3, 3, 6", "3 | 100 1 1 | 1, 1, 1", "4 | 1 1 100 | 1, 1, 2", "5 | 5 | 5", "100 | 0.1 0.2 | 33, 67"})
    void epochsAreDividedInProportion(int epochs, String parts, String lengths) {
        List<Double> proportions = Stream.of(parts.split(" ")).map(Double::valueOf).toList();
        assertEquals("[" + lengths + "]", Phase.lengths(proportions, epochs).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "3  | temperature 8 1, temperature 4 1, temperature 2 1",
        "5  | temperature 8 2, temperature 4 1, temperature 2 2",
        "10 | temperature 8 3, temperature 4 4, temperature 2 3"})
    void temperaturesFallFromStageToStage(int epochs, String plan) {
        Task task = task("mlp-6", "mlp-8", epochs);
        Curriculum curriculum = curriculum(task, TemperatureStages.METHOD.plain());
        assertEquals(plan, plan(curriculum));
        double[] expected = {8, 4, 2};
        for (int i = 0; i < 3; i++) {
            Stage stage = curriculum.stages().get(i);
            assertEquals(List.of("ce", "temperature-stages"), stage.recipe().terms().stream().map(Term::name).toList());
            assertEquals(List.of(0.1, 0.9), stage.recipe().terms().stream().map(term -> term.weight().at(Progress.START)).toList());
            assertEquals(expected[i], stage.recipe().schedules().get("temperature-stages.temperature").at(Progress.START));
            var kd = (LogitKd) stage.recipe().terms().getLast().objective();
            assertEquals(expected[i], kd.temperature().at(Progress.START));
            assertEquals(List.copyOf(task.student().parameters().values()), stage.trained());
        }
    }

    @Test
    void temperaturesAndProportionsCanBeChosen() {
        Task task = task("mlp-6", "mlp-8", 8);
        Curriculum curriculum = curriculum(task, TemperatureStages.METHOD.with(Map.of("temperatures", "20+1.5", "parts", "3+1")));
        assertEquals("temperature 20 6, temperature 1.5 2", plan(curriculum));
    }

    /** Other methods go on through all phases, and what takes epochs before them is taken first. */
    @Test
    void otherMethodsAreInEveryPhase() {
        Task task = task("resnet8", "resnet8x4", 8);
        Curriculum curriculum = curriculum(task, TemperatureStages.METHOD.plain(), Hint.METHOD.plain(), AnnealingKd.METHOD.plain());
        assertEquals("annealing 4, temperature 8 1, temperature 4 2, temperature 2 1", plan(curriculum));
        List<Parameter> connector = ((Hint) curriculum.stages().getLast().recipe().terms().getLast().objective()).parameters();
        for (Stage stage : curriculum.stages().subList(1, 4)) {
            assertEquals(List.of("ce", "temperature-stages", "fitnet"), stage.recipe().terms().stream().map(Term::name).toList());
            assertEquals(1, stage.recipe().terms().getFirst().weight().at(Progress.START));
            assertTrue(stage.trained().containsAll(connector));
            assertEquals(stage.trained().size(), task.student().parameters().size() + connector.size());
        }
    }

    @Test
    void annealingIsAStageOfLogitsAndThenComeTheLabels() {
        Curriculum curriculum = curriculum(task("mlp-6", "mlp-8", 5), AnnealingKd.METHOD.plain());
        assertEquals("annealing 3, main 2", plan(curriculum));
        assertEquals(List.of("annealing-kd"), curriculum.stages().getFirst().recipe().terms().stream().map(Term::name).toList());
        assertEquals(List.of("ce"), curriculum.stages().getLast().recipe().terms().stream().map(Term::name).toList());
        assertEquals(10, curriculum.stages().getFirst().recipe().schedules().get("annealing-kd.temperature").at(Progress.START));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "4  | 0.25 | align layer1 1, align layer2 1, align layer3 1, main 1",
        "5  | 0.25 | align layer1 1, align layer2 1, align layer3 1, main 2",
        "16 | 0.25 | align layer1 1, align layer2 2, align layer3 1, main 12",
        "9  | 0.5  | align layer1 2, align layer2 1, align layer3 2, main 4",
        "12 | 0.5  | align layer1 2, align layer2 2, align layer3 2, main 6",
        "5  | 1    | align layer1 1, align layer2 2, align layer3 1, main 1"})
    void lowStagesAreAlignedFirst(int epochs, String part, String plan) {
        for (Method method : List.of(ProgressiveFeatures.METHOD, BlockWise.METHOD)) {
            Choice choice = part.equals("0.25") ? method.plain() : method.with(Map.of("part", part));
            assertEquals(method == BlockWise.METHOD ? plan.replace("align", "block") : plan, plan(curriculum(task("resnet8", "resnet8x4", epochs), choice)));
        }
    }

    @Test
    void eachStageTrainsItsOwnBlock() {
        for (Method method : List.of(ProgressiveFeatures.METHOD, BlockWise.METHOD)) {
            Task task = task("resnet8", "resnet14", 8);
            Curriculum curriculum = curriculum(task, method.plain());
            List<List<String>> trained = List.of(List.of("stem", "layer1"), List.of("layer2"), List.of("layer3"),
                    List.of("stem", "layer1", "layer2", "layer3", "head"));
            var teacher = values(task.teacher());
            for (int i = 0; i < 4; i++) {
                var before = values(task.student());
                StepReport report = step(task, curriculum.stages().get(i));
                assertTrue(report.total() > 0 && Double.isFinite(report.total()), report.toString());
                assertEquals(trained.get(i), parts(changed(task.student(), before)), method + " stage " + i);
                assertTrue(isUnchanged(task.teacher(), teacher), method + " stage " + i);
            }
            assertSame(task.student(), curriculum.deployed());
        }
    }

    @Test
    void aStageCanTrainAllThatLiesBelow() {
        Task task = task("resnet8", "resnet8", 8);
        Curriculum curriculum = curriculum(task, BlockWise.METHOD.with(Map.of("trains", "below")));
        var before = values(task.student());
        step(task, curriculum.stages().get(1));
        assertEquals(List.of("stem", "layer1", "layer2"), parts(changed(task.student(), before)));
    }

    @Test
    void theMainStageCanTrainTheHeadAlone() {
        for (Method method : List.of(ProgressiveFeatures.METHOD, BlockWise.METHOD)) {
            Task task = task("resnet8", "resnet8", 8);
            Curriculum curriculum = curriculum(task, method.with(Map.of("main", "head")), LogitKd.METHOD.plain());
            assertTrue(plan(curriculum).endsWith(", head 5"), plan(curriculum));
            assertEquals(List.of("ce", "kd"), curriculum.stages().getLast().recipe().terms().stream().map(Term::name).toList());
            var before = values(task.student());
            step(task, curriculum.stages().getLast());
            assertEquals(List.of("head.weight", "head.bias"), changed(task.student(), before));
        }
    }

    @Test
    void theLossOfAStageCanBeChosen() {
        Task task = task("resnet8", "resnet8x4", 8);
        Map<String, Class<?>> losses = Map.of("hint", Hint.class, "at", AttentionTransfer.class, "sp", SimilarityPreserving.class);
        Map<String, Double> weights = Map.of("hint", 50.0, "at", 500.0, "sp", 1500.0);
        losses.forEach((name, type) -> {
            Term term = curriculum(task, ProgressiveFeatures.METHOD.with(Map.of("loss", name, "weight", "0.5"))).stages().getFirst().recipe().terms()
                    .getFirst();
            assertSame(type, term.objective().getClass());
            assertEquals(weights.get(name), term.weight().at(Progress.START));
            var depth = (AlignmentDepth) curriculum(task, AlignmentDepth.METHOD.with(Map.of("loss", name))).stages().getLast().recipe().terms()
                    .getLast().objective();
            assertEquals(3, depth.places().size());
            assertSame(type, depth.places().getFirst().getClass());
            assertEquals(2 * weights.get(name), depth.scale());
        });
    }

    /** The depth is a number of the recipe, reported with each step; by itself it grows over the first half of the main stage. */
    @Test
    void depthIsASchedule() {
        Task task = task("resnet8", "resnet8x4", 12);
        Map<String, double[]> depths = Map.of("0", new double[] {1, 1, 2, 2, 3, 3}, "linear(1, 3, 50%)", new double[] {1, 1.5, 2, 2.5, 3, 3},
                "table(1 until 3 epochs, 9)", new double[] {1, 1, 1, 9, 9, 9}, "2", new double[] {2, 2, 2, 2, 2, 2});
        depths.forEach((text, expected) -> {
            // Half of the epochs go into the stage before.
            Curriculum curriculum = curriculum(task, AlignmentDepth.METHOD.with(Map.of("depth", text)), AnnealingKd.METHOD.plain());
            Schedule depth = curriculum.stages().getLast().recipe().schedules().get("alignment-depth.depth");
            for (int i = 0; i < expected.length; i++) {
                // Of 6 epochs the first half are 3: 1 lasts 1.5, 2 as long.
                double epoch = text.equals("0") || text.startsWith("linear") ? 0.75 * i : i;
                assertEquals(expected[i], depth.at(new Progress(0, epoch)), 1e-12, text + " at " + epoch);
            }
        });
        var shallow = curriculum(task, AlignmentDepth.METHOD.with(Map.of("depth", "1"))).stages().getLast();
        var before = values(task.student());
        step(task, new Stage("depth 1", 1, new Recipe(shallow.recipe().teacher(), List.of(shallow.recipe().terms().getLast())), shallow.trained()));
        assertEquals(List.of("stem", "layer1"), parts(changed(task.student(), before)));
    }

    @Test
    void everyMethodLearnsBetweenModelsOfManyKinds() {
        Map<Method, List<String>> teachers = Map.of(TemperatureStages.METHOD, List.of("mlp-12-10"), AnnealingKd.METHOD, List.of("mlp-12-10"),
                ProgressiveFeatures.METHOD, List.of("cnn-tiny", "wrn-16-1"), AlignmentDepth.METHOD, List.of("lenet", "resnet8"),
                BlockWise.METHOD, List.of("cnn-tiny", "lenet", "wrn-16-1", "resnet8"));
        for (Method method : ALL) {
            for (String teacher : teachers.get(method)) {
                learnsInEveryStage(method, "resnet8", teacher);
            }
            learnsInEveryStage(method, "mlp-8-6", "mlp-12-10");
        }
        learnsInEveryStage(BlockWise.METHOD, "wrn-16-1", "cnn-base");
    }

    private void learnsInEveryStage(Method method, String student, String teacher) {
        Task task = task(student, teacher, 9);
        Curriculum curriculum = curriculum(task, method.plain());
        assertEquals(9, curriculum.stages().stream().mapToInt(Stage::epochs).sum(), method.name());
        for (Stage stage : curriculum.stages()) {
            StepReport report = step(task, stage);
            assertTrue(Double.isFinite(report.total()), method + " " + stage.name() + " of " + teacher + " " + report);
            assertTrue(stage.trained().stream().allMatch(parameter -> parameter.device() == Device.cpu()));
            assertEquals(stage.trained().size(), stage.trained().stream().distinct().count());
        }
    }

    /** A few steps of each block bring its features nearer, and the answers through the rest of the teacher. */
    @Test
    void blocksTakeThePlaceOfTheTeachers() {
        Task task = task("cnn-tiny", "cnn-small", 8);
        for (Stage stage : curriculum(task, BlockWise.METHOD.plain()).stages()) {
            var distiller = new Distiller(task.student(), stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(0.05), 0.9, 0));
            double first = distiller.step(batch, Progress.START).total();
            double last = first;
            for (int i = 1; i < 25; i++) {
                last = distiller.step(batch, new Progress(i, 0)).total();
            }
            assertTrue(last < 0.7 * first, stage.name() + ": " + first + " to " + last);
        }
    }

    @Test
    void thePlanNamesThePlacesAndTheConnectors() {
        List<String> notes = curriculum(task("resnet8", "resnet8x4", 8), BlockWise.METHOD.plain()).notes();
        assertTrue(notes.contains("block-wise compares layer1 (16, 9, 10) ~ layer1 (64, 9, 10); layer2 (32, 5, 5) ~ layer2 (128, 5, 5); "
                + "layer3 (64, 3, 3) ~ layer3 (256, 3, 3)"), notes.toString());
        assertTrue(notes.contains("block-wise connects layer2 to layer2 by conv 1x1, batch norm, ReLU"), notes.toString());
        assertFalse(notes.isEmpty());
    }

    @Test
    void whatCannotWorkIsRefusedInWords() {
        assertEquals("method temperature-stages: 3 stages need at least as many epochs, got 2; give more epochs, or fewer stages",
                message(TemperatureStages.METHOD, "mlp-6", "mlp-8", 2, Map.of()));
        assertEquals("method temperature-stages: temperatures needs numbers above 0 joined by +, such as 8+4+2, got '8+0'",
                message(TemperatureStages.METHOD, "mlp-6", "mlp-8", 5, Map.of("temperatures", "8+0")));
        assertEquals("method temperature-stages: temperatures needs numbers above 0 joined by +, such as 8+4+2, got '8, 4'",
                message(TemperatureStages.METHOD, "mlp-6", "mlp-8", 5, Map.of("temperatures", "8, 4")));
        assertEquals("method temperature-stages: parts has 2 numbers for 3 stages, got '1+2'; give one for each, or equal",
                message(TemperatureStages.METHOD, "mlp-6", "mlp-8", 5, Map.of("parts", "1+2")));
        assertEquals("method annealing-kd: highest needs a whole number of 1 or more, got '0'",
                message(AnnealingKd.METHOD, "mlp-6", "mlp-8", 5, Map.of("highest", "0")));
        assertEquals("method annealing-kd: trains in stages, which needs at least 2 epochs",
                message(AnnealingKd.METHOD, "mlp-6", "mlp-8", 1, Map.of()));
        assertEquals("method alignment-depth: depth needs a number of 0 or more, got '-1'",
                assertThrows(IllegalArgumentException.class, () -> AlignmentDepth.METHOD.with(Map.of("depth", "-1"))).getMessage());
        for (Method method : List.of(ProgressiveFeatures.METHOD, BlockWise.METHOD)) {
            assertEquals("method " + method + ": trains in 3 stages before the main one, which needs at least 4 epochs, got 3; give more epochs, or "
                    + "name fewer layers", message(method, "resnet8", "resnet8", 3, Map.of()));
            assertEquals("method " + method + ": there is no layer to look at; a linear model has none inside",
                    message(method, "linear", "mlp-8", 5, Map.of()));
            assertEquals("method " + method + ": there is nothing to train between layer3 and layer1; name student-layers in the order in which they "
                    + "run, each behind layers of its own", message(method, "resnet8", "resnet8", 5, Map.of("student-layers", "layer3+layer1",
                    "teacher-layers", "layer3+layer1")));
            assertEquals("method " + method + ": the length of a stage is a part of all epochs, from 0 to 1, got 1.5",
                    message(method, "resnet8", "resnet8", 5, Map.of("part", "1.5")));
        }
        assertTrue(message(ProgressiveFeatures.METHOD, "mlp-8", "resnet8", 5, Map.of("loss", "at")).startsWith(
                "method progressive-features: compares feature maps"));
        assertEquals("method block-wise: features and logits are both 0; give one of them a weight",
                message(BlockWise.METHOD, "resnet8", "resnet8", 5, Map.of("features", "0", "logits", "0")));
        assertEquals("method block-wise: ResNet cannot be cut at layer1.0.conv1, because layer1.0 (BasicBlock) does more than run its parts one "
                + "after the other; choose another layer, such as one of stages, or logits=0, which needs no cut",
                message(BlockWise.METHOD, "resnet8", "resnet8", 5, Map.of("teacher-layers", "layer1.0.conv1")));
        var both = assertThrows(IllegalArgumentException.class, () -> curriculum(task("resnet8", "resnet8", 12),
                TemperatureStages.METHOD.plain(), BlockWise.METHOD.with(Map.of("main", "head"))));
        assertEquals("method: temperature-stages and block-wise each bring parts of the main stage; keep one of them", both.getMessage());
    }

    /** Features alone need no cut. */
    @Test
    void blocksByFeaturesAloneWorkInsideABlock() {
        Task task = task("resnet8", "resnet8", 5);
        Curriculum curriculum = curriculum(task, BlockWise.METHOD.with(Map.of("teacher-layers", "layer1.0.conv1", "logits", "0")));
        assertTrue(Double.isFinite(step(task, curriculum.stages().getFirst()).total()));
    }

    private static String message(Method method, String student, String teacher, int epochs, Map<String, String> options) {
        return assertThrows(IllegalArgumentException.class, () -> curriculum(task(student, teacher, epochs), method.with(options))).getMessage();
    }
}
