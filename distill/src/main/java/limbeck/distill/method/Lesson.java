package limbeck.distill.method;

import java.util.List;
import java.util.Objects;
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
 * @param substitute the teacher of the main stage in the place of the one that there is; null for none
 * @param teacher makes another teacher of the one that there is, or of its substitute, for the main stage
 * @param heir the model that is used in the end in the place of the student; null for none
 * @param deployed makes the model that is used in the end of the student, or of its heir
 * @param phases the parts of the main stage, in order; empty for one of a piece
 */
public record Lesson(List<Stage> before, Objective objective, List<AfterStep> after, Teacher substitute, UnaryOperator<Teacher> teacher,
        Module heir, UnaryOperator<Module> deployed, List<Phase> phases) {
    /**
     * A loss alone.
     *
     * @param objective the loss; null for none
     * @return the lesson
     */
    public static Lesson of(Objective objective) {
        return new Lesson(List.of(), objective, List.of(), null, UnaryOperator.identity(), null, UnaryOperator.identity(), List.of());
    }

    /**
     * With stages before the main one.
     *
     * @param stages in order
     * @return a new lesson
     */
    public Lesson before(Stage... stages) {
        return new Lesson(List.of(stages), objective, after, substitute, teacher, heir, deployed, phases);
    }

    /**
     * With something that happens after each step.
     *
     * @param action what happens
     * @return a new lesson
     */
    public Lesson after(AfterStep action) {
        return new Lesson(before, objective, List.of(action), substitute, teacher, heir, deployed, phases);
    }

    /**
     * With a teacher in the place of the one that there is.
     *
     * @param other the teacher of the main stage
     * @return a new lesson
     */
    public Lesson substitute(Teacher other) {
        return new Lesson(before, objective, after, other, teacher, heir, deployed, phases);
    }

    /**
     * With something added to the teacher. Whatever the order of the methods, it is added to a {@link #substitute(Teacher)} of another one's.
     *
     * @param change makes another teacher of the one that there is
     * @return a new lesson
     */
    public Lesson taughtBy(UnaryOperator<Teacher> change) {
        return new Lesson(before, objective, after, substitute, change, heir, deployed, phases);
    }

    /**
     * With a model to use in the end in the place of the student.
     *
     * @param other a model of the student's architecture
     * @return a new lesson
     */
    public Lesson heir(Module other) {
        return new Lesson(before, objective, after, substitute, teacher, other, deployed, phases);
    }

    /**
     * With something added to the model that is used in the end. Whatever the order of the methods, it is added to an {@link #heir(Module)} of
     * another one's.
     *
     * @param change makes another model of the student
     * @return a new lesson
     */
    public Lesson deployed(UnaryOperator<Module> change) {
        return new Lesson(before, objective, after, substitute, teacher, heir, change, phases);
    }

    /**
     * With a main stage in parts, whose losses take the place of this lesson's. Only one of several methods can divide it.
     *
     * @param parts in order
     * @return a new lesson
     */
    public Lesson phases(List<Phase> parts) {
        Objective first = parts.stream().map(Phase::objective).filter(Objects::nonNull).findFirst().orElse(null);
        return new Lesson(before, first, after, substitute, teacher, heir, deployed, List.copyOf(parts));
    }
}
