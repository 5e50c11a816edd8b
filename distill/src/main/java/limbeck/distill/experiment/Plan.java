package limbeck.distill.experiment;

import java.util.List;
import limbeck.distill.data.Splits;
import limbeck.nn.Summary;

/**
 * What an experiment is going to do, known before anything is trained.
 *
 * @param settings the choices
 * @param data the data set; its notes say what was decided while it was read
 * @param teacher the teacher's layers, parameters and multiply-adds, of several teachers all together; null where the student is trained
 *         alone
 * @param student the student's
 * @param seeds the seeds
 * @param loss the distilled student's loss in words; for a model that is trained alone, its own
 * @param stages the lengths in epochs of the stages in which the distilled student is trained; for a model that is trained alone, its own
 * @param notes what was chosen by itself about the distilled student's training, such as its stages and which layers are compared
 * @param trainees all models that are trained for a seed, or read, in order; those that teach once for all seeds are in it too
 */
public record Plan(Settings settings, Splits data, Summary teacher, Summary student, List<Long> seeds, String loss,
        List<Integer> stages, List<String> notes, List<Trainee> trainees) {
    /**
     * A plan of one teacher, or none, and its students.
     *
     * @param settings the choices
     * @param data the data set
     * @param teacher the teacher's layers; null where the student is trained alone
     * @param student the student's
     * @param seeds the seeds
     * @param loss the distilled student's loss in words
     * @param stages the lengths in epochs of its stages
     * @param notes what was chosen by itself
     */
    public Plan(Settings settings, Splits data, Summary teacher, Summary student, List<Long> seeds, String loss, List<Integer> stages,
            List<String> notes) {
        this(settings, data, teacher, student, seeds, loss, stages, notes, classic(settings, teacher, student, stages));
    }

    private static List<Trainee> classic(Settings settings, Summary teacher, Summary student, List<Integer> stages) {
        String name = settings.text(Setting.STUDENT);
        var alone = new Trainee(Role.STUDENT_ALONE, name, student, List.of(settings.count(Setting.EPOCHS)));
        if (teacher == null) {
            return List.of(alone);
        }
        boolean read = !settings.text(Setting.TEACHER_WEIGHTS).isEmpty();
        return List.of(new Trainee(Role.TEACHER, settings.text(Setting.TEACHER), teacher,
                read ? List.of() : List.of(settings.count(Setting.TEACHER_EPOCHS))), alone,
                new Trainee(Role.STUDENT_DISTILLED, name, student, stages));
    }

    /**
     * How several teachers work together.
     *
     * @return part of a sentence; empty for one teacher
     */
    public String ensemble() {
        return trainees(Role.Part.MEMBER).isEmpty() ? "" : new Faculty(settings, null).inWords();
    }

    /**
     * The models of a kind.
     *
     * @param part what they do
     * @return in order; none if there is no such model
     */
    public List<Trainee> trainees(Role.Part part) {
        return trainees.stream().filter(trainee -> trainee.role().part() == part).toList();
    }

    /**
     * Whether the classes are of so different sizes that the balanced accuracy tells more than the accuracy.
     *
     * @return true if training or test part are imbalanced, or the settings correct for it
     */
    public boolean isImbalanced() {
        return isImbalanced(data, settings);
    }

    static boolean isImbalanced(Splits data, Settings settings) {
        return data.train().classCounts().isImbalanced() || data.test().classCounts().isImbalanced()
                || !settings.text(Setting.HARD_LOSS).equals("ce") || settings.text(Setting.SAMPLING).equals("balanced");
    }
}
