package limbeck.distill.method;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.nn.Layers;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Module;
import limbeck.tensor.Key;

/** What a method is built from: the chosen options, the two models with their layers, and the size of the task. */
public final class Setup {
    static final String STUDENT_LAYERS = "student-layers";
    static final String TEACHER_LAYERS = "teacher-layers";

    private final Choice choice;
    private final Task task;
    private final List<String> notes = new ArrayList<>();

    Setup(Choice choice, Task task) {
        this.choice = choice;
        this.task = task;
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
