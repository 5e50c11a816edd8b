package limbeck.distill.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Objective;
import limbeck.distill.control.Composed;
import limbeck.distill.control.Schedules;
import limbeck.nn.Layers;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;

/** What a method is built from: the chosen options, the two models with their layers, and the size of the task. */
public final class Setup {
    static final String STUDENT_LAYERS = "student-layers";
    static final String TEACHER_LAYERS = "teacher-layers";

    private final Choice choice;
    private final Task task;
    private final Objective labels;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Awaited> schedules = new LinkedHashMap<>();
    private Schedule weight;

    Setup(Choice choice, Task task, Objective labels) {
        this.choice = choice;
        this.task = task;
        this.labels = labels;
    }

    /**
     * Tells how long the main stage is, which is known when all methods are put together.
     *
     * @return the options that change over time, as {@code kd.temperature}
     * @throws IllegalArgumentException if one of their numbers lies outside its range
     */
    Map<String, Schedule> planned(int mainEpochs) {
        this.weight = weight(mainEpochs);
        var values = new LinkedHashMap<String, Schedule>();
        schedules.forEach((option, awaited) -> values.put(choice.method().name() + "." + option, awaited.planned(mainEpochs)));
        return values;
    }

    /**
     * This method's weight in a stage of its own, with its warm-up, which is a part of that stage.
     *
     * @param epochs how long the stage is
     * @return its value over time
     * @throws IllegalArgumentException if one of its numbers lies outside its range
     */
    public Schedule weight(int epochs) {
        Schedule given = schedule(Method.WEIGHT, epochs);
        double warmup = number(Method.WARMUP) * epochs;
        return warmup > 0 ? Composed.of(given.warmup(Schedule.epochs(warmup)), given) : given;
    }

    /** As the term has it, known to listen to training if it does. */
    Schedule plannedWeight() {
        return weight;
    }

    /**
     * A number.
     *
     * @param option an option that takes numbers
     * @return its value
     */
    public double number(String option) {
        return choice.number(option);
    }

    /**
     * A whole number.
     *
     * @param option an option that takes numbers
     * @return its value
     * @throws IllegalArgumentException if it is not whole, or negative
     */
    public int count(String option) {
        double value = number(option);
        if (value < 0 || value != Math.rint(value) || value > Integer.MAX_VALUE) {
            throw complaint(option + " needs a whole number of 0 or more, got '" + text(option) + "'");
        }
        return (int) value;
    }

    /**
     * A number that has to be above 0, such as a temperature.
     *
     * @param option an option that takes numbers
     * @return its value
     * @throws IllegalArgumentException if it is not above 0
     */
    public double positive(String option) {
        double value = number(option);
        if (!(value > 0)) {
            throw complaint(option + " needs a number above 0, got '" + text(option) + "'");
        }
        return value;
    }

    /**
     * A number that may change over the main stage, such as a temperature; reports have it as {@code kd.temperature}.
     *
     * @param option an option that takes schedules
     * @return its value over time, which can be asked once training has begun
     */
    public Schedule schedule(String option) {
        return schedules.computeIfAbsent(option, _ -> new Awaited(epochs -> schedule(option, epochs)));
    }

    /**
     * A number that changes over the main stage as the method itself chooses; reports have it as {@code alignment-depth.depth}.
     *
     * @param name what to call it
     * @param maker makes its values over time, for a main stage of so many epochs
     * @return the same, which can be asked once training has begun
     */
    public Schedule schedule(String name, IntFunction<Schedule> maker) {
        return schedules.computeIfAbsent(name, _ -> new Awaited(maker::apply));
    }

    /**
     * A number that may change over a stage of a method's own.
     *
     * @param option an option that takes schedules
     * @param epochs how long the stage is
     * @return its value over time
     * @throws IllegalArgumentException if one of its numbers lies outside its range
     */
    public Schedule schedule(String option, int epochs) {
        Schedule schedule = Schedules.parse(text(option), epochs);
        Range range = choice.method().option(option).range();
        long steps = (long) epochs * Math.ceilDiv(task.examples(), task.batch());
        range.left(schedule, epochs, steps).ifPresent(step -> {
            throw complaint(option + " needs " + range + " at all times, but '" + text(option) + "' is "
                    + schedule.at(Range.at(step, epochs, steps)) + " at step " + step);
        });
        return schedule;
    }

    /**
     * Whether an option was given, and not left as it is.
     *
     * @param option an option
     * @return true if a value was given
     */
    public boolean isGiven(String option) {
        return choice.given().contains(option);
    }

    /**
     * A text.
     *
     * @param option an option
     * @return its value
     */
    public String text(String option) {
        return choice.values().get(option);
    }

    /**
     * One of several words.
     *
     * @param option an option that takes a text
     * @param words those that it may be
     * @return its value
     * @throws IllegalArgumentException if it is another
     */
    public String oneOf(String option, String... words) {
        if (!List.of(words).contains(text(option))) {
            throw complaint(option + " is one of " + String.join(", ", words) + ", got '" + text(option) + "'");
        }
        return text(option);
    }

    /**
     * The models and the size of the task.
     *
     * @return the task
     */
    public Task task() {
        return task;
    }

    /**
     * The loss of the labels, as the student has it.
     *
     * @return the same for all methods
     */
    public Objective labels() {
        return labels;
    }

