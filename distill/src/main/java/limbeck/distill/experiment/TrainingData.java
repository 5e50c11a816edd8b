package limbeck.distill.experiment;

import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.LongTail;
import limbeck.distill.data.Splits;
import limbeck.distill.tasks.Head;
import limbeck.tensor.Key;

/**
 * Who learns from what: the training part as the settings change it, made long-tailed, without a class, with few labels.
 *
 * <p>Where labels are missing, whoever learns from labels alone sees the labelled examples again and again, so that all trainings have
 * the same number of steps and only what they learn from differs.
 *
 * @param splits the data as it is used, every example with its label
 * @param teacher what the teacher is trained on
 * @param alone what the student alone is trained on
 * @param transfer what is taught to the distilled student, some of it without labels
 * @param teacherCounts the classes' sizes in the teacher's labels
 * @param studentCounts the classes' sizes in the students' labels
 * @param control labelled examples that no student is trained on, by which controllers judge; null for none
 * @param omitted the class that the students never see; -1 for none
 */
record TrainingData(Splits splits, Dataset teacher, Dataset alone, Dataset transfer, ClassCounts teacherCounts, ClassCounts studentCounts,
        Dataset control, int omitted) {
    private static final Key CHOICE = Key.of(0);

    /**
     * The data of an experiment.
     *
     * @throws IllegalArgumentException in one sentence, if the settings leave nothing to learn from, or do not go together
     */
    static TrainingData of(Settings settings, Splits read) {
        Splits splits = settings.number(Setting.IMBALANCE) > 1 ? LongTail.of(read, settings.number(Setting.IMBALANCE)) : read;
        var notes = new ArrayList<>(splits.notes());
        Dataset train = splits.train();
        int shown = shown(settings.text(Setting.LABELLED), train.size());
        Dataset hiding = shown == train.size() ? train : hiding(train, shown);
        int omitted = omitted(settings.text(Setting.OMIT), train.classes());
        Dataset transfer = omitted < 0 ? hiding : hiding.take(positions(train, label -> label != omitted));
        if (transfer.size() == 0) {
            throw new IllegalArgumentException("omit: every example to train on is of class " + omitted + ", so none would be left");
        }
        Dataset control = control(transfer, settings.count(Setting.CONTROL));
        transfer = control == null ? transfer : without(transfer, control);
        Dataset labelled = labelled(transfer);
        if (labelled.size() == 0) {
            throw new IllegalArgumentException("labelled: none of the " + shown + " labelled examples is left to the students; label more of them");
        }
        boolean partly = labelled.size() < transfer.size();
        Dataset known = partly && !settings.text(Setting.TEACHER_LABELS).equals("all") ? labelled(hiding) : train;
        if (partly) {
            String apart = known == train ? "(the teacher apart, which knows all labels) " : "";
            notes.add(count(shown) + " of " + count(train.size()) + " training examples show their labels; what learns by labels alone " + apart
                    + "sees these again and again, in epochs as long as with all");
            noteAbsent(labelled, omitted, notes);
        }
        noteSampling(settings, partly, notes);
        noteTasks(settings, train.classes(), Map.of("test examples", splits.test(), "labelled training examples", labelled), notes);
        return new TrainingData(new Splits(train, splits.test(), notes), repeated(known, train.size()), repeated(labelled, transfer.size()),
                transfer, known.classCounts(), labelled.classCounts(), control, omitted);
    }

    /** Some examples at random show their labels, the same ones in all runs. */
    private static Dataset hiding(Dataset train, int shown) {
        var ids = new HashSet<Integer>();
        Arrays.stream(CHOICE.split("labelled").permutation(train.size()), 0, shown).forEach(i -> ids.add(train.id(i)));
        return train.hidingLabels(id -> !ids.contains(id));
    }

    private static int[] positions(Dataset set, IntPredicate label) {
        return IntStream.range(0, set.size()).filter(i -> label.test(set.label(i))).toArray();
    }

    private static Dataset labelled(Dataset set) {
        int[] positions = positions(set, label -> label != Dataset.UNLABELLED);
        return positions.length == set.size() ? set : set.take(positions);
    }

    private static Dataset control(Dataset students, int count) {
        if (count == 0) {
            return null;
        }
        int[] labelled = positions(students, label -> label != Dataset.UNLABELLED);
        if (count >= labelled.length) {
            throw new IllegalArgumentException("control: cannot hold out " + count + " of the students' " + labelled.length
                    + " labelled examples; at least one must be left to train on");
        }
        int[] order = CHOICE.split("control").permutation(labelled.length);
        return students.take(Arrays.stream(order, 0, count).map(i -> labelled[i]).sorted().toArray());
    }

    private static Dataset without(Dataset set, Dataset held) {
        var ids = new HashSet<Integer>();
        IntStream.range(0, held.size()).forEach(i -> ids.add(held.id(i)));
        return set.take(IntStream.range(0, set.size()).filter(i -> !ids.contains(set.id(i))).toArray());
    }

    private static void noteAbsent(Dataset labelled, int omitted, List<String> notes) {
        List<String> absent = Arrays.stream(labelled.classCounts().absent()).filter(c -> c != omitted).mapToObj(labelled.classNames()::get).toList();
        if (!absent.isEmpty()) {
            notes.add("no labelled example is of class " + String.join(", ", absent));
        }
    }

    private static void noteSampling(Settings settings, boolean partly, List<String> notes) {
        if (settings.text(Setting.TEACHER_SAMPLING).equals("balanced")) {
            notes.add("the teacher's examples are drawn so that classes come evenly");
        }
        if (!settings.text(Setting.TEACHER_HARD_LOSS).equals("ce")) {
            notes.add("the teacher learns by " + HardLoss.of(settings.text(Setting.TEACHER_HARD_LOSS)).inWords());
        }
        if (settings.text(Setting.SAMPLING).equals("plain")) {
            return;
        }
        if (partly) {
            throw new IllegalArgumentException("sampling: to draw classes evenly every example needs its label, and labelled hides some; "
                    + "leave one of the two out");
        }
        notes.add("the students' examples are drawn so that classes come evenly");
        if (!settings.text(Setting.HARD_LOSS).equals("ce")) {
            notes.add("sampling and hard-loss both correct for imbalance, which together is too much; choose one of them");
        }
    }

    private static void noteTasks(Settings settings, int classes, Map<String, Dataset> asked, List<String> notes) {
        String text = settings.text(Setting.TASKS);
        if (text.isBlank()) {
            return;
        }
        if (!settings.text(Setting.OMIT).isEmpty()) {
            throw new IllegalArgumentException("tasks: a class that is left out is looked for among the classes, not among the answers of tasks; "
                    + "leave out omit");
        }
        List<Head> heads = Head.parse(text, classes);
        // Without an answer there is no accuracy, and no loss of the labels.
        heads.forEach(head -> asked.forEach((what, set) -> {
            if (Arrays.stream(set.labels()).allMatch(label -> head.answer(label) == Dataset.UNLABELLED)) {
                throw new IllegalArgumentException("tasks: none of the " + set.size() + " " + what + " has an answer to '" + head.name()
                        + "'; take more of them, or leave that task out");
            }
        }));
        notes.add("several tasks: " + heads.stream().map(head -> head.name() + " with " + head.answers() + " answers")
                .collect(Collectors.joining(", ")) + "; a teacher for each, accuracy is the mean over the tasks, an error is an example with a "
                + "wrong answer");
    }

    private static int omitted(String text, int classes) {
        if (text.isEmpty()) {
            return -1;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) >= classes) {
            throw new IllegalArgumentException("omit: needs a class from 0 to " + (classes - 1) + ", got '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    /** How many examples show their labels. */
    private static int shown(String text, int size) {
        if (text.endsWith("%")) {
            return Math.clamp(Math.round(Double.parseDouble(text.substring(0, text.length() - 1)) / 100 * size), 1, size);
        }
        int count = Integer.parseInt(text);
        return count == 0 ? size : Math.min(count, size);
    }

    /** A set again and again, until it is as large as another. */
    private static Dataset repeated(Dataset set, int size) {
        return set.size() == size ? set : set.take(IntStream.range(0, size).map(i -> i % set.size()).toArray());
    }

    private static String count(int number) {
        return NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
    }

    /** What a model is trained on. */
    Dataset of(Role role) {
        return role.isTeacher() ? teacher : role.equals(Role.STUDENT_ALONE) ? alone : transfer;
    }

    /** The classes' sizes in the labels that a model is trained on. */
    ClassCounts counts(Role role) {
        return role.isTeacher() ? teacherCounts : studentCounts;
    }

    /** Whether the distilled student sees examples without labels. */
    boolean isPartlyLabelled() {
        return studentCounts.total() < transfer.size();
    }
}
