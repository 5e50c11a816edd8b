package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

/** Whole runs by methods other than the first, on a few digits with tiny models. */
class MethodsInExperimentTest {
    /** Ends a run of which enough has been heard. */
    @SuppressWarnings("serial")
    private static final class Enough extends RuntimeException {
    }

    /** What a run told its listener. */
    private static class Heard implements Listener {
        private final List<EpochReport> distilled = new ArrayList<>();
        private final List<String> started = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private final List<TrainingStep> log = new ArrayList<>();
        private final Map<Role, Module> finished = new HashMap<>();
        private final Map<Role, Module> afterEpoch = new HashMap<>();
        private Plan plan;
        private Role role;

        @Override
        public void planned(Plan plan) {
            this.plan = plan;
        }

        @Override
        public void started(Role role, long seed, String what) {
            started.add(role + " " + what);
            this.role = role;
        }

        @Override
        public void advanced(Step step) {
            if (role == Role.STUDENT_DISTILLED && step.epoch() > 0) {
                steps.add(step);
            }
        }

        @Override
        public void stepped(TrainingStep step) {
            if (role == Role.STUDENT_DISTILLED) {
                log.add(step);
            }
        }

        @Override
        public void epochEnded(EpochReport report, Module model) {
            afterEpoch.put(report.role(), model);
            if (report.role() == Role.STUDENT_DISTILLED) {
                distilled.add(report);
            }
        }

        @Override
        public void finished(Role role, long seed, Module model, Evaluation evaluation) {
            finished.put(role, model);
        }
    }

    /** 48 examples to train on, 32 to test on. */
    private static Settings settings(String method, String teacher, String student) {
        return Settings.DEFAULT.with(Setting.METHOD, method).with(Setting.TEACHER, teacher).with(Setting.STUDENT, student)
                .with(Setting.TRAIN_SIZE, "80").with(Setting.VALIDATION, "32").with(Setting.BATCH, "16").with(Setting.TEACHER_EPOCHS, "1").with(Setting.EPOCHS, "4")
                .with(Setting.SEEDS, "1").with(Setting.TRUST_TEACHER, "yes");
    }

    /** A run that ends when the distilled student is trained, without the measurements that take the most time. */
    private static Heard trained(Settings settings) {
        var heard = new Heard() {
            @Override
            public void finished(Role role, long seed, Module model, Evaluation evaluation) {
                if (role == Role.STUDENT_DISTILLED) {
                    throw new Enough();
                }
            }
        };
        assertThrows(Enough.class, () -> Experiment.run(settings, heard));
        return heard;
    }

    private static Plan planned(Settings settings) {
        var plans = new ArrayList<Plan>();
        assertThrows(Enough.class, () -> Experiment.run(settings, new Listener() {
            @Override
            public void planned(Plan plan) {
                plans.add(plan);
                throw new Enough();
            }
        }));
        return plans.getFirst();
    }

