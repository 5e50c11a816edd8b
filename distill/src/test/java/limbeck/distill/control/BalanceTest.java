package limbeck.distill.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.StepReport;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalanceTest {
    private static final Key KEY = Key.of(5);
    private static final Progress START = Progress.START;

    private static Sequential net(String key) {
        return Sequential.of(Linear.of(6, 8, KEY.split(key).split("a")), new Relu(), Linear.of(8, 3, KEY.split(key).split("b")));
    }

    private static Batch batch() {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 12, 6);
        return new Batch(new long[12], inputs, inputs, Device.cpu().tensor(inputs.slice(1, 0, 3).argmax(1).toInts(), 12), 0);
    }

    private static Recipe recipe(double ce, double kd) {
        return new Recipe(new Frozen(net("teacher")), List.of(new Term("ce", ce, new HardLabels()), new Term("kd", kd, new LogitKd(4))));
    }

    private static Distiller distiller(Module student, Recipe recipe) {
        var all = new ArrayList<Parameter>(student.parameters().values());
        all.addAll(recipe.parameters());
        return new Distiller(student, recipe, Sgd.of(all, Schedule.constant(0.05), 0, 0));
    }

    private static List<StepReport> run(Distiller distiller, int from, int to) {
        var reports = new ArrayList<StepReport>();
        for (int step = from; step < to; step++) {
            reports.add(distiller.step(batch(), Progress.of(step, 4)));
        }
        return reports;
    }

    /** A loss of the student's first layer, which no classifier takes part in. */
    private record Inner(double scale) implements Objective {
        @Override
        public Variable loss(Moment moment) {
            return Losses.mse(moment.student().feature("1"), moment.teacher().feature("1"), Reduction.MEAN).mul(scale);
        }

        @Override
        public Set<Tap> taps() {
            return Set.of(Tap.student("1"), Tap.teacher("1"));
        }
    }

    private static GradNorm norms(double alpha, double... weights) {
        var terms = new ArrayList<Term>();
        for (int i = 0; i < weights.length; i++) {
            terms.add(new Term("t" + i, weights[i], new HardLabels()));
        }
        return new GradNorm(terms, net("any"), alpha);
    }

    @Test
    void gradNormsArithmetic() {
        GradNorm norm = norms(1.5, 1, 1, 1);
        double[] factors = {1, 1, 1};
        double[] first = {2, 4, 1};
        double[][] losses = {{2, 4, 1}, {1.5, 3.9, 0.4}, {1.2, 3.8, 0.5}};
        double[][] gradients = {{1, 3, 0.5}, {0.9, 2.5, 0.6}, {0.7, 2.6, 0.6}};
        for (int step = 0; step < 3; step++) {
            norm.follow(losses[step], gradients[step]);
            double mean = 0;
            double behind = 0;
            for (int i = 0; i < 3; i++) {
                mean += factors[i] * gradients[step][i] / 3;
                behind += losses[step][i] / first[i] / 3;
            }
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                double pull = factors[i] * gradients[step][i];
                double target = mean * Math.pow(losses[step][i] / first[i] / behind, 1.5);
                factors[i] *= Math.exp(-0.025 * Math.signum(pull - target) * pull / mean);
                sum += factors[i];
            }
            for (int i = 0; i < 3; i++) {
                factors[i] *= 3 / sum;
                assertEquals(factors[i], norm.factor("t" + i).at(START), 1e-15, "step " + step);
            }
            assertEquals(mean, norm.at(START), 1e-15);
        }
        GradNorm once = norms(1.5, 1, 1, 1);
        once.follow(losses[0], gradients[0]);
        assertTrue(once.factor("t1").at(START) < 1 && once.factor("t0").at(START) > 1 && once.factor("t2").at(START) > 1);
    }

    @Test
    void aLossWithoutGradientTakesNoPartAndTheSumStays() {
        GradNorm norm = norms(1, 1, 1, 1);
        for (int i = 0; i < 20; i++) {
            norm.follow(new double[] {2, 0, 1}, new double[] {1, 0, 4});
        }
        double[] factors = {norm.factor("t0").at(START), norm.factor("t1").at(START), norm.factor("t2").at(START)};
        assertEquals(3, factors[0] + factors[1] + factors[2], 1e-12);
        assertTrue(factors[2] < factors[1] && factors[1] < factors[0]);
        assertTrue(norms(1, 1, 1).factor("t1").at(START) == 1);
        // Equal pulls and equal progress: nothing to do.
        GradNorm even = norms(1.5, 1, 1);
        even.follow(new double[] {3, 0.1}, new double[] {2, 2});
        assertEquals(1, even.factor("t0").at(START));
    }

    @Test
    void pullsOfAnyScaleEvenOut() {
        GradNorm norm = norms(0, 1, 1);
        for (int i = 0; i < 600; i++) {
            norm.follow(new double[] {1, 1}, new double[] {1000, 1});
        }
        double ratio = 1000 * norm.factor("t0").at(START) / norm.factor("t1").at(START);
        assertEquals(1, ratio, 0.06);
    }

    /** The norms are those of the weighted losses' gradients by the classifier, and the weights act from the next step on. */
    @Test
    void gradNormInATraining() {
        Recipe plain = recipe(0.1, 0.9);
        Sequential student = net("student");
        var norm = new GradNorm(plain.terms(), student, 1.5);
        Recipe balanced = new Recipe(plain.teacher(), List.of(
                new Term("ce", plain.terms().getFirst().weight().times(norm.factor("ce")), plain.terms().getFirst().objective()),
                new Term("kd", plain.terms().getLast().weight().times(norm.factor("kd")), plain.terms().getLast().objective())))
                .with("balance.norm", norm);
        double[] own = new double[2];
        Parameter classifier = student.parameters().get("2.weight");
        for (int i = 0; i < 2; i++) {
            Term term = plain.terms().get(i);
            var tape = new Tape();
            Variable loss = tape.record(() -> term.objective().loss(new Moment(START, Views.of(student.forward(Variable.of(batch().inputs()))),
                    plain.teacher().observe(batch(), Set.of()), batch().targets())));
            own[i] = term.weight().at(START) * Math.sqrt(tape.backward(loss).of(classifier).square().sum().item());
        }
        Distiller distiller = distiller(student, balanced);
        StepReport first = distiller.step(batch(), START);
        assertEquals(0.1, first.values().get("ce.weight"));
        assertEquals(0.9, first.values().get("kd.weight"));
        assertEquals((own[0] + own[1]) / 2, norm.at(START), 1e-6);
        StepReport second = distiller.step(batch(), Progress.of(1, 4));
        double mean = (own[0] + own[1]) / 2;
        double ce = Math.exp(-0.025 * Math.signum(own[0] - mean) * own[0] / mean);
        double kd = Math.exp(-0.025 * Math.signum(own[1] - mean) * own[1] / mean);
        assertEquals(0.1 * 2 * ce / (ce + kd), second.values().get("ce.weight"), 1e-7);
        assertEquals(0.9 * 2 * kd / (ce + kd), second.values().get("kd.weight"), 1e-7);
    }

    @Test
    void theLastLayerThatAllLossesReachIsShared() {
        Sequential student = net("student");
        var terms = List.of(new Term("ce", 1, new HardLabels()), new Term("inner", 1, new Inner(3)));
        var recipe = new Recipe(new Frozen(net("teacher")), terms);
        var norm = new GradNorm(terms, student, 1);
        run(distiller(student, recipe.with("balance", norm)), 0, 1);
        // Of the weights from the last on the second: the first layer's.
        assertEquals(1, norm.state()[1]);
        var logits = new GradNorm(recipe(1, 1).terms(), student, 1);
        run(distiller(student, recipe(1, 1).with("balance", logits)), 0, 1);
        assertEquals(0, logits.state()[1]);
        // An objective that reaches none of the shared layers together with the others.
        var apart = List.of(new Term("ce", 1, new HardLabels()), new Term("none", 1, (Objective) m -> m.student().logits().detach().sum()));
        var found = new GradNorm(apart, student, 1);
        run(distiller(student, new Recipe(new Frozen(net("teacher")), apart).with("balance", found)), 0, 1);
        assertEquals(0, found.state()[1]);
        // Chosen parameters.
        var chosen = new GradNorm(terms, List.of(student.parameters().get("0.weight"), student.parameters().get("0.bias")), 1);
        run(distiller(student, recipe.with("balance", chosen)), 0, 1);
        assertTrue(chosen.at(START) > 0);
        assertThrows(IllegalArgumentException.class, () -> new GradNorm(terms, List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> new GradNorm(terms, student, -1));
        assertThrows(IllegalArgumentException.class, () -> norm.factor("kd"));
    }

    @ParameterizedTest
    @CsvSource({"gradnorm", "validation(0.2)"})
    void aBalanceGoesOnWhereItWas(String text) {
        Sequential student = net("student");
        Recipe balanced = Balance.parse(text).apply(recipe(0.1, 0.9), student);
        Distiller distiller = distiller(student, balanced);
        run(distiller, 0, 5);
        balanced.controllers().forEach(controller -> controller.validated(1.0, 0.5));
        balanced.controllers().forEach(controller -> controller.validated(0.9, 0.5));
        Sequential copy = net("student");
        copy.parameters().forEach((name, parameter) -> parameter.set(student.parameters().get(name).tensor().add(0)));
        Recipe again = Balance.parse(text).apply(recipe(0.1, 0.9), copy);
        assertEquals(balanced.controllers().size(), again.controllers().size());
        for (int i = 0; i < again.controllers().size(); i++) {
            again.controllers().get(i).restore(balanced.controllers().get(i).state());
        }
        List<StepReport> went = run(distiller, 5, 9);
        List<StepReport> goes = run(distiller(copy, again), 5, 9);
        for (int i = 0; i < 4; i++) {
            assertEquals(went.get(i).values(), goes.get(i).values());
            assertEquals(went.get(i).losses(), goes.get(i).losses());
        }
        assertThrows(IllegalArgumentException.class, () -> again.controllers().getFirst().restore(new double[3]));
    }

    @Test
    void validationWeighsAllLossesButTheLabels() {
        Recipe balanced = Balance.parse("validation").apply(recipe(0.1, 0.9), net("student"));
        assertEquals(Set.of("ce.weight", "kd.weight", "balance.factor"), balanced.schedules().keySet());
        assertEquals(1, balanced.controllers().size());
        balanced.controllers().getFirst().validated(1, 0.5);
        balanced.controllers().getFirst().validated(0.9, 0.6);
        assertEquals(0.1, balanced.schedules().get("ce.weight").at(START));
        assertEquals(0.9 * 1.1, balanced.schedules().get("kd.weight").at(START));
        assertEquals(1.1, balanced.schedules().get("balance.factor").at(START));
    }

    @Test
    void uncertaintyFromTheDefinitionWithGradients() {
        double kd = ObjectiveCheck.logits(new LogitKd(4), Golden.STUDENT, Golden.TEACHER).value();
        for (double s : new double[] {0, -1.5, 0.7}) {
            var learned = new Uncertainty(new LogitKd(4), Parameter.of(Device.reference().scalar(s)));
            var check = ObjectiveCheck.logits(learned, Golden.STUDENT, Golden.TEACHER);
            assertEquals(Math.exp(-s) * kd + s / 2, check.value(), 1e-6);
            assertEquals(Math.exp(-s), learned.precision(), 1e-6);
            check.gradients();
        }
    }

    @Test
    void uncertaintyIsLearnedTowardTwiceTheLoss() {
        Sequential student = net("student");
        Recipe balanced = Balance.parse("uncertainty").apply(recipe(0.5, 0.9), student);
        assertEquals(2, balanced.parameters().size());
        assertEquals(List.of("ce.weight", "kd.weight", "ce.precision", "kd.precision"), List.copyOf(balanced.schedules().keySet()));
        // Only the variances learn: s goes to log 2 L.
        var distiller = new Distiller(student, balanced, Sgd.of(balanced.parameters(), Schedule.constant(0.5), 0, 0));
        run(distiller, 0, 400);
        var labels = new Distiller(student, recipe(1, 1), Sgd.of(balanced.parameters(), Schedule.constant(0), 0, 0)).step(batch(), START);
        Map<String, Double> values = distiller.step(batch(), START).values();
        assertEquals(1 / (2 * labels.losses().get("ce")), values.get("ce.precision"), 1e-4);
        assertEquals(1 / (2 * labels.losses().get("kd")), values.get("kd.precision"), 1e-3);
    }

    @Test
    void noneLeavesTheRecipeAndOneLossCannotBeWeighed() {
        Recipe recipe = recipe(0.1, 0.9);
        assertSame(recipe, Balance.parse("none").apply(recipe, net("student")));
        for (String text : List.of("gradnorm(1)", "uncertainty", "validation(0.1)")) {
            assertEquals("balance: there is one loss only, 'ce', and nothing to weigh it against; choose balance none, or add a loss",
                    assertThrows(IllegalArgumentException.class, () -> Balance.parse(text).apply(Recipe.alone(new HardLabels()), net("s"))).getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gradnrom | balance: there is no 'gradnrom'; the nearest are 'gradnorm', 'none'; all are none, gradnorm(alpha), uncertainty, "
                + "validation(rate)",
        "gradnorm(1, 2) | balance: gradnorm takes one number, got 'gradnorm(1, 2)'",
        "uncertainty(1) | balance: uncertainty takes nothing in parentheses, got 'uncertainty(1)'",
        "gradnorm(-1) | gradnorm: alpha needs a number of 0 or more, such as 1.5, got -1.0",
        "validation(0) | schedule: validation needs an initial weight and a rate above 0, got 1.0 and 0.0",
    })
    void otherWordsAreRefused(String text, String sentence) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, () -> Balance.parse(text)).getMessage());
    }

    @Test
    void restoringIsChecked() {
        assertArrayEquals(new double[] {0, -1, 1, 0, 0, 1, 0, 0}, norms(1, 1, 1).state());
        assertThrows(IllegalArgumentException.class, () -> norms(1, 1, 1).restore(new double[5]));
    }
}
