package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Objective;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.nn.Layers;
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

/** What holds for every loss of logits, built by name for a pair of small networks. */
class LogitLossesTest {
    private static final List<Method> METHODS = List.of(LogitKd.METHOD, MseLogits.METHOD, DecoupledKd.METHOD, NormalizedKd.METHOD,
            UniversalSelfKd.METHOD, StandardizedKd.METHOD, Dist.METHOD, WeightedSoftLabels.METHOD, OneForAll.METHOD,
            CurriculumTemperature.METHOD, FocalTemperature.METHOD, ConfidenceTemperature.METHOD, TeacherFree.METHOD, GeneralizedJsd.METHOD,
            SparseTopKKl.METHOD, TotalVariation.METHOD);
    private static final Set<String> WITHOUT_TEACHER = Set.of("uskd", "tf-kd");
    private static final Shape EXAMPLE = Shape.of(1, 11, 9);
    private static final int CLASSES = 10;
    private static final Key KEY = Key.of(77);

    private static Module student() {
        return Models.build("cnn-tiny", EXAMPLE, CLASSES, KEY.split("student"));
    }

    private static Task task(Device device) {
        Module student = student();
        Module teacher = Models.build("cnn-small", EXAMPLE, CLASSES, KEY.split("teacher"));
        student.to(device);
        teacher.to(device);
        return Task.of(student, teacher, LogitLossesTest::student, EXAMPLE, CLASSES, 100, 24, 6, KEY);
    }

    private static Curriculum lessons(Choice choice, Task task) {
        return Curriculum.of(List.of(choice), task, new Frozen(task.teacher()), new HardLabels());
    }

    private static Objective objective(Choice choice, Task task) {
        return lessons(choice, task).stages().getLast().recipe().terms().stream()
                .filter(term -> term.name().equals(choice.method().name())).map(Term::objective).findFirst().orElseThrow();
    }

    /** A loss on given logits, with random features wherever it looks. */
    private static ObjectiveCheck check(Objective loss, Task task, Tensor student, Tensor teacher) {
        var features = new LinkedHashMap<String, Tensor>();
        int size = student.shape().dim(0);
        for (Tap tap : loss.taps()) {
            Shape shape = task.students().find(tap.path()).getFirst().output().prepend(size);
            features.put(tap.path(), student.device().normal(KEY.split(tap.path()), shape.dims()));
        }
        int[] labels = IntStream.range(0, size).map(n -> 7 * n % CLASSES).toArray();
        return ObjectiveCheck.of(loss, new Views<>(student, features), Views.of(teacher), student.device().tensor(labels, size));
    }

    @Test
    void namesAreThoseOfTheCatalogue() {
        assertEquals(List.of("kd", "mse-logits", "dkd", "nkd", "uskd", "logit-standardization", "dist", "wsld", "ofa", "ctkd", "flsw", "cwsm",
                "tf-kd", "gkd", "topk-kl", "tvd"), METHODS.stream().map(Method::name).toList());
    }

