package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import limbeck.tensor.Key;

/**
 * Who takes part in a comparison: by the settings, one or several teachers, from which a chain of assistants and generations may lead to
 * the student.
 *
 * @param teachers the architectures of the teachers, the leading one first
 * @param files their weights, one each; empty if they are trained
 * @param assistants the architectures of the models between teacher and student
 * @param student the student's architecture
 * @param generations how many students are taught one after the other
 */
record Lineup(List<String> teachers, List<Path> files, List<String> assistants, String student, int generations) {
    private static final Pattern PART = Pattern.compile("(?:([1-9]\\d?)\\*)?([^*]+)");

    /**
     * A model that is taught.
     *
     * @param role what it is
     * @param architecture its name in {@link limbeck.nn.models.Models}
     * @param key where its first weights, the order of its batches and its methods' randomness come from
     */
    record Learner(Role role, String architecture, Key key) {
    }

    /**
     * What settings name.
     *
     * @throws IllegalArgumentException in one sentence, if they do not go together
     */
    static Lineup of(Settings settings) {
        List<String> teachers = names(Setting.TEACHER, settings.text(Setting.TEACHER));
        List<Path> files = settings.teacherFiles();
        if (!files.isEmpty() && files.size() != teachers.size()) {
            throw new IllegalArgumentException("teacher-weights: there are " + files.size() + " files for " + teachers.size()
                    + " teachers; give one for each, joined by commas");
        }
        String weights = settings.text(Setting.ENSEMBLE_WEIGHTS);
        if (weights.contains(":") && weights.split(":").length != teachers.size() || teachers.size() > 1 && weights.matches("[0-9.eE+-]+")) {
            throw new IllegalArgumentException("ensemble-weights: '" + weights + "' are " + weights.split(":").length + " weights for "
                    + teachers.size() + (teachers.size() == 1 ? " teacher" : " teachers") + "; give one for each, joined by colons");
        }
        int generations = settings.count(Setting.GENERATIONS);
        if (generations == 1 && settings.text(Setting.GENERATION_ENSEMBLE).equals("yes")) {
            throw new IllegalArgumentException("generation-ensemble: there is only one generation; give --generations 2 or more");
        }
        String assistants = settings.text(Setting.ASSISTANTS);
        return new Lineup(teachers, files, assistants.isEmpty() ? List.of() : names(Setting.ASSISTANTS, assistants),
                settings.text(Setting.STUDENT), generations);
    }

    private static List<String> names(Setting setting, String text) {
        var names = new ArrayList<String>();
        for (String part : text.split(",", -1)) {
            Matcher found = PART.matcher(part.strip());
            if (!found.matches()) {
                throw new IllegalArgumentException(setting.key() + ": needs architectures joined by commas, such as resnet20,cnn-base or "
                        + "3*resnet20, got '" + text + "'");
            }
            names.addAll(Collections.nCopies(found.group(1) == null ? 1 : Integer.parseInt(found.group(1)), found.group(2).strip()));
        }
        return List.copyOf(names);
    }

    /** Whether the teachers are read, not trained. */
    boolean isRead() {
        return !files.isEmpty();
    }

    /** What a teacher is in the reports. */
    Role teacher(int member) {
        return teachers.size() == 1 ? Role.TEACHER : Role.member(member + 1);
    }

    /** Where a teacher's randomness comes from: the first one's as if it were alone. */
    static Key key(Key seed, int member) {
        return member == 0 ? seed : seed.split("teacher " + (member + 1));
    }

    /** The models between teacher and student, each of which teaches the next. */
    List<Learner> assistants(Key seed) {
        return IntStream.range(0, assistants.size())
                .mapToObj(i -> new Learner(Role.assistant(i + 1), assistants.get(i), seed.split("assistant " + (i + 1)))).toList();
    }

    /**
     * The students that are taught one after the other. The last one has the first weights and the batches of the one that learns alone, the
     * others their own.
     */
    List<Learner> students(Key seed) {
        var students = new ArrayList<Learner>();
        for (int i = 1; i < generations; i++) {
            students.add(new Learner(Role.generation(i), student, seed.split("generation " + i)));
        }
        students.add(new Learner(Role.STUDENT_DISTILLED, student, seed));
        return students;
    }

    /** The architecture of a role. */
    String architecture(Role role) {
        return switch (role.part()) {
            case MEMBER -> teachers.get(role.number() - 1);
            case TEACHER -> joined(teachers);
            case ASSISTANT -> assistants.get(role.number() - 1);
            case STUDENT_ALONE, GENERATION, STUDENT_DISTILLED -> student;
            case GENERATIONS -> generations + "*" + student;
        };
    }

    /** Equal ones counted: {@code 2*resnet20,cnn-base}. */
    private static String joined(List<String> names) {
        var parts = new ArrayList<String>();
        for (int i = 0; i < names.size();) {
            int next = i;
            while (next < names.size() && names.get(next).equals(names.get(i))) {
                next++;
            }
            parts.add((next - i > 1 ? next - i + "*" : "") + names.get(i));
            i = next;
        }
        return String.join(",", parts);
    }
}
