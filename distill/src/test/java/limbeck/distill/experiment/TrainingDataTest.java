package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.distill.HardLabels;
import limbeck.distill.LogitAdjusted;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Splits;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What teacher and students learn from, as the settings say. */
class TrainingDataTest {
    private static final Splits SPLITS = new Splits(of(90), of(12));

    /** Examples of three classes in turn. */
    private static Dataset of(int size) {
        return Dataset.ofBytes("three", Shape.of(1), 3, new byte[size], IntStream.range(0, size).map(i -> i % 3).toArray());
    }

    private static TrainingData data(Object... settings) {
        Settings all = Settings.DEFAULT;
        for (int i = 0; i < settings.length; i += 2) {
            all = all.with((Setting) settings[i], settings[i + 1].toString());
        }
        return TrainingData.of(all, SPLITS);
    }

    private static Set<Integer> ids(Dataset set) {
        return IntStream.range(0, set.size()).map(set::id).boxed().collect(Collectors.toSet());
    }

    @Test
    void allIsAsItIsUnlessTheSettingsSayOtherwise() {
        TrainingData data = data();
        assertSame(SPLITS.train(), data.teacher());
        assertSame(SPLITS.train(), data.alone());
        assertSame(SPLITS.train(), data.transfer());
        assertFalse(data.isPartlyLabelled());
        assertEquals(List.of(), data.splits().notes());
        assertEquals(ClassCounts.even(3, 30), data.counts(Role.STUDENT_DISTILLED));
    }

    @Test
    void aLongTailIsForAllWhoLearn() {
        TrainingData data = data(Setting.IMBALANCE, 9);
        assertArrayEquals(new int[] {30, 10, 3}, data.teacher().classCounts().counts());
        assertSame(data.splits().train(), data.transfer());
        assertEquals(12, data.splits().test().size());
        assertEquals(new ClassCounts(new int[] {30, 10, 3}), data.counts(Role.TEACHER));
        assertTrue(data.splits().notes().getFirst().startsWith("made long-tailed, 9 to 1: 43 of 90"), data.splits().notes().toString());
    }

    @Test
    void fewLabelsAreForTheTeacherAndTheStudentAlone() {
        TrainingData data = data(Setting.LABELLED, 20);
        assertEquals(90, data.transfer().size());
        assertEquals(20, Arrays.stream(data.transfer().labels()).filter(label -> label >= 0).count());
        assertTrue(data.isPartlyLabelled());
        // As many steps as with all, each labelled example equally often up to one.
        assertEquals(90, data.alone().size());
        assertEquals(20, ids(data.alone()).size());
        assertTrue(Arrays.stream(data.alone().labels()).allMatch(label -> label >= 0));
        assertEquals(ids(data.alone()), ids(data.teacher()));
        assertEquals(20, data.counts(Role.STUDENT_ALONE).total());
        assertEquals(20, data.counts(Role.TEACHER).total());
        assertEquals(List.of("20 of 90 training examples show their labels; what learns by labels alone sees these again and again, in epochs as "
                + "long as with all"), data.splits().notes());
        assertEquals(data.transfer().fingerprint(), data(Setting.LABELLED, 20).transfer().fingerprint(), "the same ones in all runs");
        // Every label is still known where it is judged.
        assertEquals(ClassCounts.even(3, 30), data.splits().train().classCounts());
    }

    @Test
    void aPartIsRoundedAndTheTeacherMayKnowAllLabels() {
        TrainingData data = data(Setting.LABELLED, "25%", Setting.TEACHER_LABELS, "all");
        assertEquals(23, data.counts(Role.STUDENT_DISTILLED).total());
        assertSame(data.splits().train(), data.teacher());
        assertEquals(90, data.counts(Role.TEACHER).total());
        assertTrue(data.splits().notes().getFirst().contains("(the teacher apart, which knows all labels)"), data.splits().notes().toString());
        assertFalse(data(Setting.LABELLED, "100%").isPartlyLabelled());
        assertFalse(data(Setting.LABELLED, 1000).isPartlyLabelled());
        assertEquals(1, data(Setting.LABELLED, "0.1%").counts(Role.TEACHER).total());
    }

    @Test
    void classesWithoutALabelledExampleAreSaid() {
        List<String> notes = data(Setting.LABELLED, 1).splits().notes();
        assertTrue(notes.getLast().matches("no labelled example is of class [012], [012]"), notes.toString());
    }

    @Test
    void whatIsLeftOutIsLeftOutLabelledOrNot() {
        TrainingData data = data(Setting.OMIT, 1, Setting.LABELLED, 30);
        assertEquals(60, data.transfer().size());
        assertTrue(ids(data.transfer()).stream().noneMatch(id -> id % 3 == 1));
        assertEquals(60, data.alone().size());
        assertEquals(1, data.splits().notes().size(), "what was left out on purpose need not be said again");
        // The teacher has seen it.
        assertEquals(90, data.teacher().size());
        assertTrue(ids(data.teacher()).stream().anyMatch(id -> id % 3 == 1));
    }

