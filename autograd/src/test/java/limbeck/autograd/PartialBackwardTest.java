package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of some parameters alone: the same numbers, and no work for the others. */
class PartialBackwardTest {
    private static final Device DEVICE = Device.reference();
    private static final int BLOCKS = 5;

    private final List<Parameter> weights = IntStream.range(0, BLOCKS)
            .mapToObj(i -> Parameter.of(DEVICE.normal(Key.of(2).split(i), 0, 0.5, Shape.of(7, 7)))).toList();
    private final Tensor input = DEVICE.normal(Key.of(1), 3, 7);
    private final List<Integer> differentiated = new ArrayList<>();

    /** The identity; its gradient rule says that it was asked. */
    private record Probe(int block, List<Integer> asked) implements Custom {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.getFirst().add(0);
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            asked.add(block);
            return List.of(gradient);
        }
    }

    private Variable block(Variable x, int i) {
        return x.matmul(weights.get(i)).tanh().add(x).apply(new Probe(i, differentiated), List.of());
    }

    /** A chain of blocks, of which some run again in backward. */
    private Variable loss(String recomputed) {
        Variable h = Variable.of(input);
        for (int i = 0; i < BLOCKS; i++) {
            int at = i;
            h = recomputed.contains(Integer.toString(i)) ? Recompute.of(in -> block(in.getFirst(), at), List.of(h)) : block(h, at);
        }
        return h.square().mean();
    }

    private List<double[]> gradients(String recomputed, List<Integer> wanted) {
        differentiated.clear();
        try (var _ = Scope.open("step")) {
            var tape = new Tape();
            Variable loss = tape.record(() -> loss(recomputed));
            Gradients gradients = wanted == null ? tape.backward(loss) : tape.backward(loss, wanted.stream().map(weights::get).toList());
            return weights.stream().map(weight -> gradients.has(weight) ? gradients.of(weight).toDoubles() : null).toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 4", "'', 0", "'', 1 3", "'', ''", "13, 2", "13, 1", "13, 3 4", "01234, 0 2", "2, ''"})
    void isThatOfAWholeBackwardAndNothingBesides(String recomputed, String numbers) {
        List<Integer> wanted = numbers.isEmpty() ? List.of() : List.of(numbers.split(" ")).stream().map(Integer::valueOf).toList();
        List<double[]> all = gradients(recomputed, null);
        List<double[]> some = gradients(recomputed, wanted);
        for (int i = 0; i < BLOCKS; i++) {
            assertArrayEquals(wanted.contains(i) ? all.get(i) : null, some.get(i), "gradient " + i);
        }
        assertEquals(0, DEVICE.memory().inUse());
    }

    @Test
    void whatLiesBeforeTheFirstOfThemIsNotDifferentiated() {
        gradients("", List.of(2, 4));
        assertEquals(List.of(4, 3, 2), differentiated);
        gradients("", List.of());
        assertEquals(List.of(), differentiated);
    }

    @Test
    void aLeafCountsLikeAParameter() {
        Variable x = Variable.leaf(input);
        try (var _ = Scope.open("step")) {
            var tape = new Tape();
            Variable loss = tape.record(() -> x.matmul(weights.getFirst()).square().sum());
            Gradients gradients = tape.backward(loss, List.of(x));
            assertArrayEquals(new boolean[] {true, false}, new boolean[] {gradients.has(x), gradients.has(weights.getFirst())});
        }
    }
}
