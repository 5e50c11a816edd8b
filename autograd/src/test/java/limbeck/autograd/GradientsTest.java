package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GradientsTest {
    private static final Device DEVICE = Device.reference();

    /** The gradient of the sum of {@code f(x) * c} by a leaf, with and without scopes: they must not change it. */
    private static double[] gradient(UnaryOperator<Variable> f, Tensor at) {
        double[] inScope;
        try (var _ = Scope.open("training step")) {
            inScope = plain(f, at);
        }
        double[] outside = plain(f, at);
        assertArrayEquals(outside, inScope);
        return outside;
    }

    private static double[] plain(UnaryOperator<Variable> f, Tensor at) {
        Variable x = Variable.leaf(at);
        Tape tape = new Tape();
        Variable loss = tape.record(() -> {
            Variable y = f.apply(x);
            return y.mul(Variable.of(DEVICE.arange(1, 1, y.shape().intSize()).reshape(y.shape()))).sum();
        });
        return tape.backward(loss).of(x).toDoubles();
    }

    /** One variable many times, and gradients that are views of each other: every place where memory could be given back too early. */
    @TestFactory
    List<DynamicTest> sharing() {
        record Named(String name, UnaryOperator<Variable> f) {
        }
        return List.of(
                new Named("x + x", x -> x.add(x)),
                new Named("x - x", x -> x.sub(x).add(x)),
                new Named("x x x", x -> x.mul(x).mul(x)),
                new Named("x + x + x", x -> x.add(x).add(x)),
                new Named("x in a concat, three times", x -> x.concat(0, List.of(x, x))),
                new Named("x beside its transpose", x -> x.reshape(2, 3).matmul(x.reshape(3, 2))),
                new Named("views of views", x -> x.reshape(2, 3).t().reshape(6).add(x.flip(0)).add(x.reshape(3, 2).t().reshape(6))),
                new Named("a sum expanded again", x -> x.sum().expand(2, 3).reshape(6).add(x)),
                new Named("an expansion summed again", x -> x.unsqueeze(0).expand(4, 6).sum(0).add(x)),
                new Named("both halves, and the whole", x -> x.slice(0, 0, 3).add(x.slice(0, 3, 6)).sum().add(x)),
                new Named("overlapping slices", x -> x.slice(0, 0, 4).add(x.slice(0, 2, 6)).add(x.slice(0, 1, 5))),
                new Named("a gradient that passes through", x -> x.add(1).sub(2).add(x).reshape(3, 2).reshape(6)),
                new Named("a value used at three depths", x -> {
                    Variable h = x.tanh();
                    return h.add(h.exp()).add(h.mul(h.exp().add(h)));
                }),
                new Named("something in between, used twice by one op", x -> {
                    Variable h = x.add(0.5);
                    return h.add(h);
                }),
                new Named("a chain of sums that share one gradient", x -> {
                    Variable h = x.mul(2);
                    return h.add(x).add(h).add(x).add(h);
                }),
                new Named("where with itself", x -> x.gt(0).where(x, x).add(x)),
                new Named("x itself", x -> x))
                .stream().map(named -> DynamicTest.dynamicTest(named.name(), () -> {
                    Tensor at = DEVICE.normal(Key.of(3), 6);
                    GradCheck.check(in -> named.f().apply(in.getFirst()), at);
                    gradient(named.f(), at);
                })).toList();
    }

    @TestFactory
    List<DynamicTest> broadcasting() {
        var tests = new ArrayList<DynamicTest>();
        int[][][] pairs = {{{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{}, {2, 3}}, {{1}, {3}}, {{2, 3, 4}, {3, 1}}, {{2, 1, 4}, {1, 3, 1}},
            {{1, 1}, {1, 1}}, {{0, 3}, {1, 3}}, {{3}, {3}}};
        for (int[][] pair : pairs) {
            Tensor left = DEVICE.normal(Key.of(1), pair[0]);
            Tensor right = DEVICE.normal(Key.of(2), pair[1]);
            tests.add(DynamicTest.dynamicTest(left.shape() + " with " + right.shape(), () -> {
                Function<List<Variable>, Variable> f = in -> in.getFirst().mul(in.getLast()).add(in.getFirst()).sub(in.getLast());
                GradCheck.check(f, left, right);
                GradCheck.check(f, right, left);
                Variable x = Variable.leaf(left);
                Variable y = Variable.leaf(right);
                Tape tape = new Tape();
                Gradients gradients = tape.backward(tape.record(() -> x.mul(y).sum()));
                assertEquals(left.shape(), gradients.of(x).shape());
                assertEquals(right.shape(), gradients.of(y).shape());
            }));
        }
        return tests;
    }

    /** The loss of a small net, summed over examples. */
    private static Variable loss(Parameter weight, Parameter bias, Tensor x) {
        return Variable.of(x).matmul(weight).add(bias).tanh().square().sum();
    }

    @Test
    void partsOfABatchAddUpToTheWhole() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(1), 5, 3));
        Parameter bias = Parameter.of(DEVICE.normal(Key.of(2), 3));
        Tensor x = DEVICE.normal(Key.of(3), 8, 5);
        Tape whole = new Tape();
        Gradients expected = whole.backward(whole.record(() -> loss(weight, bias, x)));

        Gradients sum = new Gradients();
        for (int i = 0; i < 8; i += 2) {
            int start = i;
            Tape tape = new Tape();
            tape.backward(tape.record(() -> loss(weight, bias, x.slice(0, start, start + 2))), sum);
        }
        assertArrayEquals(expected.of(weight).toDoubles(), sum.of(weight).toDoubles(), 1e-12);
        assertArrayEquals(expected.of(bias).toDoubles(), sum.of(bias).toDoubles(), 1e-12);
        assertEquals(2, sum.all().size());
    }

    @Test
    void partsInScopesOfTheirOwnHandTheSumOn() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(1), 5, 3));
        Parameter bias = Parameter.of(DEVICE.normal(Key.of(2), 3));
        Tensor x = DEVICE.normal(Key.of(3), 8, 5);
        try (var _ = Scope.open("training step")) {
            Gradients sum = new Gradients();
            for (int i = 0; i < 8; i += 2) {
                int start = i;
                try (var part = Scope.open("micro-batch")) {
                    Tape tape = new Tape();
                    tape.backward(tape.record(() -> loss(weight, bias, x.slice(0, start, start + 2))), sum);
                    sum.all().forEach(part::keep);
                }
            }
            Tape whole = new Tape();
            Gradients expected = whole.backward(whole.record(() -> loss(weight, bias, x)));
            assertArrayEquals(expected.of(weight).toDoubles(), sum.of(weight).toDoubles(), 1e-12);
        }
    }

    @Test
    void scalingAllGradients() {
        Variable x = Variable.leaf(DEVICE.ones(2));
        Tape tape = new Tape();
        Gradients gradients = tape.backward(tape.record(() -> x.mul(4).sum()));
        gradients.replaceAll(gradient -> gradient.mul(0.25));
        assertArrayEquals(new double[] {1, 1}, gradients.of(x).toDoubles());
        assertThrows(UnsupportedOperationException.class, () -> gradients.all().clear());
    }

    @Test
    void theSameBitsForAnyNumberOfThreads() {
        int before = Threads.count();
        try {
            float[][] expected = null;
            for (int threads : new int[] {1, 2, 3, 4, 7}) {
                Threads.use(threads);
                float[][] found = cpuGradients();
                expected = expected == null ? found : expected;
                for (int i = 0; i < found.length; i++) {
                    assertArrayEquals(expected[i], found[i], 0f, "gradient " + i + " with " + threads + " threads");
                }
            }
        } finally {
            Threads.use(before);
        }
    }

    /** A net with every kind of kernel that splits its work. */
    private static float[][] cpuGradients() {
        Device device = Device.cpu();
        Parameter kernel = Parameter.of(device.normal(Key.of(1), 0, 0.2, Shape.of(24, 16, 3, 3)));
        Parameter scale = Parameter.of(device.normal(Key.of(2), 1, 0.1, Shape.of(1, 24, 1, 1)));
        Parameter weight = Parameter.of(device.normal(Key.of(3), 0, 0.1, Shape.of(96, 130)));
        Parameter bias = Parameter.of(device.normal(Key.of(4), 130));
        Variable x = Variable.of(device.normal(Key.of(5), 33, 16, 12, 12));
        Tensor places = device.arange(33).reshape(33, 1);
        try (var _ = Scope.open("training step")) {
            Tape tape = new Tape();
            Variable loss = tape.record(() -> {
                Variable h = x.conv2d(kernel, ConvSpec.DEFAULT.padding(1)).mul(scale).relu().maxPool2d(3, 2, 1).adaptiveAvgPool2d(2, 2);
                Variable logits = h.flatten(1).matmul(weight).add(bias);
                return logits.logSoftmax(1).gather(1, Variable.of(places)).mean().neg().add(h.square().mean());
            });
            Gradients gradients = tape.backward(loss);
            return List.of(kernel, scale, weight, bias).stream().map(p -> gradients.of(p).toFloats()).toArray(float[][]::new);
        }
    }

    @Test
    void theCpuAgreesWithTheReference() {
        Tensor x = DEVICE.normal(Key.of(7), 6, 10);
        // Scaled, so that the softmax does not saturate: there gradients are small differences of large numbers.
        UnaryOperator<Variable> f = v -> v.matmul(v.t()).mul(0.1).softmax(1).sum(0).exp();
        double[] expected = plain(f, x);
        Variable leaf = Variable.leaf(x.to(Device.cpu()));
        Tape tape = new Tape();
        Variable loss = tape.record(() -> {
            Variable y = f.apply(leaf);
            return y.mul(Variable.of(Device.cpu().arange(1, 1, 6))).sum();
        });
        float[] actual = tape.backward(loss).of(leaf).toFloats();
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-5 * largest);
        }
    }
}
