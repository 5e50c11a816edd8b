package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import org.junit.jupiter.api.Test;

class JointlyTest {
    private static Jointly teacher(Module model, Schedule rate) {
        return new Jointly(model, Sgd.of(new ArrayList<>(model.parameters().values()), rate, 0, 0), 10);
    }

    @Test
    void outsideOfTrainingItOnlyShows() {
        Module model = Nets.of(16, "teacher");
        Map<String, float[]> before = Nets.state(model);
        var shown = teacher(model, Schedule.constant(0.1)).observe(Nets.batch(5), Set.of(Tap.teacher("2")));
        before.forEach((name, values) -> assertArrayEquals(values, Nets.state(model).get(name), name));
        assertArrayEquals(model.apply(Variable.of(Nets.batch(5).inputs())).tensor().toFloats(), shown.logits().toFloats());
        assertEquals(16, shown.feature("2").shape().dim(1));
    }

    @Test
    void learnsOneStepInEachOfTheStudentsAndShowsWhatItThenKnows() {
        Module model = Nets.of(16, "teacher");
        Jointly teacher = teacher(model, Schedule.constant(0.1));
        var batch = Nets.batch(16);
        var shown = Mode.train(0, () -> teacher.observe(batch, Set.of()));
        assertTrue(Nets.distance(model, Nets.of(16, "teacher")) > 0);
        assertArrayEquals(model.apply(Variable.of(batch.inputs())).tensor().toFloats(), shown.logits().toFloats());
        // Step 15 of 10 an epoch is in the second, when this rate has become 0.
        Jointly finished = teacher(model, Schedule.linear(0.1, 0, Schedule.epochs(1)));
        Map<String, float[]> before = Nets.state(model);
        Mode.train(15, () -> finished.observe(batch, Set.of()));
        model.parameters().keySet().forEach(name -> assertArrayEquals(before.get(name), Nets.state(model).get(name), name));
    }

    @Test
    void bothLearnTogether() {
        Module model = Nets.of(16, "teacher");
        Module student = Nets.of(8, "student");
        var recipe = new Recipe(teacher(model, Schedule.constant(0.2)),
                List.of(new Term("ce", 0.1, new HardLabels()), new Term("kd", 0.9, new LogitKd(2))));
        var distiller = new Distiller(student, recipe, Nets.sgd(student, recipe, 0.2));
        var batch = Nets.batch(48);
        double before = right(model, batch);
        for (int step = 0; step < 150; step++) {
            distiller.step(batch, Progress.of(step, 10));
        }
        assertTrue(right(model, batch) > 0.9 && right(model, batch) > before + 0.2, before + " -> " + right(model, batch));
        assertTrue(right(student, batch) > 0.85, "the student gets " + right(student, batch));
    }

    private static double right(Module model, Batch batch) {
        int[] said = model.apply(Variable.of(batch.inputs())).tensor().argmax(1).toInts();
        int[] labels = batch.targets().toInts();
        int right = 0;
        for (int i = 0; i < said.length; i++) {
            right += said[i] == labels[i] ? 1 : 0;
        }
        return (double) right / said.length;
    }

    @Test
    void aLossThatIsNoNumberIsSaidToBeTheTeachers() {
        Module model = Nets.of(16, "teacher");
        model.parameters().get("0.weight").set(Device.cpu().full(Double.NaN, model.parameters().get("0.weight").shape()));
        Jointly teacher = teacher(model, Schedule.constant(0.1));
        var e = assertThrows(ArithmeticException.class, () -> Mode.train(3, () -> teacher.observe(Nets.batch(4), Set.of())));
        assertTrue(e.getMessage().startsWith("the loss of the teacher that is trained jointly is NaN at step 3"), e.getMessage());
    }
}
