package limbeck.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/**
 * Checks gradients against finite differences, in double on the reference device. Small inputs get the whole Jacobian,
 * large ones a random direction, as in JAX's {@code check_grads}: the derivative of {@code <c, f(x)>} along a direction
 * {@code v}, once by central differences and once as {@code <gradient, v>}.
 *
 * {@snippet :
 * GradCheck.check(in -> in.get(0).matmul(in.get(1)).tanh(), a, b);       // throws AssertionError if it is wrong
 * GradCheck.checkSecond(in -> in.get(0).pow(3), x);                      // and the gradient's gradient
 * }
 *
 * Keep inputs away from kinks (0 for relu, ties for max): there a difference quotient means nothing.
 */
public final class GradCheck {
    /** Central differences err by h^2 from curvature and 1e-16/h from rounding; this balances them near 1e-10. */
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-6;
    /** Up to this many elements each direction is tried. */
    private static final int WHOLE = 32;

    private GradCheck() {
    }

    /**
     * Checks the first derivatives of a function of floating-point tensors with respect to all of them.
     *
     * @param f the function; its result may have any shape
     * @param inputs where to check; moved to the reference device
     * @throws AssertionError naming the input, the direction, and both numbers
     */
    public static void check(Function<List<Variable>, Variable> f, Tensor... inputs) {
        var points = new ArrayList<Tensor>();
        for (Tensor input : inputs) {
            points.add(input.to(Device.reference()));
        }
        Key key = Key.of(20_240_229).split("GradCheck");
        Tensor weights = Device.reference().normal(key.split("cotangent"), f.apply(constants(points)).shape().dims());
        Function<List<Variable>, Variable> scalar = in -> f.apply(in).mul(Variable.of(weights)).sum();

        var leaves = points.stream().map(Variable::leaf).toList();
        var tape = new Tape();
        Variable loss = tape.record(() -> scalar.apply(leaves));
        Gradients gradients = loss.needsGradient() ? tape.backward(loss) : new Gradients();
        for (int i = 0; i < points.size(); i++) {
            Tensor point = points.get(i);
            Variable leaf = leaves.get(i);
            double[] gradient = gradients.has(leaf) ? gradients.of(leaf).toDoubles() : new double[point.shape().intSize()];
            boolean whole = gradient.length <= WHOLE;
            int directions = whole ? gradient.length : 2;
            for (int d = 0; d < directions; d++) {
                double[] direction = new double[gradient.length];
                if (whole) {
                    direction[d] = 1;
                } else {
                    direction = Device.reference().normal(key.split(i).split(d), gradient.length).toDoubles();
                }
                compare(f, weights.toDoubles(), points, i, direction, gradient, (whole ? "element " : "random direction ") + d);
            }
        }
    }

    /**
     * Checks the first derivatives and, by differentiating the gradient, the second.
     *
     * @param f the function
     * @param inputs where to check
     * @throws AssertionError naming the input, the direction, and both numbers
     */
    public static void checkSecond(Function<List<Variable>, Variable> f, Tensor... inputs) {
        check(f, inputs);
        // The gradient, as one long vector, is again a function of the inputs.
        check(in -> gradient(f, in), inputs);
    }

    private static Variable gradient(Function<List<Variable>, Variable> f, List<Variable> in) {
        Tape bound = Tape.bound();
        Tape tape = bound == null ? new Tape() : bound;
        return tape.record(() -> {
            var leaves = bound == null ? in.stream().map(v -> Variable.leaf(v.tensor())).toList() : in;
            // Squared, so that a function linear in its inputs has second derivatives too.
            List<Variable> gradients = tape.gradients(f.apply(leaves).square().sum(), leaves);
            List<Variable> parts = gradients.stream().map(v -> v.reshape(v.shape().intSize())).toList();
            return parts.getFirst().concat(0, parts.subList(1, parts.size()));
        });
    }

    private static void compare(Function<List<Variable>, Variable> f, double[] weights, List<Tensor> points, int index, double[] direction,
            double[] gradient, String what) {
        double[] after = shifted(f, points, index, direction, STEP);
        double[] before = shifted(f, points, index, direction, -STEP);
        double numeric = 0;
        // Subtracted before they are summed, so that large results which do not change (infinite ones too) leave no rounding.
        for (int i = 0; i < weights.length; i++) {
            numeric += after[i] == before[i] ? 0 : weights[i] * (after[i] - before[i]) / (2 * STEP);
        }
        double analytic = 0;
        double magnitude = 0;
        for (int i = 0; i < gradient.length; i++) {
            analytic += gradient[i] * direction[i];
            magnitude += Math.abs(gradient[i] * direction[i]);
        }
        double allowed = TOLERANCE * Math.max(1, Math.max(magnitude, Math.abs(numeric)));
        if (!(Math.abs(numeric - analytic) <= allowed)) {
            throw new AssertionError(String.format(Locale.ROOT,
                    "gradient of input %d %s, %s: backward says %.12g, finite differences say %.12g",
                    index, points.get(index).shape(), what, analytic, numeric));
        }
    }

    private static double[] shifted(Function<List<Variable>, Variable> f, List<Tensor> points, int index, double[] direction, double step) {
        var moved = new ArrayList<>(points);
        Tensor along = Device.reference().tensor(direction, points.get(index).shape());
        moved.set(index, points.get(index).add(along.mul(step)));
        return f.apply(constants(moved)).tensor().toDoubles();
    }

    private static List<Variable> constants(List<Tensor> tensors) {
        return tensors.stream().map(Variable::of).toList();
    }
}