    @Test
    void controlExamplesAreLabelledAndNoStudentLearnsFromThem() {
        TrainingData data = data(Setting.LABELLED, 30, Setting.CONTROL, 10);
        assertEquals(10, data.control().size());
        assertTrue(Arrays.stream(data.control().labels()).allMatch(label -> label >= 0));
        assertEquals(80, data.transfer().size());
        assertEquals(20, ids(data.alone()).size());
        var both = new HashSet<>(ids(data.transfer()));
        both.retainAll(ids(data.control()));
        assertEquals(Set.of(), both);
        assertEquals(80, data(Setting.CONTROL, 10).alone().size());
        assertEquals("control: cannot hold out 30 of the students' 30 labelled examples; at least one must be left to train on",
                assertThrows(IllegalArgumentException.class, () -> data(Setting.LABELLED, 30, Setting.CONTROL, 30)).getMessage());
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        assertEquals("sampling: to draw classes evenly every example needs its label, and labelled hides some; leave one of the two out",
                assertThrows(IllegalArgumentException.class, () -> data(Setting.LABELLED, 30, Setting.SAMPLING, "balanced")).getMessage());
        assertEquals("omit: needs a class from 0 to 2, got '3'",
                assertThrows(IllegalArgumentException.class, () -> data(Setting.OMIT, 3)).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> data(Setting.OMIT, 1, Setting.TASKS, "odd=010")).getMessage()
                .startsWith("tasks: a class that is left out"));
        assertTrue(data(Setting.SAMPLING, "balanced", Setting.HARD_LOSS, "effective").splits().notes().getLast().contains("together is too much"));
    }

    @ParameterizedTest
    @CsvSource({"ce, ce", "effective, effective(0.999)", "effective(0), effective(0)", "effective(1), effective(1)", "logit-adjusted, logit-adjusted(1)",
        "logit-adjusted(0.5), logit-adjusted(.5)", "balanced-softmax, balanced-softmax"})
    void hardLossesAreReadByName(String text, String same) {
        Settings.DEFAULT.with(Setting.HARD_LOSS, text);
        assertEquals(HardLoss.of(same), HardLoss.of(text));
    }

    @ParameterizedTest
    @CsvSource({"hard-loss, focal", "hard-loss, effective(2)", "hard-loss, effective(-1)", "hard-loss, ce(1)", "hard-loss, balanced-softmax(1)", "hard-loss, ''",
        "sampling, even", "imbalance, 0.5", "imbalance, x", "labelled, -1", "labelled, 0.1", "labelled, 0%", "labelled, 101%", "labelled, x%",
        "teacher-labels, none"})
    void otherValuesAreRefused(String key, String value) {
        String message = assertThrows(IllegalArgumentException.class, () -> Settings.DEFAULT.with(Setting.of(key), value)).getMessage();
        assertTrue(message.startsWith(key + ": ") && message.endsWith(", got '" + value + "'"), message);
    }

    @Test
    void hardLossesKnowTheClassesSizes() {
        ClassCounts counts = new ClassCounts(new int[] {9, 3, 1});
        Device device = Device.reference();
        assertEquals(new HardLabels(0.1), HardLoss.of("ce").objective(counts, 0.1, device));
        var weighted = (HardLabels) HardLoss.of("effective(1)").objective(counts, 0, device);
        assertArrayEquals(counts.effectiveWeights(1), weighted.classWeights().toDoubles());
        var adjusted = (LogitAdjusted) HardLoss.of("logit-adjusted(2)").objective(counts, 0.2, device);
        assertArrayEquals(Arrays.stream(counts.logPriors()).map(log -> 2 * log).toArray(), adjusted.offsets().toDoubles(), 1e-15);
        assertEquals(0.2, adjusted.labelSmoothing());
        assertArrayEquals(counts.logPriors(), ((LogitAdjusted) HardLoss.of("balanced-softmax").objective(counts, 0, device)).offsets().toDoubles());
    }

    @Test
    void aTaskNeedsAnswersToLearnAndToBeJudgedBy() {
        var tasks = Settings.DEFAULT.with(Setting.TASKS, "all=012; two=01-");
        TrainingData.of(tasks, SPLITS);
        var third = new Splits(SPLITS.train(), SPLITS.test().take(new int[] {2, 5, 8}), List.of());
        assertEquals("tasks: none of the 3 test examples has an answer to 'two'; take more of them, or leave that task out",
                assertThrows(IllegalArgumentException.class, () -> TrainingData.of(tasks, third)).getMessage());
        var trained = new Splits(SPLITS.train().take(new int[] {2, 5, 8}), SPLITS.test(), List.of());
        assertEquals("tasks: none of the 3 labelled training examples has an answer to 'two'; take more of them, or leave that task out",
                assertThrows(IllegalArgumentException.class, () -> TrainingData.of(tasks, trained)).getMessage());
    }
}