    @Test
    void extremeLogitsGiveFiniteValuesAndGradients() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Task task = task(device);
            Tensor signs = device.normal(KEY.split("signs"), 6, CLASSES).sign();
            Tensor one = device.tensor(new int[] {0, 1, 2, 3, 4, 5}, 6).oneHot(CLASSES);
            List<Tensor> extremes = List.of(signs.mul(1e4), one.mul(1e4), one.mul(-1e4), device.zeros(6, CLASSES),
                    device.full(-1e4, one.shape()), device.normal(KEY.split("usual"), 6, CLASSES));
            for (Method method : METHODS) {
                Objective loss = objective(method.with(Map.of()), task);
                for (Tensor student : extremes) {
                    for (Tensor teacher : extremes) {
                        check(loss, task, student, teacher).finite();
                    }
                }
            }
        }
    }

    @Test
    void floatsAgreeWithDoubles() {
        Task doubles = task(Device.reference());
        Task floats = task(Device.cpu());
        Tensor student = Device.cpu().normal(KEY.split("s"), 5, CLASSES).mul(2);
        Tensor teacher = Device.cpu().normal(KEY.split("t"), 5, CLASSES).mul(3);
        for (Method method : METHODS) {
            ObjectiveCheck exact = check(objective(method.with(Map.of()), doubles), doubles, student.to(Device.reference()),
                    teacher.to(Device.reference()));
            ObjectiveCheck fast = check(objective(method.with(Map.of()), floats), floats, student, teacher);
            assertEquals(exact.value(), fast.value(), 1e-4 * Math.max(1, exact.value()), method.name());
            double[] expected = exact.logitGradient().toDoubles();
            double[] actual = fast.logitGradient().toDoubles();
            double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-4 * scale, method + ", element " + i);
            }
        }
    }

    @Test
    void oneExampleIsEnough() {
        Task task = task(Device.reference());
        Tensor student = Device.reference().normal(KEY.split("s"), 1, CLASSES);
        Tensor teacher = Device.reference().normal(KEY.split("t"), 1, CLASSES);
        for (Method method : METHODS) {
            check(objective(method.with(Map.of()), task), task, student, teacher).finite();
        }
    }

    /** Means over the batch, and not sums or means over classes too. */
    @Test
    void theSameExamplesTwiceAreTheSameLoss() {
        Task task = task(Device.reference());
        Tensor student = Device.reference().normal(KEY.split("s"), 4, CLASSES);
        Tensor teacher = Device.reference().normal(KEY.split("t"), 4, CLASSES);
        for (Method method : METHODS) {
            Objective loss = objective(method.with(Map.of()), task);
            ObjectiveCheck once = check(loss, task, student, teacher);
            var features = new LinkedHashMap<String, Tensor>();
            once.student().features().forEach((path, feature) -> features.put(path, feature.concat(0, List.of(feature))));
            ObjectiveCheck twice = ObjectiveCheck.of(loss, new Views<>(student.concat(0, List.of(student)), features),
                    Views.of(teacher.concat(0, List.of(teacher))), once.targets().concat(0, List.of(once.targets())));
            // Its epsilon stands beside norms that grow with the batch.
            double tolerance = method == Dist.METHOD ? 1e-6 : 1e-12;
            assertEquals(once.value(), twice.value(), tolerance * Math.max(1, once.value()), method.name());
        }
    }

    /** Without tau^2 the gradient would shrink by ten for each factor of ten; one that had it twice would grow. */
    @Test
    void growingTemperatureKeepsTheGradientsScale() {
        Task task = task(Device.reference());
        Tensor student = Device.reference().normal(KEY.split("s"), 4, CLASSES);
        Tensor teacher = Device.reference().normal(KEY.split("t"), 4, CLASSES);
        for (Method method : List.of(LogitKd.METHOD, DecoupledKd.METHOD, NormalizedKd.METHOD, StandardizedKd.METHOD, WeightedSoftLabels.METHOD,
                FocalTemperature.METHOD, ConfidenceTemperature.METHOD, TeacherFree.METHOD)) {
            double[] sums = DoubleStream.of(50, 500).map(tau -> check(objective(method.with(Map.of("temperature", Double.toString(tau))), task),
                    task, student, teacher).logitGradient().abs().sum().item()).toArray();
            assertEquals(1, sums[1] / sums[0], 0.1, method.name());
        }
    }

    @Test
    void misfitsAreRefusedInWords() {
        Task task = task(Device.cpu());
        for (Method method : METHODS) {
            Objective loss = objective(method.with(Map.of()), task);
            if (WITHOUT_TEACHER.contains(method.name())) {
                loss.check(Views.of(Shape.of(8, 10)), Views.of(null));
                var e = assertThrows(IllegalArgumentException.class, () -> loss.check(Views.of(Shape.of(8, 5, 10)), Views.of(null)));
                assertEquals(method + ": the student's logits are (8, 5, 10); logits (N, classes) of at least 2 classes are needed, with a "
                        + "label for each example", e.getMessage());
                continue;
            }
            var classes = assertThrows(IllegalArgumentException.class,
                    () -> loss.check(Views.of(Shape.of(8, 10)), Views.of(Shape.of(8, 100))));
            assertEquals(method + ": the student's logits are (8, 10), the teacher's (8, 100); both must know the same classes",
                    classes.getMessage());
            var nobody = assertThrows(IllegalArgumentException.class, () -> loss.check(Views.of(Shape.of(8, 10)), Views.of(null)));
            assertTrue(nobody.getMessage().startsWith(method + ": there is no teacher to learn from"), nobody.getMessage());
        }
    }

    private static Batch batch() {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 6, 1, 11, 9);
        return new Batch(new long[] {0, 1, 2, 3, 4, 5}, inputs, inputs, Device.cpu().tensor(new int[] {0, 1, 2, 3, 4, 5}, 6), 0);
    }

    @Test
    void everyMethodTrains() {
        for (Method method : METHODS) {
            Task task = task(Device.cpu());
            Stage main = lessons(method.with(Map.of("warmup", "0")), task).stages().getLast();
            var distiller = new Distiller(task.student(), main.recipe(), Sgd.of(main.trained(), Schedule.constant(0.01), 0.9, 0));
            double first = distiller.step(batch(), Progress.START).total();
            double last = first;
            for (int i = 1; i < 10; i++) {
                last = distiller.step(batch(), new Progress(i, 0)).total();
            }
            assertTrue(last < first, method + ": " + first + " -> " + last);
        }
    }

    @Test
    void whereHeadsArePutIsSaid() {
        Task task = task(Device.cpu());
        List<Layers.Layer> stages = task.students().find("stages");
        var ofa = (OneForAll) objective(OneForAll.METHOD.with(Map.of()), task);
        assertEquals(stages.stream().map(Layers.Layer::path).toList(), ofa.heads().stream().map(AuxiliaryHead::path).toList());
        String note = lessons(OneForAll.METHOD.with(Map.of()), task).notes().getFirst();
        assertTrue(note.startsWith("ofa puts heads on " + stages.getFirst().path()), note);
        assertEquals(List.of(), ((OneForAll) objective(OneForAll.METHOD.with(Map.of("student-layers", "none")), task)).heads());
        var uskd = (UniversalSelfKd) objective(UniversalSelfKd.METHOD.with(Map.of()), task);
        assertEquals(stages.get(stages.size() - 2).path(), uskd.weak().path());
        var last = (UniversalSelfKd) objective(UniversalSelfKd.METHOD.with(Map.of("student-layers", "last")), task);
        assertEquals(stages.getLast().path(), last.weak().path());
    }

    @Test
    void aLinearModelHasNoStages() {
        Module linear = Models.build("linear", EXAMPLE, CLASSES, KEY);
        Task task = Task.of(linear, linear, () -> linear, EXAMPLE, CLASSES, 10, 2, 5, KEY);
        var e = assertThrows(IllegalArgumentException.class, () -> objective(UniversalSelfKd.METHOD.with(Map.of()), task));
        assertEquals("method uskd: needs a layer before the classifier, and a linear model has none; choose another student", e.getMessage());
        assertEquals(List.of(), ((OneForAll) objective(OneForAll.METHOD.with(Map.of()), task)).heads());
    }
}
