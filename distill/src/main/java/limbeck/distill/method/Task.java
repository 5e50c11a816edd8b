package limbeck.distill.method;

import java.util.function.Supplier;
import limbeck.distill.data.ClassCounts;
import limbeck.nn.Layers;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;

/**
 * Who learns what from whom: what methods are built for.
 *
 * @param student the model that learns
 * @param students its layers
 * @param teacher the model that is learned from
 * @param teachers its layers
 * @param fresh makes another student with its first weights, for methods that need two
 * @param example the shape of one example, without the batch
 * @param classes how many classes there are
 * @param examples how many examples there are to train on
 * @param epochs how many passes over the data, all stages together
 * @param batch examples in a batch
 * @param key where randomness comes from
 * @param workshop makes more students, and optimizers like the student's
 * @param counts how many of the examples to train on each class has, as far as they have labels
 */
public record Task(Module student, Layers students, Module teacher, Layers teachers, Supplier<Module> fresh, Shape example, int classes,
        int examples, int epochs, int batch, Key key, Workshop workshop, ClassCounts counts) {
    /**
     * A task whose layers are looked up, of classes of one size, and in which no more students can be made.
     *
     * @param student the model that learns
     * @param teacher the model that is learned from
     * @param fresh makes another student with its first weights
     * @param example the shape of one example, without the batch
     * @param classes how many classes there are
     * @param examples how many examples there are to train on
     * @param epochs how many passes over the data
     * @param batch examples in a batch
     * @param key where randomness comes from
     * @return the task
     */
    public static Task of(Module student, Module teacher, Supplier<Module> fresh, Shape example, int classes, int examples, int epochs,
            int batch, Key key) {
        return new Task(student, Layers.of(student, example), teacher, Layers.of(teacher, example), fresh, example, classes, examples, epochs,
                batch, key, Workshop.CLOSED, ClassCounts.even(classes, Math.max(1, examples / classes)));
    }

    /**
     * With a workshop, for methods in which several students learn together.
     *
     * @param workshop makes more students, and optimizers like the student's
     * @return a new task
     */
    public Task with(Workshop workshop) {
        return new Task(student, students, teacher, teachers, fresh, example, classes, examples, epochs, batch, key, workshop, counts);
    }

    /**
     * With the classes' sizes, for losses of imbalanced data.
     *
     * @param counts how many of the examples to train on each class has
     * @return a new task
     */
    public Task with(ClassCounts counts) {
        return new Task(student, students, teacher, teachers, fresh, example, classes, examples, epochs, batch, key, workshop, counts);
    }

    /**
     * Where the models are.
     *
     * @return the student's device
     */
    public Device device() {
        return student.parameters().values().iterator().next().device();
    }
}
