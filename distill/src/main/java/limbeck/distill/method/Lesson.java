package limbeck.distill.method;

import java.util.List;
import java.util.function.UnaryOperator;
import limbeck.distill.AfterStep;
import limbeck.distill.Objective;
import limbeck.distill.Stage;
import limbeck.distill.Teacher;
import limbeck.nn.Module;

/**
 * What a method adds to a training.
 *
 * @param before stages before the main one, in order; their epochs are taken from the main stage's
 * @param objective the loss in the main stage; null for none
 * @param after what happens after each step of the main stage
 * @param teacher makes another teacher of the one that there is, for the main stage
 * @param deployed makes the model that is used in the end of the student
 */
public record Lesson(List<Stage> before, Objective objective, List<AfterStep> after, UnaryOperator<Teacher> teacher,
        UnaryOperator<Module> deployed) {
    /**
     * A loss alone.
     *
     * @param objective the loss; null for none
     * @return the lesson
     */
    public static Lesson of(Objective objective) {
        return new Lesson(List.of(), objective, List.of(), UnaryOperator.identity(), UnaryOperator.identity());
    }

    /**
     * With stages before the main one.
     *
     * @param stages in order
     * @return a new lesson
     */
    public Lesson before(Stage... stages) {
        return new Lesson(List.of(stages), objective, after, teacher, deployed);
    }

    /**
     * With something that happens after each step.
     *
     * @param action what happens
     * @return a new lesson
     */
    public Lesson after(AfterStep action) {
        return new Lesson(before, objective, List.of(action), teacher, deployed);
    }

    /**
     * With another teacher.
     *
     * @param change makes it of the one that there is
     * @return a new lesson
     */
    public Lesson taughtBy(UnaryOperator<Teacher> change) {
        return new Lesson(before, objective, after, change, deployed);
    }

    /**
     * With another model to use in the end.
     *
     * @param change makes it of the student
     * @return a new lesson
     */
    public Lesson deployed(UnaryOperator<Module> change) {
        return new Lesson(before, objective, after, teacher, change);
    }
}