    @Test
    void stagesCountTheirEpochsTogetherAndTheirRatesApart() {
        Heard heard = trained(settings("ft(paraphraser-epochs=0.5)", "cnn-tiny", "cnn-tiny").with(Setting.SCHEDULE, "linear"));
        List<EpochReport> epochs = heard.distilled;
        assertEquals(List.of(1, 2, 3, 4), epochs.stream().map(EpochReport::epoch).toList());
        // The main stage has other losses, and begins anew with the rate: 3 steps an epoch, the last of them counts.
        assertEquals(epochs.get(0).losses().keySet(), epochs.get(1).losses().keySet());
        assertEquals(List.of("ce", "ft"), List.copyOf(epochs.get(2).losses().keySet()));
        assertFalse(epochs.get(1).losses().containsKey("ce"), epochs.get(1).toString());
        assertEquals(epochs.get(0).learningRate(), epochs.get(2).learningRate());
        assertEquals(epochs.get(1).learningRate(), epochs.get(3).learningRate());
        assertEquals(0.002 * (1 - 5.0 / 6), epochs.get(3).learningRate(), 1e-9);
        // The student waits for the paraphraser.
        assertEquals(epochs.get(0).testAccuracy(), epochs.get(1).testAccuracy());
        assertTrue(heard.steps.stream().allMatch(step -> step.epochs() == 4 && step.epoch() >= 1 && step.epoch() <= 4));
        assertEquals(12, heard.steps.size());
        assertEquals(List.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4), heard.steps.stream().map(Listener.Step::epoch).toList());
        assertTrue(heard.plan.notes().getFirst().startsWith("in stages: paraphraser for 2 epochs, then main for 2 epochs"),
                heard.plan.notes().toString());
        assertTrue(heard.plan.loss().startsWith("200 x ft("), heard.plan.loss());
        assertEquals(List.of(2, 2), heard.plan.stages());
        assertEquals("ft(paraphraser-epochs=0.5)", heard.plan.settings().text(Setting.METHOD));
    }

    /** Where one method divides the main stage, the rate begins anew in each part, but another method's numbers do not. */
    @Test
    void inPartsOfTheMainStageOtherNumbersGoOn() {
        Heard heard = trained(settings("temperature-stages(temperatures=6+3), at(weight=linear(10, 4, all), warmup=0.25)", "cnn-tiny", "cnn-tiny")
                .with(Setting.SCHEDULE, "linear"));
        assertEquals(List.of("temperature 6", "temperature 3"), heard.log.stream().map(TrainingStep::stage).distinct().toList());
        assertEquals(12, heard.log.size());
        for (int i = 0; i < 12; i++) {
            TrainingStep step = heard.log.get(i);
            assertEquals(0.002 * (1 - i % 6 / 6.0), step.learningRate(), 1e-12, "rate at step " + i);
            assertEquals((10 - 0.5 * i) * Math.min(1, i / 3.0), step.report().values().get("at.weight"), 1e-9, "weight at step " + i);
            assertEquals(i < 6 ? 6 : 3, step.report().values().get("temperature-stages.temperature"));
        }
    }

    @Test
    void aRateThatFallsBelowZeroFailsBeforeAnythingIsTrained() {
        var heard = new Heard();
        var settings = settings("kd", "cnn-tiny", "mlp-8").with(Setting.SCHEDULE, "linear(1, -1, all)");
        String message = assertThrows(IllegalArgumentException.class, () -> Experiment.run(settings, heard)).getMessage();
        assertTrue(message.startsWith("schedule: a learning rate needs a number of 0 or more at all times, but that of 'linear(1, -1, all)' is -3.3")
                && message.endsWith("E-4 at step 7"), message);
        assertEquals(List.of(), heard.started);
    }

    @Test
    void theModelThatIsUsedInTheEndIsTestedKeptAndReported() {
        var heard = new Heard();
        Results results = Experiment.run(settings("simkd", "cnn-small", "cnn-tiny"), heard);
        Module deployed = heard.finished.get(Role.STUDENT_DISTILLED);
        assertEquals(deployed, heard.afterEpoch.get(Role.STUDENT_DISTILLED));
        long own = Summary.of(deployed, Shape.of(1, 1, 28, 28)).parameters();
        assertEquals(own, results.model(Role.STUDENT_DISTILLED).parameters());
        assertTrue(own > results.model(Role.STUDENT_ALONE).parameters(), own + " parameters");
        assertTrue(heard.plan.notes().contains("what is used in the end has " + own + " parameters"), heard.plan.notes().toString());
        assertEquals(heard.distilled.getLast().testAccuracy(), results.model(Role.STUDENT_DISTILLED).accuracy().mean());
    }

    @Test
    void whatCannotWorkFailsBeforeAnythingIsTrained() {
        for (String method : List.of("at", "interpolation", "crd(student-layers=layer7)", "ft(paraphraser-epochs=2)", "sp(teacher-layers=nope)")) {
            var heard = new Heard();
            var settings = settings(method, "cnn-tiny", "mlp-8");
            try {
                Experiment.run(settings.with(Setting.EPOCHS, "1"), heard);
                throw new AssertionError(method + " ran");
            } catch (IllegalArgumentException e) {
                String name = method.replaceAll("\\(.*", "");
                assertTrue(e.getMessage().contains(name), e.getMessage());
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
                assertEquals(List.of(), heard.started, method);
            }
        }
    }

    @Test
    void pullingOntoTheTeacherMakesTheTeacher() {
        var settings = settings("interpolation(lambda=1)", "mlp-8", "mlp-8").with(Setting.EPOCHS, "1");
        Results results = Experiment.run(settings, Listener.NONE);
        assertEquals(results.model(Role.TEACHER).accuracy().mean(), results.model(Role.STUDENT_DISTILLED).accuracy().mean(), 1e-3);
        assertEquals(1, results.model(Role.STUDENT_DISTILLED).agreement().mean(), 1e-3);
    }

    /** Memory of examples goes by their lasting numbers, of which those of a part of the data reach further than its size. */
    @Test
    void methodsThatRememberExamplesWorkOnPartsOfTheData() {
        Settings settings = settings("crd(negatives=8)", "mlp-8", "mlp-6").with(Setting.OMIT, "3").with(Setting.EPOCHS, "2");
        assertEquals(2, trained(settings).distilled.size());
    }

    /** 49 examples in batches of 16: one alone has no variance for the connector's batch norm, and no relations. */
    @Test
    void aLastBatchOfOneExampleIsLeftOut() {
        Heard heard = trained(settings("fitnet,dist", "mlp-8", "mlp-6").with(Setting.TRAIN_SIZE, "81").with(Setting.EPOCHS, "2"));
        assertEquals(2, heard.distilled.size());
        assertEquals(6, heard.steps.size());
    }

    @Test
    void theTeachersClassifierReadsTheAverageWhateverTheOrder() {
        String first = planned(settings("ema(deploy=average),simkd", "cnn-tiny", "cnn-tiny")).notes().getLast();
        assertEquals(first, planned(settings("simkd,ema(deploy=average)", "cnn-tiny", "cnn-tiny")).notes().getLast());
        assertEquals(planned(settings("simkd", "cnn-tiny", "cnn-tiny")).notes().getLast(), first);
    }

    @Test
    void memoryIsForTheExamplesThatThereAre() {
        Plan plan = planned(settings("crd", "mlp-8", "mlp-6"));
        assertTrue(plan.notes().contains("crd contrasts with 48 negatives, as many as there are examples"), plan.notes().toString());
    }

    @Test
    void numbersOutsideTheirRangesAreRefused() {
        Map<String, String> wrong = Map.of(
                "fitnet(mode=staged, hint-epochs=30)", "method fitnet: the length of a stage is a part of all epochs, from 0 to 1, got 30.0",
                "ab(init-epochs=-1)", "method ab: the length of a stage is a part of all epochs, from 0 to 1, got -1.0",
                // It would make temperatures below 0.
                "ctkd(range=-5)", "method ctkd: range needs a number above 0, got '-5'",
                "cc(form=rd, weight=0.02, dimensions=0)", "method cc: dimensions needs a whole number of 1 or more, such as 128, got 0",
                "ab(ce=0)", "method: the main stage has no loss, since the labels' weight is 0; leave ce as it is, or add a method such as kd",
                "dist", "dist: the correlation over the examples of a batch needs at least 2 of them, got a batch of 1; give larger batches, or "
                        + "gamma=0");
        wrong.forEach((method, message) -> {
            var settings = settings(method, "cnn-tiny", "cnn-tiny").with(Setting.BATCH, method.equals("dist") ? "1" : "16");
            assertEquals(message, assertThrows(IllegalArgumentException.class, () -> Experiment.run(settings, Listener.NONE)).getMessage());
        });
    }

    @Test
    void severalMethodsAndTheSameSeedGiveTheSameNumbers() {
        Settings settings = settings("kd,ema(decay=0.5),entropy,l2", "mlp-8", "mlp-6").with(Setting.EPOCHS, "2");
        List<EpochReport> first = trained(settings).distilled;
        List<EpochReport> second = trained(settings).distilled;
        assertEquals(List.of("ce", "kd", "ema", "entropy", "l2"), List.copyOf(first.getFirst().losses().keySet()));
        for (int i = 0; i < first.size(); i++) {
            assertEquals(first.get(i).losses(), second.get(i).losses());
            assertEquals(first.get(i).testAccuracy(), second.get(i).testAccuracy());
        }
    }

    @Test
    void thePlanSaysWhatTheLossIs() {
        Plan kd = planned(settings("kd", "mlp-8", "mlp-6"));
        assertEquals("0.9 x tau^2 KL(teacher || student) at temperature 2 + 0.1 x cross-entropy with the labels", kd.loss());
        assertEquals(List.of(), kd.notes());
        assertEquals(List.of(4), kd.stages());
        // A regulariser beside kd leaves the labels' weight as kd has it.
        assertEquals("0.5 x tau^2 KL(teacher || student) at temperature 7 + 0.1 x entropy(goal=raise) + 0.1 x cross-entropy with the labels",
                planned(settings("kd(weight=0.5), entropy", "mlp-8", "mlp-6").with(Setting.TEMPERATURE, "7")).loss());
        assertEquals("1 x cross-entropy with the labels; beside it interpolation(lambda=0.01, joint=no, rate=0.001)",
                planned(settings("interpolation", "mlp-8", "mlp-8")).loss());
        Plan staged = planned(settings("ab", "cnn-tiny", "cnn-tiny"));
        assertEquals("1 x cross-entropy with the labels; before it ab(init-epochs=0.125)", staged.loss());
        assertTrue(staged.notes().stream().anyMatch(note -> note.startsWith("ab compares stage1.1 (16, 28, 28) ~ ")), staged.notes().toString());
        assertEquals("0.9 x tau^2 KL(teacher || student) at temperature 2 + 1 x cross-entropy with the labels; before it fitnet(mode=staged, "
                + "hint-epochs=0.25)", planned(settings("kd,fitnet(mode=staged)", "mlp-8", "mlp-6")).loss());
        Plan unused = planned(settings("ema", "mlp-8", "mlp-6").with(Setting.ALPHA, "0.3"));
        assertEquals("100 x ema(decay=0.999, loss=consistency, temperature=1, deploy=student) (rising from 0 over 0.111 epochs)"
                + " + 1 x cross-entropy with the labels", unused.loss());
        assertTrue(unused.notes().getLast().startsWith("temperature and alpha are kd's, which is not used"), unused.notes().toString());
    }

    @Test
    void fewEpochsForStagesAreRefused() {
        Settings settings = settings("ft", "cnn-tiny", "cnn-tiny").with(Setting.EPOCHS, "1");
        String message = assertThrows(IllegalArgumentException.class, () -> Experiment.run(settings, Listener.NONE)).getMessage();
        assertEquals("method ft: trains in stages, which needs at least 2 epochs", message);
    }
}
