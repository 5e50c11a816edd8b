package limbeck.distill.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.control.Plateau;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.distill.method.Workshop;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeersTest {
    private static final Schedule ONE = Schedule.constant(1);
    private static final Exchange MUTUAL = new MutualLearning(1);

    /** A student with peers, and what trains them. */
    private record Cohort(Module student, List<Module> others, Peers peers, Distiller distiller) {
        static Cohort of(int others, Peers.Order order, double ce, Schedule weight, Teacher teacher, Term... more) {
            Module student = PeerNets.model("student");
            List<Module> models = Arrays.stream(new int[] {1, 2, 3}).limit(others).mapToObj(i -> (Module) PeerNets.model("peer" + i)).toList();
            var peers = new Peers("dml", student, models.stream().map(model -> new Peers.Peer(model, PeerNets.sgd(model, 0.1))).toList(), MUTUAL,
                    new HardLabels(), Schedule.constant(ce), weight, order);
            var terms = new ArrayList<Term>(List.of(new Term("ce", 1, new HardLabels()), new Term("dml", weight, peers.objective())));
            terms.addAll(List.of(more));
            var recipe = new Recipe(peers.beside(teacher), terms, List.of(peers));
            return new Cohort(student, models, peers, new Distiller(student, recipe, PeerNets.sgd(student, 0.1)));
        }

        static Cohort of(int others, Peers.Order order) {
            return of(others, order, 1, Schedule.constant(1), Teacher.NONE);
        }

        void steps(int from, int to) {
            for (int step = from; step < to; step++) {
                distiller.step(PeerNets.batch(step, 12), Progress.of(step, 4));
            }
        }

        List<Map<String, float[]>> state() {
            var state = new ArrayList<>(List.of(PeerNets.state(student)));
            others.forEach(model -> state.add(PeerNets.state(model)));
            return state;
        }
    }

    private static void assertSameState(List<Map<String, float[]>> expected, List<Map<String, float[]>> found, float tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            for (String name : expected.get(i).keySet()) {
                assertArrayEquals(expected.get(i).get(name), found.get(i).get(name), tolerance, "model " + i + ", " + name);
            }
        }
    }

    /** {@code 1 / (K - 1) sum_j KL(p_j || p_i)} in plain loops. */
    @Test
    void theLossOfEachIsItsMeanDivergenceFromTheOthers() {
        List<Tensor> all = List.of(Golden.STUDENT, Golden.TEACHER, Golden.TEACHER.mul(-0.7).add(0.1));
        double[][] logits = all.stream().map(Tensor::toDoubles).toArray(double[][]::new);
        for (double tau : new double[] {1, 2.5}) {
            for (int i = 0; i < 3; i++) {
                double expected = 0;
                for (int j = 0; j < 3; j++) {
                    for (int n = 0; n < 4; n++) {
                        double[] p = softmax(logits[j], n, tau);
                        double[] own = softmax(logits[i], n, tau);
                        for (int c = 0; c < 3; c++) {
                            expected += tau * tau * p[c] * Math.log(p[c] / own[c]) / 4 / 2;
                        }
                    }
                }
                Variable loss = new MutualLearning(tau).loss(Progress.START, i, Variable.of(all.get(i)), all, Golden.LABELS);
                assertEquals(expected, loss.item(), 1e-12, "member " + i);
            }
        }
    }

    private static double[] softmax(double[] logits, int row, double tau) {
        double[] e = new double[3];
        for (int c = 0; c < 3; c++) {
            e[c] = Math.exp(logits[3 * row + c] / tau);
        }
        double sum = Arrays.stream(e).sum();
        return Arrays.stream(e).map(x -> x / sum).toArray();
    }

    @Test
    void gradientsOfTheStudentsLogits() {
        var student = PeerNets.model("student");
        var peers = new Peers("dml", student, List.of(peer("a"), peer("b")), MUTUAL, new HardLabels(), ONE, ONE, Peers.Order.TOGETHER);
        var shown = new Views<>((Tensor) null, Map.of("dml peer 1", Golden.TEACHER, "dml peer 2", Golden.TEACHER.mul(-2)));
        ObjectiveCheck.of(peers.objective(), Views.of(Golden.STUDENT), shown, Golden.LABELS).gradients();
        // All alike: nothing to learn.
        var same = new Views<>((Tensor) null, Map.of("dml peer 1", Golden.STUDENT, "dml peer 2", Golden.STUDENT));
        var none = ObjectiveCheck.of(peers.objective(), Views.of(Golden.STUDENT), same, Golden.LABELS);
        assertEquals(0, none.value(), 1e-12);
        assertEquals(0, none.logitGradient().abs().sum().item(), 1e-12);
        var huge = new Views<>((Tensor) null, Map.of("dml peer 1", Golden.TEACHER.mul(1e4), "dml peer 2", Golden.TEACHER.mul(-1e4)));
        ObjectiveCheck.of(peers.objective(), Views.of(Golden.STUDENT.mul(1e4)), huge, Golden.LABELS).finite();
    }

    private static Peers.Peer peer(String key) {
        Module model = PeerNets.model(key);
        return new Peers.Peer(model, PeerNets.sgd(model, 0.1));
    }

    /** Together: the same as one optimizer that follows the sum of all losses, in which what the others say is a constant. */
    @Test
    void togetherIsTheSumOfAllLosses() {
        double weight = 0.7;
        Cohort cohort = Cohort.of(2, Peers.Order.TOGETHER, 1, Schedule.constant(weight), Teacher.NONE);
        cohort.steps(0, 3);
        List<Module> models = List.of(PeerNets.model("student"), PeerNets.model("peer1"), PeerNets.model("peer2"));
        Optimizer optimizer = PeerNets.sgd(PeerNets.all(models.toArray(Module[]::new)), 0.1);
        for (int step = 0; step < 3; step++) {
            Batch batch = PeerNets.batch(step, 12);
            var tape = new Tape();
            Progress progress = Progress.of(step, 4);
            Variable total = tape.record(() -> Mode.train(progress.step(), () -> {
                List<Variable> logits = models.stream()
                        .map(model -> model.apply(Variable.of(model == models.getFirst() ? batch.inputs() : batch.teacherInputs()))).toList();
                Variable sum = null;
                for (int i = 0; i < 3; i++) {
                    Variable loss = Losses.crossEntropy(logits.get(i), batch.targets());
                    for (int j = 0; j < 3; j++) {
                        if (j != i) {
                            loss = loss.add(Losses.distillation(logits.get(i), copy(logits.get(j)), 1, Reduction.MEAN).mul(weight / 2));
                        }
                    }
                    sum = sum == null ? loss : sum.add(loss);
                }
                return sum;
            }));
            optimizer.step(tape.backward(total), progress);
        }
        assertSameState(models.stream().map(PeerNets::state).toList(), cohort.state(), 1e-6f);
    }

    private static Tensor copy(Variable logits) {
        return logits.tensor().apply(new Copy(Op.Order.ROW_MAJOR), List.of());
    }

    /** The paper's algorithm: whoever looks sees what those before it have become. */
    @Test
    void inTurnsEachSeesWhatTheOthersHaveBecome() {
        Cohort cohort = Cohort.of(2, Peers.Order.TURNS);
        cohort.steps(0, 3);
        List<Module> models = List.of(PeerNets.model("student"), PeerNets.model("peer1"), PeerNets.model("peer2"));
        List<Optimizer> optimizers = models.stream().map(model -> PeerNets.sgd(model, 0.1)).toList();
        for (int step = 0; step < 3; step++) {
            Batch batch = PeerNets.batch(step, 12);
            Progress progress = Progress.of(step, 4);
            for (int i = 0; i < 3; i++) {
                int member = i;
                var tape = new Tape();
                Variable total = tape.record(() -> Mode.train(progress.step(), () -> {
                    Variable own = said(models, member, batch);
                    Variable loss = Losses.crossEntropy(own, batch.targets());
                    for (int j = 0; j < 3; j++) {
                        if (j != member) {
                            int other = j;
                            Tensor theirs = Tape.paused(() -> said(models, other, batch)).tensor();
                            loss = loss.add(Losses.distillation(own, theirs, 1, Reduction.MEAN).mul(0.5));
                        }
                    }
                    return loss;
                }));
                optimizers.get(i).step(tape.backward(total), progress);
            }
        }
        // The running statistics differ: here each model runs thrice a step, there twice.
        for (int i = 0; i < 3; i++) {
            int member = i;
            models.get(i).parameters().forEach((name, parameter) -> assertArrayEquals(parameter.tensor().toFloats(),
                    cohort.state().get(member).get(name), 1e-6f, "model " + member + ", " + name));
        }
    }

    private static Variable said(List<Module> models, int member, Batch batch) {
        return models.get(member).apply(Variable.of(member == 0 ? batch.inputs() : batch.teacherInputs()));
    }

    @ParameterizedTest
    @EnumSource
    void theSameStepsGiveTheSameBits(Peers.Order order) {
        Cohort one = Cohort.of(2, order);
        Cohort other = Cohort.of(2, order);
        one.steps(0, 4);
        other.steps(0, 4);
        assertSameState(one.state(), other.state(), 0);
    }

    @ParameterizedTest
    @EnumSource
    void aTrainingThatIsResumedGoesOnAsIfItHadNeverStopped(Peers.Order order) {
        Cohort whole = Cohort.of(2, order);
        whole.steps(0, 3);
        var kept = new LinkedHashMap<String, Tensor>();
        whole.peers().state().forEach((name, tensor) -> kept.put(name, tensor.apply(new Copy(Op.Order.ROW_MAJOR), List.of())));
        List<Map<String, float[]>> between = whole.state();
        whole.steps(3, 6);

        Cohort resumed = Cohort.of(2, order);
        resumed.peers().restore(kept);
        assertSameState(between.subList(1, 3), resumed.state().subList(1, 3), 0);
        // The student's own parameters and optimizer are the training's to keep.
        Cohort again = Cohort.of(2, order);
        again.steps(0, 3);
        again.peers().restore(kept);
        again.steps(3, 6);
        assertSameState(whole.state(), again.state(), 0);
        assertThrows(IllegalArgumentException.class, () -> Cohort.of(1, order).peers().restore(kept));
    }

    @Test
    void outsideOfTrainingStepsNothingIsLearned() {
        Cohort cohort = Cohort.of(2, Peers.Order.TOGETHER);
        List<Map<String, float[]>> before = cohort.state();
        cohort.distiller().check(PeerNets.batch(0, 2));
        cohort.distiller().check(PeerNets.batch(0, 1));
        assertSameState(before, cohort.state(), 0);
    }

    @Test
    void aStepThatIsBrokenOffLeavesThePeersAsTheyWere() {
        Cohort cohort = Cohort.of(1, Peers.Order.TOGETHER);
        cohort.steps(0, 1);
        List<Map<String, float[]>> before = cohort.state();
        Batch batch = PeerNets.batch(1, 12);
        var broken = new Batch(batch.ids(), batch.inputs().mul(Double.NaN), batch.teacherInputs(), batch.targets(), 0);
        assertThrows(ArithmeticException.class, () -> cohort.distiller().step(broken, Progress.of(1, 4)));
        Parameter weight = PeerNets.all(cohort.others().getFirst()).getFirst();
        assertArrayEquals(before.get(1).get("0.weight"), weight.tensor().toFloats());
        cohort.steps(2, 3);
        assertFalse(Arrays.equals(before.get(1).get("0.weight"), weight.tensor().toFloats()));
    }

    @Test
    void aPeersLossThatIsNoNumberIsSaidToBeThePeers() {
        Module student = PeerNets.model("student");
        Objective broken = moment -> moment.student().logits().sum().mul(Double.NaN);
        var peers = new Peers("dml", student, List.of(peer("a")), MUTUAL, broken, ONE, ONE, Peers.Order.TOGETHER);
        var recipe = new Recipe(peers.beside(Teacher.NONE), List.of(new Term("dml", 1, peers.objective())), List.of(peers));
        var distiller = new Distiller(student, recipe, PeerNets.sgd(student, 0.1));
        var e = assertThrows(ArithmeticException.class, () -> distiller.step(PeerNets.batch(1, 12), Progress.of(7, 4)));
        assertTrue(e.getMessage().startsWith("the loss of dml peer 1 is NaN at step 7; lower the learning rate"), e.getMessage());
    }

    @Test
    void theTrainedTeacherStandsBesideThePeers() {
        Module known = PeerNets.model("teacher");
        var asked = new int[1];
        Teacher teacher = (batch, taps) -> {
            asked[0]++;
            return new Frozen(known).observe(batch, taps);
        };
        Cohort both = Cohort.of(1, Peers.Order.TOGETHER, 1, Schedule.constant(0), teacher, new Term("kd", 0.9, new LogitKd(2)));
        both.steps(0, 3);
        // Without a weight the peers change nothing for the student.
        Module alone = PeerNets.model("student");
        var recipe = new Recipe(new Frozen(known), List.of(new Term("ce", 1, new HardLabels()), new Term("kd", 0.9, new LogitKd(2))));
        var distiller = new Distiller(alone, recipe, PeerNets.sgd(alone, 0.1));
        for (int step = 0; step < 3; step++) {
            distiller.step(PeerNets.batch(step, 12), Progress.of(step, 4));
        }
        assertSameState(List.of(PeerNets.state(alone)), List.of(PeerNets.state(both.student())), 0);
        assertEquals(4, asked[0]);
    }

    @Test
    void studentsThatBeginAlikeAreRefused() {
        Module student = PeerNets.model("student");
        String message = assertThrows(IllegalArgumentException.class, () -> new Peers("dml", student, List.of(peer("a"), peer("student")), MUTUAL,
                new HardLabels(), ONE, ONE, Peers.Order.TURNS)).getMessage();
        assertEquals("dml: peer 2 begins with the same weights as another student, from which it would never differ; make it with a key of its own",
                message);
        assertThrows(IllegalArgumentException.class, () -> new Peers("dml", student, List.of(peer("a"), peer("a")), MUTUAL, new HardLabels(), ONE, ONE,
                Peers.Order.TURNS));
        assertThrows(IllegalArgumentException.class, () -> new Peers("dml", student, List.of(), MUTUAL, new HardLabels(), ONE, ONE,
                Peers.Order.TURNS));
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfAStepIsGivenBack(Peers.Order order) {
        Cohort cohort = Cohort.of(2, order);
        cohort.steps(0, 2);
        long inUse = Device.cpu().memory().inUse();
        Batch batch = PeerNets.batch(2, 12);
        long batches = Device.cpu().memory().inUse() - inUse;
        for (int step = 2; step < 20; step++) {
            cohort.distiller().step(batch, Progress.of(step, 4));
        }
        assertEquals(inUse + batches, Device.cpu().memory().inUse());
    }

    @Test
    void peersWithoutTheirTeacherInTheRecipeSayWhatIsMissing() {
        var peers = new Peers("dml", PeerNets.model("student"), List.of(peer("a")), MUTUAL, new HardLabels(), ONE, ONE,
                Peers.Order.TOGETHER);
        String message = assertThrows(IllegalStateException.class, () -> peers.after(Progress.START)).getMessage();
        assertEquals("dml: the peers have not seen this step's batch; give the recipe beside(...) as its teacher and objective() as a term", message);
    }

    /** What a workshop was asked for. */
    private static class Counting implements Workshop {
        private final List<Module> made = new ArrayList<>();
        private final List<Integer> epochs = new ArrayList<>();

        @Override
        public Module student(Key key) {
            made.add(PeerNets.model("made" + key.value()));
            return made.getLast();
        }

        @Override
        public Schedule rate(int epochs) {
            this.epochs.add(epochs);
            return Schedule.linear(0.1, 0.05, Schedule.epochs(epochs));
        }

        @Override
        public Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
            return Sgd.of(parameters, rate, 0.9, 1e-3);
        }
    }

    private static Curriculum curriculum(String method, Workshop workshop) {
        Module student = PeerNets.model("student");
        Module teacher = PeerNets.model("teacher");
        Task task = Task.of(student, teacher, () -> PeerNets.model("student"), Shape.of(6), 3, 24, 8, 12, PeerNets.KEY).with(workshop);
        return Curriculum.of(Methods.parse(method), task, new Frozen(teacher), new HardLabels());
    }

    private static void run(Curriculum curriculum, Stage stage, int steps) {
        var distiller = new Distiller(curriculum.deployed(), stage.recipe(), PeerNets.sgd(stage.trained(), 0.1));
        for (int step = 0; step < steps; step++) {
            distiller.step(PeerNets.batch(step, 12), Progress.of(step, 2));
        }
    }

    @Test
    void byNameEachPeerHasItsOwnWeightsAndAnOptimizerForTheMainStage() {
        var workshop = new Counting();
        Curriculum curriculum = curriculum("views(views-epochs=0.25),dml(peers=4)", workshop);
        assertEquals(3, workshop.made.size());
        run(curriculum, curriculum.stages().getLast(), 2);
        // One rate for all of them, which reports know.
        assertEquals(List.of(6), workshop.epochs);
        assertEquals(0.075, curriculum.stages().getLast().recipe().schedules().get("dml.lr").at(new Progress(6, 3)), 1e-12);
        assertEquals(List.of("views", "main"), curriculum.stages().stream().map(Stage::name).toList());
        assertTrue(curriculum.notes().contains("dml trains 3 more students beside the one that is kept, with first weights and an optimizer of its "
                + "own each"), curriculum.notes().toString());
        // The peers are not the student's optimizer's.
        assertFalse(curriculum.stages().getLast().trained().contains(PeerNets.all(workshop.made.getFirst()).getFirst()));
    }

    /** A rate that falls where the loss has stopped falling has to hear of the peers' training too. */
    @Test
    void aLearningRateThatListensIsTold() {
        var plateau = new Plateau(0.5, 1);
        var listening = new Counting() {
            @Override
            public Schedule rate(int epochs) {
                return plateau;
            }
        };
        assertEquals(List.of(plateau), curriculum("dml", listening).stages().getLast().recipe().controllers());
    }

    @Test
    void aTeacherThatNobodyLooksAtDoesNotRun() {
        Set<Tap> none = Set.of();
        for (String method : List.of("dml", "kdcl", "kdcl,dml", "dml,l2")) {
            Teacher teacher = curriculum(method, new Counting()).stages().getLast().recipe().teacher();
            assertEquals(null, teacher.observe(PeerNets.batch(0, 3), none).logits(), method);
        }
        Teacher teacher = curriculum("dml,kd", new Counting()).stages().getLast().recipe().teacher();
        assertEquals(Shape.of(3, 3), teacher.observe(PeerNets.batch(0, 3), none).logits().shape());
        assertSame(Teacher.NONE, curriculum("uskd(student-layers=2)", new Counting()).stages().getLast().recipe().teacher());
    }

    @Test
    void severalMethodsOfPeersAndATeacherGoTogether() {
        for (String method : List.of("dml,kd", "kdcl,dml(order=turns)", "dml(warmup=0.5, ce=0.5),ema(decay=0.9)")) {
            Curriculum curriculum = curriculum(method, new Counting());
            run(curriculum, curriculum.stages().getLast(), 3);
        }
    }

    /** With a warm-up the first step's weight is 0, so peers learn from the labels alone. */
    @Test
    void thePeersHaveTheMethodsWeightWarmUpAndLabels() {
        Tensor before = onePeer("dml(warmup=1)", 0).get("0.weight").tensor();
        assertArrayEquals(onePeer("dml(warmup=1)", 1).get("0.weight").tensor().toFloats(),
                onePeer("dml(weight=0)", 1).get("0.weight").tensor().toFloats());
        assertFalse(Arrays.equals(onePeer("dml(warmup=1)", 2).get("0.weight").tensor().toFloats(),
                onePeer("dml(weight=0)", 2).get("0.weight").tensor().toFloats()));
        assertFalse(Arrays.equals(onePeer("dml(ce=0.5)", 1).get("0.weight").tensor().toFloats(),
                onePeer("dml", 1).get("0.weight").tensor().toFloats()));
        // Neither labels nor the others: nothing but the weight decay of 1e-3.
        float[] decayed = onePeer("dml(weight=0, ce=0),kd", 1).get("0.weight").tensor().toFloats();
        assertArrayEquals(before.mul(1 - 1e-4).toFloats(), decayed, 1e-7f);
    }

    /** A temperature, a weight and the labels' weight may change over time, and are reported. */
    @Test
    void numbersMayChangeOverTime() {
        var workshop = new Counting();
        Curriculum curriculum = curriculum("dml(temperature=linear(4, 2, 8 epochs), ce=linear(1, 0, all))", workshop);
        Recipe recipe = curriculum.stages().getLast().recipe();
        assertEquals(3, recipe.schedules().get("dml.temperature").at(new Progress(8, 4)), 1e-12);
        assertEquals(0.5, recipe.schedules().get("dml.ce").at(new Progress(8, 4)), 1e-12);
        run(curriculum, curriculum.stages().getLast(), 2);
    }

    private static Map<String, Parameter> onePeer(String method, int steps) {
        var workshop = new Counting();
        Curriculum curriculum = curriculum(method, workshop);
        run(curriculum, curriculum.stages().getLast(), steps);
        return workshop.made.getFirst().parameters();
    }

    @Test
    void numbersOutsideTheirRangesAreRefused() {
        Map<String, String> wrong = Map.of(
                "dml(peers=1)", "method dml: peers needs a whole number of 2 or more, the student that is kept among them, got '1'",
                "dml(order=later)", "method dml: order is one of together, turns, got 'later'",
                "kdcl(target=max)", "method kdcl: target is one of minlogit, naive, mean, got 'max'",
                "dml(temperature=0)", "method dml: temperature needs a number above 0, got '0'");
        wrong.forEach((method, message) -> assertEquals(message,
                assertThrows(IllegalArgumentException.class, () -> curriculum(method, new Counting())).getMessage()));
        String closed = assertThrows(IllegalArgumentException.class, () -> curriculum("dml", Workshop.CLOSED)).getMessage();
        assertEquals("task: this method needs more students, and how to make that is not known; give Task.with a workshop", closed);
    }
}
