package limbeck.distill.logits;

import limbeck.distill.Views;
import limbeck.tensor.Shape;

/** What the losses of this package ask of the logits' shapes, before the first step. */
final class Fit {
    private Fit() {
    }

    /** A teacher whose logits have the student's shape. */
    static void teacher(String method, Views<Shape> student, Views<Shape> teacher) {
        if (teacher.logits() == null) {
            throw new IllegalArgumentException(method
                    + ": there is no teacher to learn from; give the recipe one, such as new Frozen(model)");
        }
        if (!teacher.logits().equals(student.logits())) {
            throw new IllegalArgumentException(method + ": the student's logits are " + student.logits() + ", the teacher's "
                    + teacher.logits() + "; both must know the same classes");
        }
    }

    /** Logits (N, C) of at least two classes, for losses that tell the label's class from the others. */
    static void classes(String method, Views<Shape> student) {
        Shape shape = student.logits();
        if (shape.rank() != 2 || shape.dim(1) < 2) {
            throw new IllegalArgumentException(method + ": the student's logits are " + shape
                    + "; logits (N, classes) of at least 2 classes are needed, with a label for each example");
        }
    }
}