    /**
     * This method's weight in the main stage, with its warm-up.
     *
     * @return a schedule that can be asked once training has begun
     */
    public Schedule weight() {
        return progress -> weight.at(progress);
    }

    /**
     * An optimizer like the student's in the main stage, for a model that learns beside it. Reports have its learning rate as
     * {@code dml.lr}.
     *
     * @param parameters what it may change
     * @return an optimizer that can be used once training has begun
     */
    public Optimizer optimizer(List<Parameter> parameters) {
        return task.workshop().optimizer(parameters, schedule("lr", task.workshop()::rate));
    }

    /**
     * Where randomness comes from, such as that of a connector's first weights.
     *
     * @return the method's own key
     */
    public Key key() {
        return task.key().split(choice.method().name());
    }

    /**
     * A part of the epochs, for a stage.
     *
     * @param part from 0 to 1
     * @return at least 1 epoch, and at least 1 less than all
     * @throws IllegalArgumentException if there are fewer than 2 epochs in all, or the part is none
     */
    public int epochs(double part) {
        if (task.epochs() < 2) {
            throw complaint("trains in stages, which needs at least 2 epochs");
        }
        if (!(part >= 0 && part <= 1)) {
            throw complaint("the length of a stage is a part of all epochs, from 0 to 1, got " + part);
        }
        return Math.clamp(Math.round(part * task.epochs()), 1, task.epochs() - 1);
    }

    /**
     * The places that {@code student-layers} and {@code teacher-layers} name, in pairs: the last with the last, the one before it
     * with the one before it. What is left over in front stays alone.
     *
     * @return at least one pair, in the order in which they run
     * @throws IllegalArgumentException if one of them names nothing, naming the nearest
     */
    public List<Pairing> pairs() {
        return compared(found());
    }

    /**
     * The pairs, all of feature maps.
     *
     * @return as {@link #pairs}
     * @throws IllegalArgumentException if a place shows no maps (N, C, H, W)
     */
    public List<Pairing> maps() {
        return compared(requireMaps(found()));
    }

    /**
     * The last of the pairs.
     *
     * @return the deepest
     */
    public Pairing pair() {
        return compared(List.of(found().getLast())).getFirst();
    }

    /**
     * The last of the pairs, of feature maps.
     *
     * @return the deepest
     * @throws IllegalArgumentException if it shows no maps (N, C, H, W)
     */
    public Pairing map() {
        return compared(requireMaps(List.of(found().getLast()))).getFirst();
    }

    /**
     * The pair in the middle, the earlier one of two.
     *
     * @return where a hint is given that leaves the later layers to the student
     */
    public Pairing middle() {
        List<Pairing> pairs = found();
        return compared(List.of(pairs.get((pairs.size() - 1) / 2))).getFirst();
    }

    private List<Pairing> found() {
        List<Layer> student = find(task.students(), STUDENT_LAYERS);
        List<Layer> teacher = find(task.teachers(), TEACHER_LAYERS);
        int count = Math.min(student.size(), teacher.size());
        if (count == 0) {
            throw complaint("there is no layer to look at; a linear model has none inside");
        }
        return IntStream.range(0, count)
                .mapToObj(i -> new Pairing(student.get(student.size() - count + i), teacher.get(teacher.size() - count + i))).toList();
    }

    private List<Pairing> compared(List<Pairing> pairs) {
        note("compares " + pairs.stream().map(Pairing::toString).collect(Collectors.joining("; ")));
        return pairs;
    }

    private List<Pairing> requireMaps(List<Pairing> pairs) {
        for (Pairing pair : pairs) {
            requireMap("student", pair.student());
            requireMap("teacher", pair.teacher());
        }
        return pairs;
    }

    /**
     * The places that {@code student-layers} names, for a method that looks into the student alone.
     *
     * @return in the order in which they run; empty only for {@code stages} of a linear model
     * @throws IllegalArgumentException if they name nothing, naming the nearest
     */
    public List<Layer> studentPlaces() {
        return find(task.students(), STUDENT_LAYERS);
    }

    private void requireMap(String whose, Layer layer) {
        if (!layer.isMap()) {
            throw complaint("compares feature maps (N, C, H, W), but the " + whose + "'s " + layer.path() + " shows " + layer.output().prepend(1)
                    + "; choose a convolutional " + whose + " such as cnn-tiny or resnet8, or another layer");
        }
    }

    private List<Layer> find(Layers layers, String option) {
        try {
            return layers.find(text(option));
        } catch (IllegalArgumentException e) {
            throw complaint(option + ": " + e.getMessage().replaceFirst("^layers: ", ""));
        }
    }

    /**
     * Puts a connector on the device where the models are.
     *
     * @param connector a module with parameters of its own
     * @param <M> its type
     * @return the same module
     */
    public <M extends Module> M place(M connector) {
        connector.to(task.device());
        return connector;
    }

    /**
     * Says something in the plan, such as which connector was chosen.
     *
     * @param note part of a sentence
     */
    public void note(String note) {
        notes.add(note);
    }

    List<String> notes() {
        return notes;
    }

    /**
     * An error about this method.
     *
     * @param sentence what is wrong, what was expected, what to try
     * @return the exception, to be thrown
     */
    public IllegalArgumentException complaint(String sentence) {
        return new IllegalArgumentException("method " + choice.method().name() + ": " + sentence);
    }
}
