package limbeck.distill.method;

import java.util.function.Supplier;
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
 */
public record Task(Module student, Layers students, Module teacher, Layers teachers, Supplier<Module> fresh, Shape example, int classes,
        int examples, int epochs, int batch, Key key) {
    /**
     * A task whose layers are looked up.
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
                batch, key);
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
