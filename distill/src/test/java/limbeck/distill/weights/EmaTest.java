package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.StepReport;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class EmaTest {
    private static Distiller distiller(Module student, Ema ema) {
        var recipe = new Recipe(ema, List.of(new Term("ce", 1, new HardLabels()), new Term("ema", 10, new Consistency(1))), List.of(ema));
        return new Distiller(student, recipe, Nets.sgd(student, recipe, 0.2));
    }

    @Test
    void startsEqualToTheStudentWhateverTheCopyWas() {
        Module student = Nets.of(8, "student");
        var ema = new Ema(student, Nets.of(8, "another"), 0.9);
        assertEquals(Nets.state(student).keySet(), Nets.state(ema.average()).keySet());
        Nets.state(student).forEach((name, values) -> assertArrayEquals(values, Nets.state(ema.average()).get(name), name));
        assertNotSame(student, ema.average());
    }

    /** theta' in plain loops: the mean of all weights so far, until the decay is reached. Running statistics too. */
    @Test
    void followsByTheFormula() {
        Module student = Nets.of(8, "student");
        double decay = 0.7;
        var ema = new Ema(student, Nets.of(8, "copy"), decay);
        Distiller distiller = distiller(student, ema);
        Map<String, float[]> expected = Nets.state(student);
        var firsts = new ArrayList<Map<String, float[]>>();
        for (int step = 0; step < 8; step++) {
            distiller.step(Nets.batch(16), new Progress(step, 0));
            Map<String, float[]> now = Nets.state(student);
            double d = Math.min(1 - 1.0 / (step + 1), decay);
            expected.forEach((name, values) -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (d * values[i] + (1 - d) * now.get(name)[i]);
                }
                assertArrayEquals(values, Nets.state(ema.average()).get(name), 1e-5f, name);
            });
            firsts.add(now);
            if (step == 2) {
                float mean = (firsts.get(0).get("0.weight")[5] + firsts.get(1).get("0.weight")[5] + firsts.get(2).get("0.weight")[5]) / 3;
                assertEquals(mean, Nets.state(ema.average()).get("0.weight")[5], 1e-5f);
            }
        }
    }

    @Test
    void followsInDoubleOnTheReferenceDevice() {
        Module student = Nets.of(8, "student");
        Module copy = Nets.of(8, "copy");
        student.to(Device.reference());
        copy.to(Device.reference());
        var ema = new Ema(student, copy, 0.75);
        double[] before = student.parameters().get("0.weight").tensor().toDoubles();
        student.parameters().get("0.weight").set(student.parameters().get("0.weight").tensor().add(1));
        ema.after(new Progress(100, 10));
        assertEquals(before[3] + 0.25, ema.average().parameters().get("0.weight").tensor().toDoubles()[3], 1e-15);
        assertEquals(before[3] + 1, student.parameters().get("0.weight").tensor().toDoubles()[3], 1e-15);
    }

    @Test
    void isLearnedFromAndOnlyFollows() {
        Module student = Nets.of(8, "student");
        var ema = new Ema(student, Nets.of(8, "copy"), 0.9);
        Distiller distiller = distiller(student, ema);
        StepReport first = distiller.step(Nets.batch(32), new Progress(0, 0));
        StepReport last = first;
        for (int step = 1; step < 80; step++) {
            last = distiller.step(Nets.batch(32), new Progress(step, 0));
        }
        assertTrue(last.losses().get("ce") < 0.6 * first.losses().get("ce"), first + " -> " + last);
        assertTrue(Nets.distance(student, ema.average()) > 0);
        // Looking changes nothing, in whatever mode.
        Map<String, float[]> before = Nets.state(ema.average());
        var shown = ema.observe(Nets.batch(4), Set.of());
        assertArrayEquals(ema.average().apply(Variable.of(Nets.batch(4).inputs())).tensor().toFloats(), shown.logits().toFloats());
        before.forEach((name, values) -> assertArrayEquals(values, Nets.state(ema.average()).get(name), name));
    }

    private static Task task(Module student, Module teacher) {
        return Task.of(student, teacher, () -> Nets.of(8, "student"), Shape.of(6), 3, 32, 4, 16, Key.of(1));
    }

    /** By name the trained teacher stays the teacher of what stands beside it. */
    @Test
    void besideKdBothAreLearnedFrom() {
        Module student = Nets.of(8, "student");
        Module teacher = Nets.of(16, "teacher");
        Curriculum curriculum = Curriculum.of(Methods.parse("kd,ema"), task(student, teacher), new Frozen(teacher), new HardLabels());
        Stage main = curriculum.stages().getLast();
        var distiller = new Distiller(student, main.recipe(), Nets.sgd(student, main.recipe(), 0.1));
        var batch = Nets.batch(16);
        double kd = new LogitKd(4).loss(new Moment(Progress.START,
                Views.of(Mode.train(0, () -> Nets.of(8, "student").apply(Variable.of(batch.inputs())))),
                new Frozen(teacher).observe(batch, Set.of()), batch.targets())).item();
        StepReport report = distiller.step(batch, Progress.START);
        assertEquals(List.of("ce", "kd", "ema"), List.copyOf(report.losses().keySet()));
        assertEquals(kd, report.losses().get("kd"), 1e-5);
        assertSame(student, curriculum.deployed());
    }

    /** A method that brings a teacher of its own takes the place of the trained one, not of the average beside it. */
    @Test
    void theOrderBesideAnotherTeacherDoesNotMatter() {
        for (String methods : List.of("ema,interpolation(joint=yes)", "interpolation(joint=yes),ema", "ema,tf-kd(mode=self)")) {
            Module student = Nets.of(8, "student");
            Module teacher = Nets.of(8, "teacher");
            Curriculum curriculum = Curriculum.of(Methods.parse(methods), task(student, teacher), new Frozen(teacher), new HardLabels());
            Stage main = curriculum.stages().getLast();
            StepReport report = new Distiller(student, main.recipe(), Nets.sgd(student, main.recipe(), 0.1)).step(Nets.batch(16), Progress.START);
            assertTrue(report.losses().containsKey("ema"), report.toString());
        }
        Module same = Nets.of(8, "student");
        assertEquals("method: interpolation and tf-kd each bring a teacher of its own; keep one of them", assertThrows(IllegalArgumentException.class,
                () -> Curriculum.of(Methods.parse("interpolation(joint=yes),tf-kd(mode=self)"), task(same, Nets.of(8, "teacher")),
                        new Frozen(same), new HardLabels())).getMessage());
    }

    @Test
    void theAverageMayBeDeployed() {
        Module student = Nets.of(8, "student");
        Module teacher = Nets.of(16, "teacher");
        Curriculum curriculum = Curriculum.of(Methods.parse("ema(deploy=average, loss=kd, weight=1)"), task(student, teacher),
                new Frozen(teacher), new HardLabels());
        assertNotSame(student, curriculum.deployed());
        assertEquals(0, Nets.distance(student, curriculum.deployed()));
    }

    @Test
    void whatCannotFollowIsRefusedInWords() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Ema(Nets.of(8, "a"), Nets.of(9, "b"), 0.9)).getMessage()
                .startsWith("ema: the average has to be built like the student, whose '0.bias' is (8), but its own is (9)"));
        for (double decay : new double[] {-0.1, 1, Double.NaN}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> new Ema(Nets.of(8, "a"), Nets.of(8, "b"), decay)).getMessage()
                    .contains("from 0 to below 1"));
        }
    }

    @Test
    void memoryOfAStepIsGivenBack() {
        Module student = Nets.of(8, "student");
        Distiller distiller = distiller(student, new Ema(student, Nets.of(8, "copy"), 0.9));
        var batch = Nets.batch(16);
        distiller.step(batch, Progress.START);
        long inUse = Device.cpu().memory().inUse();
        for (int i = 1; i < 20; i++) {
            distiller.step(batch, new Progress(i, 0));
        }
        assertEquals(inUse, Device.cpu().memory().inUse());
    }
}
