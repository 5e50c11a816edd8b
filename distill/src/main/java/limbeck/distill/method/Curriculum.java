package limbeck.distill.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.distill.AfterStep;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.control.Balance;
import limbeck.distill.control.Composed;
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
        return of(choices, task, teacher, hard, Balance.NONE);
    }

    /**
     * Puts methods together, whose losses and that of the labels are weighed against each other in the main stage.
     *
     * @param choices the methods
     * @param task who learns what from whom
     * @param teacher what is learned from
     * @param hard the loss of the labels
     * @param balance weighs the losses
     * @return the training
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models or its options will not do
     */
    public static Curriculum of(List<Choice> choices, Task task, Teacher teacher, Objective hard, Balance balance) {
        var stages = new ArrayList<Stage>();
        var terms = new ArrayList<Term>();
        var after = new ArrayList<AfterStep>();
        var notes = new ArrayList<String>();
        var lessons = new ArrayList<Lesson>();
        var setups = new ArrayList<Setup>();
        for (Choice choice : choices) {
            var setup = new Setup(choice, task, hard);
            setups.add(setup);
            Lesson lesson = choice.method().build(setup);
            stages.addAll(lesson.before());
            after.addAll(lesson.after());
            lessons.add(lesson);
            setup.notes().forEach(note -> notes.add(choice.method().name() + " " + note));
        }
        Teacher main = only(lessons, choices, Lesson::substitute, "a teacher of its own", teacher);
        Module deployed = only(lessons, choices, Lesson::heir, "a model of its own to be used in the end", task.student());
        if (main == teacher && lessons.stream().noneMatch(Curriculum::looksAtTeacher)) {
            // What a method adds to the teacher need not wait for one that nobody looks at.
            main = Teacher.NONE;
        }
        for (Lesson lesson : lessons) {
            main = lesson.teacher().apply(main);
            deployed = lesson.deployed().apply(deployed);
        }
        int left = task.epochs() - stages.stream().mapToInt(Stage::epochs).sum();
        if (left < 1) {
            throw new IllegalArgumentException("method: the stages before the main one take all " + task.epochs()
                    + " epochs; give more epochs, or shorten the stages");
        }
        labels(choices, setups, left).ifPresent(weight -> terms.add(new Term("ce", weight, hard)));
        var values = new LinkedHashMap<String, Schedule>();
        for (int i = 0; i < lessons.size(); i++) {
            values.putAll(setups.get(i).planned(left));
            if (lessons.get(i).objective() != null) {
                terms.add(new Term(choices.get(i).method().name(), setups.get(i).plannedWeight(), lessons.get(i).objective()));
            }
        }
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("method: the main stage has no loss, since the labels' weight is 0; leave ce as it is, or add a "
                    + "method such as kd");
        }
        var recipe = new Recipe(main, terms, after, values);
        var trained = new ArrayList<Parameter>(task.student().parameters().values());
        trained.addAll(recipe.parameters());
        stages.addAll(balanced(divided(new Stage("main", left, recipe, trained), lessons, choices), balance, task.student()));
        return new Curriculum(stages, deployed, List.copyOf(notes));
    }

    /** The largest weight that one of the methods asks for, at each time; empty for none at all. */
    private static Optional<Schedule> labels(List<Choice> choices, List<Setup> setups, int epochs) {
        int[] asking = IntStream.range(0, choices.size()).filter(i -> asksForLabels(choices.get(i), choices)).toArray();
        if (IntStream.of(asking).allMatch(i -> choices.get(i).isNumber(Method.CE))) {
            double largest = IntStream.of(asking).mapToDouble(i -> choices.get(i).number(Method.CE)).max().orElse(1);
            return largest > 0 ? Optional.of(Schedule.constant(largest)) : Optional.empty();
        }
        Schedule[] weights = IntStream.of(asking).mapToObj(i -> setups.get(i).schedule(Method.CE, epochs)).toArray(Schedule[]::new);
        Schedule largest = p -> Stream.of(weights).mapToDouble(weight -> weight.at(p)).max().orElseThrow();
        return Optional.of(weights.length == 1 ? weights[0] : Composed.of(largest, weights));
    }

    /** A part of the main stage that has one loss only has nothing to weigh, as long as another one has. */
    private static List<Stage> balanced(List<Stage> main, Balance balance, Module student) {
        boolean none = main.stream().allMatch(stage -> stage.recipe().terms().size() == 1);
        return main.stream().map(stage -> none || stage.recipe().terms().size() > 1 ? balanced(stage, balance, student) : stage).toList();
    }

    private static Stage balanced(Stage stage, Balance balance, Module student) {
        Recipe weighed = balance.apply(stage.recipe(), student);
        var trained = new ArrayList<>(stage.trained());
        List<Parameter> known = stage.recipe().parameters();
        weighed.parameters().stream().filter(parameter -> !known.contains(parameter)).forEach(trained::add);
        return new Stage(stage.name(), stage.epochs(), weighed, trained, stage.begun());
    }

    private static boolean looksAtTeacher(Lesson lesson) {
        return Stream.concat(Stream.ofNullable(lesson.objective()), lesson.phases().stream().map(Phase::objective).filter(Objects::nonNull))
                .anyMatch(objective -> objective.looksAt().contains(Tap.Side.TEACHER));
    }

    private static List<Stage> divided(Stage main, List<Lesson> lessons, List<Choice> choices) {
        Lesson dividing = only(lessons, choices, lesson -> lesson.phases().isEmpty() ? null : lesson, "parts of the main stage", null);
        return dividing == null ? List.of(main)
                : Phase.divide(main, choices.get(lessons.indexOf(dividing)).method().name(), dividing.phases());
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
}
