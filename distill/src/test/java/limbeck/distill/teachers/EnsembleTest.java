package limbeck.distill.teachers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.logits.MseLogits;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.Summary;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Against plain loops, on the reference device in double. */
class EnsembleTest {
    private static final Device DEVICE = Device.reference();

    private static double[][] rows(int examples, int classes, long seed, double scale) {
        var random = new Random(seed);
        return IntStream.range(0, examples).mapToObj(_ -> random.doubles(classes, -scale, scale).toArray()).toArray(double[][]::new);
    }

    private static Tensor tensor(double[][] rows) {
        return DEVICE.tensor(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), rows.length, rows[0].length);
    }

    private static Teacher saying(double[][] rows) {
        return new FunctionTeacher(_ -> tensor(rows));
    }

    private static Batch batch(int examples) {
        Tensor inputs = DEVICE.full(1, Shape.of(examples, 2));
        return new Batch(new long[examples], inputs, inputs, DEVICE.tensor(new int[examples], examples), 0);
    }

    private static double[] softmax(double[] z) {
        double max = Arrays.stream(z).max().orElseThrow();
        double sum = Arrays.stream(z).map(v -> Math.exp(v - max)).sum();
        return Arrays.stream(z).map(v -> Math.exp(v - max) / sum).toArray();
    }

    /** The mixture in loops; weights[k][n]. */
    private static double[] mixed(List<double[][]> said, double[][] weights, boolean probabilities, double temperature) {
        int examples = said.getFirst().length;
        int classes = said.getFirst()[0].length;
        double[] mixed = new double[examples * classes];
        for (int n = 0; n < examples; n++) {
            for (int c = 0; c < classes; c++) {
                double sum = 0;
                for (int k = 0; k < said.size(); k++) {
                    double[] z = said.get(k)[n];
                    sum += weights[k][n] * (probabilities ? softmax(Arrays.stream(z).map(v -> v / temperature).toArray())[c] : z[c]);
                }
                mixed[n * classes + c] = probabilities ? temperature * Math.log(sum) : sum;
            }
        }
        return mixed;
    }

    private static double[][] constant(int examples, double... weights) {
        return Arrays.stream(weights).mapToObj(w -> IntStream.range(0, examples).mapToDouble(_ -> w).toArray()).toArray(double[][]::new);
    }

    @Test
    void meansOfLogitsAndOfProbabilities() {
        for (int[] size : new int[][] {{1, 2}, {1, 10}, {5, 3}, {7, 1}}) {
            var said = List.of(rows(size[0], size[1], 1, 3), rows(size[0], size[1], 2, 3), rows(size[0], size[1], 3, 3));
            List<Teacher> members = said.stream().map(EnsembleTest::saying).toList();
            double third = 1 / 3.0;
            assertArrayEquals(mixed(said, constant(size[0], third, third, third), false, 1),
                    new Ensemble(members).observe(batch(size[0]), Set.of()).logits().toDoubles(), 1e-12);
            var weights = new Fixed(List.of(2.0, 0.0, 6.0));
            for (double temperature : new double[] {1, 4}) {
                double[] expected = mixed(said, constant(size[0], 0.25, 0, 0.75), true, temperature);
                assertArrayEquals(expected, new Ensemble(members, new Mixture(Mixture.Kind.PROBABILITIES, temperature), weights)
                        .observe(batch(size[0]), Set.of()).logits().toDoubles(), 1e-12);
            }
        }
    }

    @Test
    void theSoftmaxOfTheMeanOfProbabilitiesIsTheMean() {
        var said = List.of(rows(4, 5, 4, 6), rows(4, 5, 5, 6));
        Tensor shown = new Ensemble(said.stream().map(EnsembleTest::saying).toList(), Mixture.PROBABILITIES, Fixed.equal(2))
                .observe(batch(4), Set.of()).logits();
        Tensor mean = tensor(said.get(0)).softmax(-1).add(tensor(said.get(1)).softmax(-1)).div(2);
        assertEquals(0, shown.softmax(-1).sub(mean).abs().max().item(), 1e-14);
    }

    @Test
    void extremeLogitsStayFinite() {
        var said = List.of(new double[][] {{1e4, -1e4, 0}}, new double[][] {{-1e4, 1e4, 0}});
        for (Mixture mixture : List.of(Mixture.LOGITS, Mixture.PROBABILITIES)) {
            for (Weights weights : List.of(Fixed.equal(2), new Confidence(), new Fixed(List.of(0.0, 1.0)))) {
                double[] shown = new Ensemble(said.stream().map(EnsembleTest::saying).toList(), mixture, weights).observe(batch(1), Set.of()).logits()
                        .toDoubles();
                assertTrue(Arrays.stream(shown).allMatch(Double::isFinite), mixture + " " + weights + " " + Arrays.toString(shown));
            }
        }
    }

    @Test
    void theSurerTeacherCountsMore() {
        var said = List.of(rows(6, 4, 6, 5), rows(6, 4, 7, 1), rows(6, 4, 8, 3));
        double[][] weights = new double[3][6];
        for (int n = 0; n < 6; n++) {
            double[] entropy = new double[3];
            for (int k = 0; k < 3; k++) {
                for (double p : softmax(said.get(k)[n])) {
                    entropy[k] -= p * Math.log(p);
                }
            }
            for (int k = 0; k < 3; k++) {
                weights[k][n] = (1 - softmax(entropy)[k]) / 2;
            }
        }
        List<Teacher> members = said.stream().map(EnsembleTest::saying).toList();
        assertArrayEquals(mixed(said, weights, false, 1), new Ensemble(members, Mixture.LOGITS, new Confidence()).observe(batch(6), Set.of()).logits()
                .toDoubles(), 1e-12);
        assertArrayEquals(mixed(said, weights, true, 1), new Ensemble(members, Mixture.PROBABILITIES, new Confidence()).observe(batch(6), Set.of())
                .logits().toDoubles(), 1e-12);
        double[] two = new Confidence().of(tensor(new double[][] {{9, 0}}).stack(0, List.of(tensor(new double[][] {{0, 0}})))).toDoubles();
        assertTrue(two[0] > 0.66 && two[0] + two[1] == 1, Arrays.toString(two));
        assertArrayEquals(new double[] {1}, new Confidence().of(DEVICE.tensor(new double[] {1, 2}, 1, 1, 2)).toDoubles());
    }

    @Test
    void layersAreThoseOfTheLeadingTeacher() {
        Module first = net(3, "first");
        Module second = net(7, "second");
        var ensemble = new Ensemble(List.of(new Frozen(first), new Frozen(second)));
        Views<Tensor> views = ensemble.observe(batch(5), Set.of(Tap.teacher("0")));
        assertEquals(Shape.of(5, 3), views.feature("0").shape());
        double[] expected = new Frozen(first).observe(batch(5), Set.of()).logits().add(new Frozen(second).observe(batch(5), Set.of()).logits()).div(2)
                .toDoubles();
        assertArrayEquals(expected, views.logits().toDoubles(), 1e-12);
    }

    private static Sequential net(int hidden, String key) {
        var net = Sequential.of(Linear.of(2, hidden, Key.of(3).split(key)), new Relu(), Linear.of(hidden, 3, Key.of(4).split(key)));
        net.to(DEVICE);
        return net;
    }

    @Test
    void aModelOfAllAnswersAndCountsForAll() {
        Module first = net(3, "first");
        Module second = net(7, "second");
        var ensemble = new Ensemble(List.of(new Frozen(first), new Frozen(second)));
        var model = new Spokesman(ensemble, List.of(first, second));
        assertArrayEquals(ensemble.observe(batch(4), Set.of()).logits().toDoubles(), model.apply(Variable.of(batch(4).inputs())).tensor().toDoubles());
        Summary all = Summary.of(model, Shape.of(1, 2));
        Summary one = Summary.of(first, Shape.of(1, 2));
        Summary other = Summary.of(second, Shape.of(1, 2));
        assertEquals(one.parameters() + other.parameters(), all.parameters());
        assertEquals(one.multiplyAdds() + other.multiplyAdds(), all.multiplyAdds());
    }

    @Test
    void noGradientReachesATeacher() {
        Module first = net(3, "first");
        Variable leaf = Variable.leaf(tensor(rows(5, 3, 9, 1)));
        for (Teacher teacher : List.<Teacher>of(new Ensemble(List.of(new Frozen(first), new FunctionTeacher(x -> x.mul(2).concat(1, List.of(x))
                .slice(1, 0, 3))), Mixture.PROBABILITIES, new Confidence()), new FunctionTeacher(x -> first.apply(Variable.of(x)).tensor()))) {
            var tape = new Tape();
            Variable loss = tape.record(() -> new LogitKd(2).loss(new Moment(Progress.START, Views.of(leaf), teacher.observe(batch(5), Set.of()),
                    batch(5).targets())));
            var gradients = tape.backward(loss);
            assertFalse(gradients.of(leaf).abs().max().item() == 0);
            first.parameters().values().forEach(parameter -> assertFalse(gradients.has(parameter)));
        }
    }

    @Test
    void aLossOfItsOwnForEachIsTheMeanOfTheLosses() {
        var said = List.of(rows(4, 3, 10, 3), rows(4, 3, 11, 3));
        var each = new Each(said.stream().map(EnsembleTest::saying).toList(), new Fixed(List.of(1.0, 3.0)));
        Views<Tensor> shown = each.observe(batch(4), Set.of());
        Variable student = Variable.leaf(tensor(rows(4, 3, 12, 3)));
        double expected = 0.25 * loss(student, said.get(0)) + 0.75 * loss(student, said.get(1));
        var tape = new Tape();
        Variable loss = tape.record(() -> each.toward(new LogitKd(4)).loss(new Moment(Progress.START, Views.of(student), shown, batch(4).targets())));
        assertEquals(expected, loss.item(), 1e-12);
        // The gradient is the one of the mean of the softened probabilities.
        Tensor one = tape.backward(loss).of(student);
        var mean = new Ensemble(each.members(), new Mixture(Mixture.Kind.PROBABILITIES, 4), each.weights()).observe(batch(4), Set.of());
        var other = new Tape();
        Variable same = other.record(() -> new LogitKd(4).loss(new Moment(Progress.START, Views.of(student), mean, batch(4).targets())));
        assertEquals(0, one.sub(other.backward(same).of(student)).abs().max().item(), 1e-12);
        // Of squared errors it is the one toward the mean of the logits.
        assertEquals(tensor(said.get(0)).shape(), shown.logits().shape());
        Variable squared = each.toward(new MseLogits()).loss(new Moment(Progress.START, Views.of(student), shown, batch(4).targets()));
        assertTrue(Double.isFinite(squared.item()));
    }

    private static double loss(Variable student, double[][] teacher) {
        return new LogitKd(4).loss(new Moment(Progress.START, Views.of(Variable.of(student.tensor())), Views.of(tensor(teacher)), batch(4).targets()))
                .item();
    }

    @Test
    void whatCannotBeIsSaidInWords() {
        refused("ensemble: the logits of teacher 2 are (3, 4), those of the first are (3, 5); all teachers need the same classes",
                () -> new Ensemble(List.of(saying(rows(3, 5, 1, 1)), saying(rows(3, 4, 1, 1)))).observe(batch(3), Set.of()));
        refused("ensemble: there are 3 weights [1.0, 1.0, 1.0] for 2 teachers; give one for each",
                () -> new Ensemble(List.of(saying(rows(3, 5, 1, 1)), saying(rows(3, 5, 1, 1))), Mixture.LOGITS, Fixed.equal(3)));
        refused("ensemble: weights are numbers of 0 or more, not all of them 0, with a finite sum, got [0.0, 0.0]",
                () -> new Fixed(List.of(0.0, 0.0)));
        refused("ensemble: weights are numbers of 0 or more, not all of them 0, with a finite sum, got [1.0E308, 1.0E308]",
                () -> new Fixed(List.of(1e308, 1e308)));
        refused("ensemble: there is no teacher; give at least one", () -> new Ensemble(List.of()));
        refused("ensemble: the temperature at which probabilities are averaged has to be above 0, got 0.0",
                () -> new Mixture(Mixture.Kind.PROBABILITIES, 0));
        refused("teacher: a function has no layers, so [conv] cannot be looked at; use a loss of logits such as kd",
                () -> saying(rows(3, 5, 1, 1)).observe(batch(3), Set.of(Tap.teacher("conv"))));
        refused("teacher: the function answered (3, 5) to a batch of 2; it has to answer one row of logits for each example",
                () -> saying(rows(3, 5, 1, 1)).observe(batch(2), Set.of()));
        refused("ensemble: each teacher is to have a loss of its own, but a method brings another teacher in their place; take the mean of logits or"
                + " of probabilities, or leave that method out",
                () -> new Each(List.of(saying(rows(3, 5, 1, 1)), saying(rows(3, 5, 2, 1))), Fixed.equal(2)).toward(new LogitKd(2))
                        .check(Views.of(Shape.of(3, 5)), Views.of(Shape.of(3, 5))));
    }

    private static void refused(String sentence, Executable what) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, what).getMessage());
    }
}
