package limbeck.distill.method;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Tap;
import limbeck.nn.Layers.Layer;
import limbeck.tensor.Tensor;

/**
 * A place in the student and the one in the teacher that it is compared with.
 *
 * @param student the student's
 * @param teacher the teacher's
 */
public record Pairing(Layer student, Layer teacher) {
    /**
     * What an objective has to tap.
     *
     * @return both places
     */
    public Set<Tap> taps() {
        return Set.of(Tap.student(student.path()), Tap.teacher(teacher.path()));
    }

    /**
     * What the student showed.
     *
     * @param moment a step's
     * @return its feature here
     */
    public Variable student(Moment moment) {
        return moment.student().feature(student.path());
    }

    /**
     * What the teacher showed.
     *
     * @param moment a step's
     * @return its feature here
     */
    public Tensor teacher(Moment moment) {
        return moment.teacher().feature(teacher.path());
    }

    /** {@return such as {@code layer2 (32, 16, 16) ~ stage3 (128, 7, 7)}} */
    @Override
    public String toString() {
        return student.path() + " " + student.output() + " ~ " + teacher.path() + " " + teacher.output();
    }
}
