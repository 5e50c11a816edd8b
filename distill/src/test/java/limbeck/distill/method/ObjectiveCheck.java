package limbeck.distill.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Mode;
import limbeck.nn.optim.Progress;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * What every loss' test needs: its value and gradients on given views, and the comparison of its gradients with finite differences,
 * in double on the reference device, with respect to all that the student shows and to the loss' own parameters.
 *
 * {@snippet :
 * var check = ObjectiveCheck.logits(new LogitKd(4), Golden.STUDENT, Golden.TEACHER);
 * assertEquals(0.333929, check.value(), 1e-6);
 * check.gradients();
 * }
 *
 * @param objective the loss, its parameters on the reference device
 * @param progress how far training has come
 * @param student what the student shows; its logits may be null where the loss does not look at them
 * @param teacher what the teacher shows
 * @param targets the labels
 * @param ids the examples' lasting numbers
 */
public record ObjectiveCheck(Objective objective, Progress progress, Views<Tensor> student, Views<Tensor> teacher, Tensor targets,
        long[] ids) {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-5;

    /** A loss of logits, with the golden labels as far as they reach. */
    public static ObjectiveCheck logits(Objective objective, Tensor student, Tensor teacher) {
        int size = student.shape().dim(0);
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = i % student.shape().dim(1);
        }
        return of(objective, Views.of(student), Views.of(teacher), student.device().tensor(labels, size));
    }

    /** A loss of one feature of each, tapped at {@code s} and {@code t}; the logits are null. */
    public static ObjectiveCheck features(Objective objective, Tensor student, Tensor teacher) {
        int size = student.shape().dim(0);
        return of(objective, new Views<>(null, Map.of("s", student)), new Views<>(null, Map.of("t", teacher)),
                student.device().tensor(new int[size], size));
    }

    /** Any loss. */
    public static ObjectiveCheck of(Objective objective, Views<Tensor> student, Views<Tensor> teacher, Tensor targets) {
        long[] ids = new long[targets.shape().dim(0)];
        Arrays.setAll(ids, i -> i);
        return new ObjectiveCheck(objective, Progress.START, student, teacher, targets, ids);
    }

    /** The places {@code s} and {@code t} that {@link #features} taps, with the shapes of a batch's features. */
    public static Pairing pairing(Tensor student, Tensor teacher) {
        return new Pairing(new Layer("s", "test", student.shape().without(List.of(0), false)),
                new Layer("t", "test", teacher.shape().without(List.of(0), false)));
    }

    /** At another point of the training. */
    public ObjectiveCheck at(Progress progress) {
        return new ObjectiveCheck(objective, progress, student, teacher, targets, ids);
    }

    /** The loss. */
    public double value() {
        return value(student);
    }

    private double value(Views<Tensor> student) {
        return loss(student.map(Variable::of)).item();
    }

    private Variable loss(Views<Variable> seen) {
        Variable loss = Mode.train(progress.step(), () -> objective.loss(new Moment(progress, seen, teacher, targets, ids)));
        assertEquals(Shape.SCALAR, loss.shape(), "a loss is a scalar");
        return loss;
    }

    /** The gradient with respect to the student's logits. */
    public Tensor logitGradient() {
        return gradients("logits");
    }

    /** The gradient with respect to the student's feature at a path. */
    public Tensor featureGradient(String path) {
        return gradients(path);
    }

    private Tensor gradients(String name) {
        var leaves = leaves();
        var tape = new Tape();
        Gradients gradients = tape.backward(tape.record(() -> loss(views(leaves))));
        return gradients.of(leaves.get(name));
    }

    private Map<String, Variable> leaves() {
        var leaves = new LinkedHashMap<String, Variable>();
        if (student.logits() != null) {
            leaves.put("logits", Variable.leaf(student.logits()));
        }
        student.features().forEach((path, feature) -> leaves.put(path, Variable.leaf(feature)));
        return leaves;
    }

    private Views<Variable> views(Map<String, Variable> leaves) {
        var features = new LinkedHashMap<>(leaves);
        Variable logits = student.logits() == null ? null : features.remove("logits");
        return new Views<>(logits, features);
    }

    /**
     * Compares all gradients with central differences. Inputs have to lie away from kinks.
     *
     * @throws AssertionError naming what is wrong and both numbers
     */
    public void gradients() {
        var leaves = leaves();
        var tape = new Tape();
        Variable recorded = tape.record(() -> loss(views(leaves)));
        Gradients gradients = recorded.needsGradient() ? tape.backward(recorded) : new Gradients();
        for (Map.Entry<String, Variable> leaf : leaves.entrySet()) {
            Tensor point = leaf.getValue().tensor();
            double[] analytic = gradients.has(leaf.getValue()) ? gradients.of(leaf.getValue()).toDoubles() : new double[point.shape().intSize()];
            compare(leaf.getKey(), point, analytic, moved -> value(with(leaf.getKey(), moved)));
        }
        List<Parameter> parameters = objective.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            Tensor point = parameter.device().tensor(parameter.tensor().toDoubles(), parameter.shape());
            assertEquals(DType.F64, parameter.dtype(), "move the loss' parameters to the reference device first");
            double[] analytic = gradients.has(parameter) ? gradients.of(parameter).toDoubles() : new double[point.shape().intSize()];
            compare("parameter " + i, point, analytic, moved -> {
                parameter.set(moved);
                return value();
            });
            parameter.set(point);
        }
    }

    private interface Function {
        double at(Tensor point);
    }

    private static void compare(String name, Tensor point, double[] analytic, Function f) {
        double[] values = point.toDoubles();
        double scale = Math.max(1, Arrays.stream(analytic).map(Math::abs).max().orElse(0));
        for (int i = 0; i < values.length; i++) {
            double numeric = (f.at(shifted(point, values, i, STEP)) - f.at(shifted(point, values, i, -STEP))) / (2 * STEP);
            assertEquals(numeric, analytic[i], TOLERANCE * scale, name + " " + point.shape() + ", element " + i);
        }
    }

    private static Tensor shifted(Tensor point, double[] values, int at, double step) {
        double[] moved = values.clone();
        moved[at] += step;
        return point.device().tensor(moved, point.shape());
    }

    private Views<Tensor> with(String name, Tensor value) {
        var features = new LinkedHashMap<>(student.features());
        if (name.equals("logits") && student.logits() != null) {
            return new Views<>(value, features);
        }
        features.put(name, value);
        return new Views<>(student.logits(), features);
    }

    /** That value and gradients are finite. */
    public void finite() {
        var all = new ArrayList<Tensor>();
        leaves().keySet().forEach(name -> all.add(gradients(name)));
        assertTrue(Double.isFinite(value()), "the value is " + value());
        all.forEach(gradient -> assertTrue(Arrays.stream(gradient.toDoubles()).allMatch(Double::isFinite), "a gradient is " + gradient));
    }
}
