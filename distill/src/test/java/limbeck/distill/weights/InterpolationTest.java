package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class InterpolationTest {
    @Test
    void pullsTheParametersByTheFormulaAndLeavesBuffersAlone() {
        Module student = Nets.of(8, "student");
        Module teacher = Nets.of(8, "teacher");
        teacher.buffers().values().forEach(buffer -> buffer.set(buffer.tensor().add(3)));
        Map<String, float[]> before = Nets.state(student);
        Map<String, float[]> toward = Nets.state(teacher);
        new Interpolation(student, teacher, 0.25).after(Progress.START);
        Map<String, float[]> after = Nets.state(student);
        assertTrue(student.buffers().size() == 2 && !student.parameters().isEmpty());
        student.buffers().keySet().forEach(name -> assertArrayEquals(before.get(name), after.get(name), name));
        student.parameters().keySet().forEach(name -> {
            for (int i = 0; i < after.get(name).length; i++) {
                assertEquals(0.25 * toward.get(name)[i] + 0.75 * before.get(name)[i], after.get(name)[i], 1e-6, name);
            }
        });
        toward.forEach((name, values) -> assertArrayEquals(values, Nets.state(teacher).get(name), name));
    }

    @Test
    void reachesFromNothingToTheTeacherItself() {
        Module student = Nets.of(8, "student");
        Module teacher = Nets.of(8, "teacher");
        double distance = Nets.distance(student, teacher);
        new Interpolation(student, teacher, 0).after(Progress.START);
        assertEquals(distance, Nets.distance(student, teacher));
        // The pull may change over time: all at once in the second epoch.
        var late = new Interpolation(student, teacher, Schedule.constant(1).after(Schedule.epochs(1)));
        late.after(Progress.START);
        assertEquals(distance, Nets.distance(student, teacher));
        late.after(new Progress(10, 1));
        assertEquals(0, Nets.distance(student, teacher), 1e-12);
    }

    private static Curriculum curriculum(String methods, Module student, Module teacher) {
        Task task = Task.of(student, teacher, () -> Nets.of(8, "fresh"), Shape.of(6), 3, 32, 4, 16, Key.of(1));
        return Curriculum.of(Methods.parse(methods), task, new Frozen(teacher), new HardLabels());
    }

    private static void train(Module student, Curriculum curriculum, int steps) {
        Stage main = curriculum.stages().getLast();
        var distiller = new Distiller(student, main.recipe(), Nets.sgd(student, main.recipe(), 0.1));
        for (int step = 0; step < steps; step++) {
            distiller.step(Nets.batch(16), Progress.of(step, 2));
        }
    }

    @Test
    void keepsTheStudentNearTheTeacherWhileItLearns() {
        double[] distances = new double[2];
        for (int i = 0; i < 2; i++) {
            Module student = Nets.of(8, "student");
            Module teacher = Nets.of(8, "teacher");
            train(student, curriculum("interpolation(lambda=" + (i == 0 ? 0 : 0.05) + ")", student, teacher), 30);
            distances[i] = Nets.distance(student, teacher);
        }
        assertTrue(distances[1] < 0.3 * distances[0], distances[0] + " and " + distances[1]);
    }

    @Test
    void jointTrainingTeachesACopyAndLeavesTheTeacher() {
        Module student = Nets.of(8, "student");
        Module teacher = Nets.of(8, "teacher");
        Map<String, float[]> before = Nets.state(teacher);
        Curriculum curriculum = curriculum("kd,interpolation(joint=yes, rate=0.02)", student, teacher);
        assertTrue(curriculum.notes().stream().anyMatch(note -> note.contains("copy of the teacher")), curriculum.notes().toString());
        var jointly = (Jointly) curriculum.stages().getLast().recipe().teacher();
        assertEquals(0, Nets.distance(teacher, jointly.model()));
        train(student, curriculum, 8);
        assertTrue(Nets.distance(teacher, jointly.model()) > 0.01);
        before.forEach((name, values) -> assertArrayEquals(values, Nets.state(teacher).get(name), name));
    }

    @Test
    void differentArchitecturesAreRefusedInWords() {
        var e = assertThrows(IllegalArgumentException.class, () -> curriculum("interpolation", Nets.of(8, "a"), Nets.of(16, "b")));
        assertEquals("interpolation: the student has to be built like the teacher, whose '0.bias' is (16), but its own is (8); give both the "
                + "same architecture", e.getMessage());
        Module one = Sequential.of(Linear.of(6, 3, Key.of(1)));
        Module two = Sequential.of(Linear.of(6, 3, Key.of(1)), Linear.of(3, 3, Key.of(2)));
        String missing = assertThrows(IllegalArgumentException.class, () -> new Interpolation(one, two, 0.1)).getMessage();
        assertTrue(missing.contains("whose '1.bias' it does not have (the nearest are '0.bias'"), missing);
        String more = assertThrows(IllegalArgumentException.class, () -> new Interpolation(two, one, 0.1)).getMessage();
        assertTrue(more.contains("which has no '1.bias'"), more);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> curriculum("interpolation(lambda=2)", Nets.of(8, "a"), Nets.of(8, "b")))
                .getMessage().contains("lambda needs a number from 0 to 1"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> curriculum("interpolation(joint=maybe)", Nets.of(8, "a"),
                Nets.of(8, "b"))).getMessage().contains("joint is one of no, yes"));
    }

    @Test
    void isNoLossOfItsOwn() {
        Module student = Nets.of(8, "student");
        Curriculum curriculum = curriculum("interpolation", student, Nets.of(8, "teacher"));
        assertEquals(List.of("ce"), curriculum.stages().getLast().recipe().terms().stream().map(Term::name).toList());
        Recipe recipe = curriculum.stages().getLast().recipe();
        assertEquals(1, recipe.after().size());
    }
}
