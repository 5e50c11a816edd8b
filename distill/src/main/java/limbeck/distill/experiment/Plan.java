package limbeck.distill.experiment;

import java.util.List;
import limbeck.distill.data.Splits;
import limbeck.nn.Summary;

/**
 * What an experiment is going to do, known before anything is trained.
 *
 * @param settings the choices
 * @param data the data set; its notes say what was decided while it was read
 * @param teacher the teacher's layers, parameters and multiply-adds; null where the student is trained alone
 * @param student the student's
 * @param seeds the seeds
 * @param loss the distilled student's loss in words; for a model that is trained alone, its own
 * @param stages the lengths in epochs of the stages in which the distilled student is trained; for a model that is trained alone, its own
 * @param notes what was chosen by itself about the distilled student's training, such as its stages and which layers are compared
 */
public record Plan(Settings settings, Splits data, Summary teacher, Summary student, List<Long> seeds, String loss,
        List<Integer> stages, List<String> notes) {
}
