package limbeck.distill.tasks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.logits.DecoupledKd;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TasksTest {
    private static final Device DEVICE = Device.reference();
    /** Of six classes: whether odd, and which third; the third task says nothing about classes 0 and 1. */
    private static final List<Head> HEADS = Head.parse("odd=010101; third=aabbcc; late=--xxyy", 6);
    private static final Tensor STUDENT = DEVICE.normal(Key.of(1), 5, 7);
    private static final Tensor TEACHER = DEVICE.normal(Key.of(2), 5, 7).mul(3);
    private static final int[] LABELS = {5, 0, 3, 1, 4};

    private static ObjectiveCheck check(Objective objective, int... labels) {
        return ObjectiveCheck.of(objective, Views.of(STUDENT), Views.of(TEACHER), DEVICE.tensor(labels, labels.length));
    }

    @Test
    void headsAreReadInOrder() {
        assertEquals(List.of("odd", "third", "late"), HEADS.stream().map(Head::name).toList());
        assertEquals(List.of(0, 2, 5), HEADS.stream().map(Head::from).toList());
        assertEquals(List.of(2, 3, 2), HEADS.stream().map(Head::answers).toList());
        assertEquals(7, Head.width(HEADS));
        assertEquals(List.of(0, 0, 1, 1, 2, 2), HEADS.get(1).table());
        assertEquals(List.of(-1, -1, 0, 0, 1, 1), HEADS.get(2).table());
        assertEquals(-1, HEADS.getFirst().answer(-1));
        assertEquals(List.of(1, 0, 1), Head.parse("kind=top, shoe,top", 3).getFirst().table(), "in the order of the alphabet");
        assertEquals(new ClassCounts(new int[] {9, 12}), HEADS.getFirst().counts(new ClassCounts(new int[] {1, 2, 3, 4, 5, 6})));
        assertEquals(new ClassCounts(new int[] {7, 11}), HEADS.get(2).counts(new ClassCounts(new int[] {1, 2, 3, 4, 5, 6})));
    }

    @Test
    void tasksThatMakeNoSenseAreRefusedInWords() {
        Map<String, String> wrong = Map.of(
                "", "tasks: need names with an answer for each class, such as odd=0101010101; large=0000011111, got ''",
                "=010", "tasks: need names with an answer for each class, such as odd=0101010101; large=0000011111, got '=010'",
                "odd=01", "tasks: 'odd' has 2 answers, '01', for 3 classes; give one for each class, or a dash for none",
                "odd=0,,1", "tasks: 'odd' has 3 answers, '0,,1', for 3 classes; give one for each class, or a dash for none",
                "odd=111", "tasks: 'odd' has one answer for all classes, from which there is nothing to learn; give at least two, such as 0 and 1",
                "odd=010;odd=001", "tasks: each needs a name of its own, of letters, digits and dashes, got 'odd'",
                "an odd=010", "tasks: each needs a name of its own, of letters, digits and dashes, got 'an odd'");
        wrong.forEach((text, message) -> assertEquals(message, assertThrows(IllegalArgumentException.class, () -> Head.parse(text, 3)).getMessage()));
        assertEquals("task 'x': 2 is none of its 2 answers, which count from 0",
                assertThrows(IllegalArgumentException.class, () -> new Head("x", 0, 2, List.of(0, 2))).getMessage());
    }

    @Test
    void eachLossSeesItsSliceAndItsAnswers() {
        Tensor odd = DEVICE.tensor(new int[] {1, 0, 1, 1, 0}, 5);
        Tensor third = DEVICE.tensor(new int[] {2, 0, 1, 0, 2}, 5);
        Tensor late = DEVICE.tensor(new int[] {1, 0, 1}, 3);
        Tensor asked = STUDENT.slice(1, 5, 7).indexSelect(0, DEVICE.tensor(new int[] {0, 2, 4}, 3));
        double expected = (Losses.crossEntropy(STUDENT.slice(1, 0, 2), odd, 0, Reduction.MEAN).item()
                + Losses.crossEntropy(STUDENT.slice(1, 2, 5), third, 0, Reduction.MEAN).item()
                + Losses.crossEntropy(asked, late, 0, Reduction.MEAN).item()) / 3;
        var hard = check(OnHeads.each(HEADS, new HardLabels()), LABELS);
        assertEquals(expected, hard.value(), 1e-14);
        hard.gradients();
        double[] kd = new double[3];
        for (int i = 0; i < 3; i++) {
            Head head = HEADS.get(i);
            kd[i] = ObjectiveCheck.logits(new LogitKd(4), STUDENT.slice(1, head.from(), head.to()), TEACHER.slice(1, head.from(), head.to())).value();
        }
        var soft = check(OnHeads.each(HEADS, new LogitKd(4)), LABELS);
        assertEquals((kd[0] + kd[1] + kd[2]) / 3, soft.value(), 1e-14);
        soft.gradients();
        // Losses that need labels get each task's own.
        check(OnHeads.each(HEADS.subList(0, 2), new DecoupledKd(1, 2, 4)), LABELS).gradients();
        // Where a task has no answer they look at the other examples alone.
        check(OnHeads.each(HEADS.subList(2, 3), new DecoupledKd(1, 2, 4)), LABELS).gradients();
    }

    @Test
    void examplesWithoutALabelHaveNoAnswerInAnyTask() {
        var hard = check(OnHeads.each(HEADS, new HardLabels()), -1, -1, -1, -1, -1);
        assertEquals(0, hard.value());
        assertArrayEquals(new double[35], hard.logitGradient().abs().toDoubles());
        assertTrue(OnHeads.each(HEADS, new DecoupledKd(1, 2, 4)).needsLabels());
        assertFalse(OnHeads.each(HEADS, new LogitKd(4)).needsLabels());
    }

    @Test
    void shapesThatDoNotReachAreRefusedInWords() {
        Objective kd = OnHeads.each(HEADS, new LogitKd(4));
        kd.check(Views.of(Shape.of(2, 7)), Views.of(Shape.of(2, 7)));
        assertEquals("task 'late': its answers are logits 5 to 6, but the student's logits are (2, 6)",
                assertThrows(IllegalArgumentException.class, () -> kd.check(Views.of(Shape.of(2, 6)), Views.of(Shape.of(2, 7)))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> kd.check(Views.of(Shape.of(2, 7)), Views.of(null)));
        assertEquals("tasks: there are 1 losses for 3 heads; give one for each",
                assertThrows(IllegalArgumentException.class, () -> new OnHeads(HEADS, List.of(new HardLabels()))).getMessage());
    }

    @Test
    void taskTeachersSideBySideShowAllLogits() {
        Linear first = Linear.of(4, 2, Key.of(5));
        Linear second = Linear.of(4, 3, Key.of(6));
        var both = new SideBySide(List.of("odd", "third"), List.of(first, second));
        assertEquals(Set.of("odd.weight", "odd.bias", "third.weight", "third.bias"), both.parameters().keySet());
        Tensor x = Device.cpu().normal(Key.of(7), 3, 4);
        float[] expected = first.apply(Variable.of(x)).tensor().concat(1, List.of(second.apply(Variable.of(x)).tensor())).toFloats();
        assertArrayEquals(expected, Mode.evaluate(() -> both.apply(Variable.of(x))).tensor().toFloats());
        var batch = new Batch(new long[] {0, 1, 2}, x, x, Device.cpu().tensor(new int[3], 3), 0);
        var teachers = new Teachers(List.of(new Frozen(first), new Frozen(second)));
        assertArrayEquals(expected, teachers.observe(batch, Set.of()).logits().toFloats());
        Set<Tap> taps = Set.of(Tap.teacher("weight"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> teachers.observe(batch, taps)).getMessage().startsWith("tasks: of several teachers"));
        assertThrows(IllegalArgumentException.class, () -> new SideBySide(List.of("a", "a"), List.of(first, second)));
    }

    /** Models that share nothing learn from a sum of losses what each would learn by itself. */
    @Test
    void trainedTogetherIsTrainedApart() {
        List<Head> heads = HEADS.subList(0, 2);
        Tensor x = Device.cpu().normal(Key.of(7), 5, 4);
        var batch = new Batch(new long[] {0, 1, 2, 3, 4}, x, x, Device.cpu().tensor(LABELS, 5), 0);
        var together = new SideBySide(List.of("odd", "third"), List.of(Linear.of(4, 2, Key.of(5)), Linear.of(4, 3, Key.of(6))));
        // The mean over two tasks halves each gradient.
        train(together, OnHeads.each(heads, new HardLabels()), batch, 0.2);
        Linear third = Linear.of(4, 3, Key.of(6));
        Objective alone = new Objective() {
            @Override
            public Variable loss(Moment moment) {
                return Losses.crossEntropy(moment.student().logits(), Device.cpu().tensor(new int[] {2, 0, 1, 0, 2}, 5));
            }
        };
        train(third, alone, batch, 0.1);
        assertArrayEquals(third.weight().tensor().toFloats(), together.parameters().get("third.weight").tensor().toFloats(), 1e-6f);
    }

    private static Sgd sgd(Module model, double rate) {
        return new Sgd(List.of(Group.of(List.copyOf(model.parameters().values()), 0)), Schedule.constant(rate), 0, false);
    }

    private static void train(Module model, Objective loss, Batch batch, double rate) {
        var distiller = new Distiller(model, Recipe.alone(loss), sgd(model, rate));
        for (int i = 0; i < 5; i++) {
            distiller.step(batch, new Progress(i, 0));
        }
    }

    @Test
    void aStudentOfTwoTasksLearnsFromATeacherForEach() {
        List<Head> heads = HEADS.subList(0, 2);
        var teacher = new Teachers(List.of(new Frozen(Linear.of(4, 2, Key.of(5))), new Frozen(Linear.of(4, 3, Key.of(6)))));
        Linear student = Linear.of(4, 5, Key.of(9));
        var recipe = new Recipe(teacher, List.of(new Term("kd", 1, OnHeads.each(heads, new LogitKd(1)))));
        var distiller = new Distiller(student, recipe, sgd(student, 0.5));
        Tensor x = Device.cpu().normal(Key.of(7), 32, 4);
        int[] none = new int[32];
        Arrays.fill(none, -1);
        long[] ids = new long[32];
        var batch = new Batch(ids, x, x, Device.cpu().tensor(none, 32), 0);
        double first = distiller.step(batch, Progress.START).total();
        double last = first;
        for (int i = 1; i < 200; i++) {
            last = distiller.step(batch, new Progress(i, 0)).total();
        }
        assertTrue(last < first / 100, first + " became " + last);
    }
}
