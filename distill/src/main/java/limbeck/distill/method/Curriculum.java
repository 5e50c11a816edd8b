package limbeck.distill.method;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.distill.AfterStep;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.nn.Module;
import limbeck.nn.optim.Schedule;

/**
 * A training by one or several methods: its stages in order, of which the last is the main one.
 *
 * @param stages at least one
 * @param deployed the model that is used in the end: the student, or what a method makes of it
 * @param notes what was chosen by itself, in parts of sentences
 */
public record Curriculum(List<Stage> stages, Module deployed, List<String> notes) {
    /**
     * Puts methods together: each adds its terms; the cross-entropy with the labels is there once, with the largest weight that one
     * of them asks for (a regulariser's own counts only where it is given or there is nothing else). The stages that come before the main
     * one take their epochs from it.
     *
     * @param choices the methods
     * @param task who learns what from whom
     * @param teacher what is learned from
     * @param hard the loss of the labels
     * @return the training
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models or its options will not do
     */
    public static Curriculum of(List<Choice> choices, Task task, Teacher teacher, Objective hard) {
        var stages = new ArrayList<Stage>();
        var terms = new ArrayList<Term>();
        var after = new ArrayList<AfterStep>();
        var notes = new ArrayList<String>();
        var lessons = new ArrayList<Lesson>();
        double ce = choices.stream().filter(choice -> asksForLabels(choice, choices)).mapToDouble(choice -> choice.number(Method.CE)).max()
                .orElse(1);
        if (ce > 0) {
            terms.add(new Term("ce", ce, hard));
        }
        for (Choice choice : choices) {
            var setup = new Setup(choice, task);
            Lesson lesson = choice.method().build(setup);
            stages.addAll(lesson.before());
            after.addAll(lesson.after());
            lessons.add(lesson);
            setup.notes().forEach(note -> notes.add(choice.method().name() + " " + note));
        }
        Teacher main = only(lessons, choices, Lesson::substitute, "a teacher of its own", teacher);
        Module deployed = only(lessons, choices, Lesson::heir, "a model of its own to be used in the end", task.student());
        for (Lesson lesson : lessons) {
            main = lesson.teacher().apply(main);
            deployed = lesson.deployed().apply(deployed);
        }
        int left = task.epochs() - stages.stream().mapToInt(Stage::epochs).sum();
        if (left < 1) {
            throw new IllegalArgumentException("method: the stages before the main one take all " + task.epochs()
                    + " epochs; give more epochs, or shorten the stages");
        }
        for (int i = 0; i < lessons.size(); i++) {
            if (lessons.get(i).objective() != null) {
                terms.add(new Term(choices.get(i).method().name(), weight(choices.get(i), left), lessons.get(i).objective()));
            }
        }
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("method: the main stage has no loss, since the labels' weight is 0; leave ce as it is, or add a "
                    + "method such as kd");
        }
        var recipe = new Recipe(main, terms, after);
        var trained = new ArrayList<Parameter>(task.student().parameters().values());
        trained.addAll(recipe.parameters());
        stages.add(new Stage("main", left, recipe, trained));
        return new Curriculum(stages, deployed, List.copyOf(notes));
    }

    /** What takes the place of something, which only one method can bring. */
    private static <T> T only(List<Lesson> lessons, List<Choice> choices, Function<Lesson, T> part, String what, T otherwise) {
        List<Integer> bringing = IntStream.range(0, lessons.size()).filter(i -> part.apply(lessons.get(i)) != null).boxed().toList();
        if (bringing.size() > 1) {
            throw new IllegalArgumentException("method: " + choices.get(bringing.get(0)).method() + " and " + choices.get(bringing.get(1)).method()
                    + " each bring " + what + "; keep one of them");
        }
        return bringing.isEmpty() ? otherwise : part.apply(lessons.get(bringing.getFirst()));
    }

    /** A regulariser restrains what the other methods do, and has no wish of its own beside them unless one was given. */
    private static boolean asksForLabels(Choice choice, List<Choice> all) {
        return choice.method().compares() != Compares.REGULARISER || choice.given().contains(Method.CE)
                || all.stream().allMatch(other -> other.method().compares() == Compares.REGULARISER);
    }

    /** The warm-up is a part of the main stage's epochs, in which the loss is. */
    private static Schedule weight(Choice choice, int epochs) {
        var constant = Schedule.constant(choice.number(Method.WEIGHT));
        double warmup = choice.number(Method.WARMUP) * epochs;
        return warmup > 0 ? constant.warmup(Schedule.epochs(warmup)) : constant;
    }
}
