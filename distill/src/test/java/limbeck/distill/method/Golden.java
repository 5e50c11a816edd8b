package limbeck.distill.method;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** The inputs for which the values of all losses are known, in double; k counts the elements in row-major order. */
public final class Golden {
    private static final Device DEVICE = Device.reference();

    /** The student's logits (4, 3): 2 sin(1 + k). */
    public static final Tensor STUDENT = of(k -> 2 * Math.sin(1 + k), 4, 3);
    /** The teacher's logits (4, 3): 2 cos(k / 2). */
    public static final Tensor TEACHER = of(k -> 2 * Math.cos(k / 2.0), 4, 3);
    /** The labels (4). */
    public static final Tensor LABELS = DEVICE.tensor(new int[] {0, 1, 2, 0}, 4);
    /** The student's maps (2, 2, 2, 2): sin(k + 1). */
    public static final Tensor STUDENT_MAPS = of(k -> Math.sin(k + 1), 2, 2, 2, 2);
    /** The teacher's maps (2, 2, 2, 2): cos(k / 2). */
    public static final Tensor TEACHER_MAPS = of(k -> Math.cos(k / 2.0), 2, 2, 2, 2);

    private Golden() {
    }

    private static Tensor of(IntToDoubleFunction element, int... dims) {
        Shape shape = Shape.of(dims);
        return DEVICE.tensor(IntStream.range(0, shape.intSize()).mapToDouble(element).toArray(), shape);
    }
}
