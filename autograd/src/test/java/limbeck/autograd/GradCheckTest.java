package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import org.junit.jupiter.api.Test;

/** The checker itself: it must find what is wrong. */
class GradCheckTest {
    private static final Tensor SMALL = Device.reference().normal(Key.of(1), 2, 3);
    private static final Tensor LARGE = Device.reference().normal(Key.of(2), 40, 5);

    /** The square, with a gradient that is wrong by a factor. */
    private record Square(double factor) implements Custom {
        @Override
        public String name() {
            return "square";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Saves saves() {
            return Saves.INPUTS;
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.getFirst().square();
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            return List.of(gradient.mul(in.getFirst()).mul(2 * factor));
        }
    }

    private static Variable square(List<Variable> in, double factor) {
        return in.getFirst().apply(new Square(factor), List.of());
    }

    @Test
    void rightGradientsPass() {
        GradCheck.checkSecond(in -> square(in, 1), SMALL);
        GradCheck.check(in -> square(in, 1), LARGE);
    }

    @Test
    void aGradientWrongByALittleIsFound() {
        String message = assertThrows(AssertionError.class, () -> GradCheck.check(in -> square(in, 1.0001), SMALL)).getMessage();
        assertTrue(message.startsWith("gradient of input 0 (2, 3), element 0: backward says "), message);
        message = assertThrows(AssertionError.class, () -> GradCheck.check(in -> square(in, 1.0001), LARGE)).getMessage();
        assertTrue(message.startsWith("gradient of input 0 (40, 5), random direction 0: backward says "), message);
    }

    @Test
    void theWrongOneOfTwoInputsIsNamed() {
        String message = assertThrows(AssertionError.class,
                () -> GradCheck.check(in -> in.getFirst().add(square(in.subList(1, 2), -1)), SMALL, SMALL)).getMessage();
        assertTrue(message.startsWith("gradient of input 1 "), message);
    }

    @Test
    void aLostGradientIsFound() {
        assertThrows(AssertionError.class, () -> GradCheck.check(in -> in.getFirst().detach().square(), SMALL));
        assertThrows(AssertionError.class, () -> GradCheck.check(in -> in.getFirst().mul(in.getFirst().detach()), LARGE));
    }

    @Test
    void aGradientThatIsNoNumberIsFound() {
        assertThrows(AssertionError.class, () -> GradCheck.check(in -> square(in, Double.NaN), SMALL));
    }
}
