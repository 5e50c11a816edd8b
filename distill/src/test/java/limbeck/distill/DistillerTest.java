package limbeck.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
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

class DistillerTest {
    private static final Key KEY = Key.of(11);

    private static Sequential net(int hidden, Key key) {
        return Sequential.of(Linear.of(6, hidden, key.split("a")), new Relu(), Linear.of(hidden, 3, key.split("b")));
    }

    private static Batch batch(int examples) {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), examples, 6);
        int[] labels = new int[examples];
        for (int i = 0; i < examples; i++) {
            labels[i] = i % 3;
        }
        return new Batch(new long[examples], inputs, inputs, Device.cpu().tensor(labels, examples), 0);
    }

    private static Sgd sgd(Module model, Recipe recipe, double rate) {
        var all = new ArrayList<Parameter>(model.parameters().values());
        all.addAll(recipe.parameters());
        return Sgd.of(all, Schedule.constant(rate), 0, 0);
    }

    @Test
    void numbersAsTargetsAreLearnedAndCountAsNeitherRightNorWrong() {
        Sequential student = net(8, KEY);
        Objective squares = m -> Losses.mse(m.student().logits(), m.targets(), Reduction.MEAN);
        var distiller = new Distiller(student, Recipe.alone(squares), sgd(student, Recipe.alone(squares), 0.1));
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 4, 6);
        var batch = new Batch(new long[4], inputs, inputs, Device.cpu().ones(4, 3), 0);
        StepReport first = distiller.step(batch, Progress.START);
        assertEquals(0, first.score().correct());
        assertTrue(distiller.step(batch, new Progress(1, 0)).total() < first.total());
    }

    /** A term with everything a term can have: taps on both sides, a connector of its own, a contract. */
    private record Hint(Linear connector) implements Objective {
        @Override
        public Variable loss(Moment m) {
            return Losses.mse(connector.apply(m.student().feature("1")), m.teacher().feature("1"), Reduction.MEAN);
        }

        @Override
        public Set<Tap> taps() {
            return Set.of(Tap.student("1"), Tap.teacher("1"));
        }

        @Override
        public List<Parameter> parameters() {
            return List.copyOf(connector.parameters().values());
        }

        @Override
        public void check(Views<Shape> student, Views<Shape> teacher) {
            if (teacher.feature("1").dim(1) != connector.weight().shape().dim(0)) {
                throw new IllegalArgumentException("hint: the connector makes " + connector.weight().shape().dim(0) + " features, the teacher has "
                        + teacher.feature("1").dim(1));
            }
        }
    }

    @Test
    void theStudentLearnsAndTheTeacherDoesNot() {
        Module teacher = net(16, KEY.split("teacher"));
        Module student = net(8, KEY.split("student"));
        float[] before = teacher.parameters().get("0.weight").tensor().toFloats();
        var recipe = new Recipe(new Frozen(teacher), List.of(new Term("ce", 0.3, new HardLabels()), new Term("kd", 0.7, new LogitKd(2))));
        var distiller = new Distiller(student, recipe, sgd(student, recipe, 0.1));
        StepReport first = distiller.step(batch(20), Progress.START);
        StepReport last = first;
        for (int i = 1; i < 200; i++) {
            last = distiller.step(batch(20), new Progress(i, 0));
        }
        assertEquals(List.of("ce", "kd"), List.copyOf(first.losses().keySet()));
        assertEquals(0.3 * first.losses().get("ce") + 0.7 * first.losses().get("kd"), first.total(), 1e-5);
        assertTrue(last.total() < first.total(), first.total() + " -> " + last.total());
        assertEquals(20, last.examples());
        assertArrayEquals(before, teacher.parameters().get("0.weight").tensor().toFloats());
    }

    @Test
    void aModelAtWhichNobodyLooksDoesNotRun() {
        var runs = new int[1];
        record Counting(Module inner, int[] runs) implements Module {
            @Override
            public Variable forward(Variable x) {
                runs[0]++;
                return inner.apply(x);
            }

            @Override
            public limbeck.nn.Parts parts() {
                return limbeck.nn.Parts.none().with("inner", inner);
            }
        }
        Module student = net(8, KEY.split("student"));
        var teacher = new Frozen(new Counting(net(16, KEY.split("teacher")), runs));
        var labels = new Recipe(teacher, List.of(new Term("ce", 1, new HardLabels())));
        new Distiller(student, labels, sgd(student, labels, 0.1)).step(batch(20), Progress.START);
        assertEquals(1, runs[0], "in the dry run alone");
        var taught = new Recipe(teacher, List.of(new Term("ce", 1, new HardLabels()), new Term("kd", 1, new LogitKd(2))));
        new Distiller(student, taught, sgd(student, taught, 0.1)).step(batch(20), Progress.START);
        assertEquals(3, runs[0]);
    }

    @Test
    void aFeatureTermTrainsItsConnector() {
        Module teacher = net(16, KEY.split("teacher"));
        Module student = net(8, KEY.split("student"));
        var hint = new Hint(Linear.of(8, 16, KEY.split("connector")));
        var recipe = new Recipe(new Frozen(teacher), List.of(new Term("hint", Schedule.constant(1), hint)));
        float[] before = hint.connector().weight().tensor().toFloats();
        var distiller = new Distiller(student, recipe, sgd(student, recipe, 0.1));
        double first = distiller.step(batch(20), Progress.START).total();
        double last = first;
        for (int i = 1; i < 100; i++) {
            last = distiller.step(batch(20), new Progress(i, 0)).total();
        }
        assertTrue(last < 0.8 * first, first + " -> " + last);
        assertTrue(before[0] != hint.connector().weight().tensor().toFloats()[0], "the connector did not move");
    }

    @Test
    void whatCannotWorkFailsBeforeTheFirstStep() {
        Module student = net(8, KEY.split("student"));
        var hint = new Hint(Linear.of(8, 5, KEY));
        var recipe = new Recipe(new Frozen(net(16, KEY)), List.of(new Term("hint", 1, hint)));
        float[] before = student.parameters().get("0.weight").tensor().toFloats();
        var e = assertThrows(IllegalArgumentException.class,
                () -> new Distiller(student, recipe, sgd(student, recipe, 0.1)).step(batch(4), Progress.START));
        assertEquals("hint: the connector makes 5 features, the teacher has 16", e.getMessage());
        assertArrayEquals(before, student.parameters().get("0.weight").tensor().toFloats());
    }

    @Test
    void aLossThatIsNoNumberStopsAndLeavesTheStudent() {
        Module student = net(8, KEY.split("student"));
        float[] before = student.parameters().get("0.weight").tensor().toFloats();
        Objective broken = m -> m.student().logits().sum().mul(Double.NaN);
        var recipe = Recipe.alone(broken);
        var e = assertThrows(ArithmeticException.class,
                () -> new Distiller(student, recipe, sgd(student, recipe, 0.1)).step(batch(4), new Progress(17, 0)));
        assertTrue(e.getMessage().startsWith("the loss is NaN at step 17"), e.getMessage());
        assertArrayEquals(before, student.parameters().get("0.weight").tensor().toFloats());
    }

    @Test
    void recipesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Recipe(Teacher.NONE, List.of()));
        var term = new Term("ce", 1, new HardLabels());
        assertThrows(IllegalArgumentException.class, () -> new Recipe(Teacher.NONE, List.of(term, term)));
        Module student = net(8, KEY);
        var needsTeacher = Recipe.alone(new LogitKd(4));
        assertThrows(IllegalArgumentException.class,
                () -> new Distiller(student, needsTeacher, sgd(student, needsTeacher, 0.1)).step(batch(4), Progress.START));
    }

    @Test
    void actionsFollowEachStepAndATeacherKnowsAStepFromADryRun() {
        Module student = net(8, KEY.split("student"));
        Module model = net(16, KEY.split("teacher"));
        var modes = new ArrayList<String>();
        Teacher teacher = (batch, taps) -> {
            modes.add(Mode.isTraining() ? "step " + Mode.step() : "dry run");
            return new Frozen(model).observe(batch, taps);
        };
        var seen = new ArrayList<Progress>();
        var weights = new ArrayList<Float>();
        AfterStep note = progress -> {
            seen.add(progress);
            weights.add(student.parameters().get("0.weight").tensor().toFloats()[0]);
        };
        var recipe = new Recipe(teacher, List.of(new Term("kd", 1, new LogitKd(4))), List.of(note));
        var distiller = new Distiller(student, recipe, sgd(student, recipe, 0.1));
        float before = student.parameters().get("0.weight").tensor().toFloats()[0];
        distiller.step(batch(8), new Progress(4, 0.5));
        distiller.step(batch(8), new Progress(5, 0.75));
        assertEquals(List.of("dry run", "step 4", "step 5"), modes);
        assertEquals(List.of(new Progress(4, 0.5), new Progress(5, 0.75)), seen);
        assertTrue(weights.get(0) != before && !weights.get(0).equals(weights.get(1)), "after the optimizer: " + weights);
    }

    @Test
    void stagesNeedALengthAndSomethingToTrain() {
        Module student = net(8, KEY);
        var all = List.copyOf(student.parameters().values());
        var recipe = Recipe.alone(new HardLabels());
        assertEquals("stage 'hint': needs at least 1 epoch and something to train, got 0 epochs and 4 parameters",
                assertThrows(IllegalArgumentException.class, () -> new Stage("hint", 0, recipe, all)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Stage("hint", 1, recipe, List.of()));
    }

    @Test
    void memoryOfAStepIsGivenBack() {
        Module student = net(8, KEY.split("student"));
        var recipe = new Recipe(new Frozen(net(16, KEY)), List.of(new Term("kd", 1, new LogitKd(4))));
        var distiller = new Distiller(student, recipe, sgd(student, recipe, 0.1));
        Batch batch = batch(32);
        distiller.step(batch, Progress.START);
        long inUse = Device.cpu().memory().inUse();
        for (int i = 1; i < 50; i++) {
            distiller.step(batch, new Progress(i, 0));
        }
        assertEquals(inUse, Device.cpu().memory().inUse());
    }
}
