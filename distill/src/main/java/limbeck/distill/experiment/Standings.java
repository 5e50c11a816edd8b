package limbeck.distill.experiment;

import java.util.List;

/**
 * What a {@link Contest} found.
 *
 * @param agenda what it set out to do
 * @param teacher the teacher's accuracy on the test set
 * @param teacherBalanced the mean of its classes' recalls there
 * @param alone the accuracy of the student that was trained alone, by seed
 * @param aloneBalanced the mean of its classes' recalls, by seed
 * @param aloneMillis the time of one of its training steps
 * @param methods every method, by falling gain; those that did not run come last
 * @param seconds how long it took
 */
public record Standings(Contest.Agenda agenda, double teacher, double teacherBalanced, Spread alone, Spread aloneBalanced,
        double aloneMillis, List<Standing> methods, double seconds) {
}
