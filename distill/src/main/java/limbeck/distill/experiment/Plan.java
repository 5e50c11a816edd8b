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
 * @param loss the students' loss in words
 */
public record Plan(Settings settings, Splits data, Summary teacher, Summary student, List<Long> seeds, String loss) {
}
