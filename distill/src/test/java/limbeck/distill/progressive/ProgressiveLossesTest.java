package limbeck.distill.progressive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Variable;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.SameSize;
import limbeck.distill.connect.Tail;
import limbeck.distill.features.AttentionTransfer;
import limbeck.distill.features.Hint;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.GlobalAvgPool2d;
import limbeck.nn.Identity;
import limbeck.nn.Init;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Reduction;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The losses of this package by themselves. */
class ProgressiveLossesTest {
    private static final Device DEVICE = Device.reference();
    private static final Key KEY = Key.of(2018);

    private static Tensor random(String name, int... dims) {
        return DEVICE.normal(KEY.split(name), dims);
    }

    private static Progress epoch(double epoch) {
        return new Progress(0, epoch);
    }

    @Test
    void annealingTemperatureFallsInWholeNumbers() {
        Schedule four = AnnealingKd.falling(4, 2);
        double[] epochs = {0, 0.49, 0.5, 0.99, 1, 1.5, 1.99, 2, 7};
        double[] expected = {4, 4, 3, 3, 2, 1, 1, 1, 1};
        for (int i = 0; i < epochs.length; i++) {
            assertEquals(expected[i], four.at(epoch(epochs[i])), "epoch " + epochs[i]);
        }
        // 10 over 5 epochs of 7 steps, where an epoch is the sum of rounded parts.
        Schedule ten = AnnealingKd.falling(10, 5);
        assertEquals(8, ten.at(Progress.of(7, 7)));
        assertEquals(1, ten.at(Progress.of(34, 7)));
        assertEquals(1, AnnealingKd.falling(1, 3).at(Progress.START));
    }

    @Test
    void annealedLogits() {
        // Phi = 1 - (3 - 1) / 4 = 0.5.
        double[] s = Golden.STUDENT.toDoubles();
        double[] t = Golden.TEACHER.toDoubles();
        double expected = 0;
        for (int i = 0; i < s.length; i++) {
            expected += (s[i] - 0.5 * t[i]) * (s[i] - 0.5 * t[i]) / s.length;
        }
        var check = ObjectiveCheck.logits(new AnnealingKd(Schedule.constant(3), 4), Golden.STUDENT, Golden.TEACHER);
        assertEquals(expected, check.value(), 1e-12);
        check.gradients();
        var last = ObjectiveCheck.logits(new AnnealingKd(AnnealingKd.falling(4, 2), 4), Golden.STUDENT, Golden.TEACHER).at(epoch(2));
        assertEquals(Losses.mse(Variable.of(Golden.STUDENT), Golden.TEACHER, Reduction.MEAN).item(), last.value(), 1e-12);
        assertEquals(0, ObjectiveCheck.logits(new AnnealingKd(Schedule.constant(1), 4), Golden.TEACHER, Golden.TEACHER).value());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1.99, 1", "2, 2", "3.99, 2", "4, 3", "100, 3"})
    void depthGrowsFromTheLowestPlaceToAll(double epoch, double depth) {
        assertEquals(depth, AlignmentDepth.growing(3, 4).at(epoch(epoch)));
        assertEquals(1, AlignmentDepth.growing(1, 4).at(epoch(epoch)));
        // 7 steps an epoch, where the epoch of a step is rounded.
        assertEquals(depth, AlignmentDepth.growing(3, 4).at(Progress.of((long) Math.floor(epoch * 7), 7)));
    }

    private static Connected connected(String student, Tensor seen, String teacher, Tensor shown, Tail tail) {
        var pair = new Pairing(new Layer(student, "test", seen.shape().without(List.of(0), false)),
                new Layer(teacher, "test", shown.shape().without(List.of(0), false)));
        return tail == null ? new Connected(pair, new Identity()) : Init.on(DEVICE, () -> Connected.of(pair, tail, KEY.split(student)));
    }

    /** Three places at which the same maps are shown, so that each has the same loss. */
    @Test
    void placesCountAsDeepAsTheDepth() {
        Tensor s = random("s", 3, 2, 3, 3);
        Tensor t = random("t", 3, 2, 3, 3);
        List<Objective> places = List.of(new Hint(connected("s1", s, "t1", t, null)), new Hint(connected("s2", s, "t2", t, null)),
                new Hint(connected("s3", s, "t3", t, null)));
        double one = ObjectiveCheck.features(new Hint(new Connected(ObjectiveCheck.pairing(s, t), new Identity())), s, t).value();
        var student = new Views<>((Tensor) null, Map.of("s1", s, "s2", s, "s3", s));
        var teacher = new Views<>((Tensor) null, Map.of("t1", t, "t2", t, "t3", t));
        double[] depths = {0, 0.25, 1, 1.5, 2, 2.75, 3, 9};
        double[] counts = {0, 0.25, 1, 1.5, 2, 2.75, 3, 3};
        for (int i = 0; i < depths.length; i++) {
            var objective = new AlignmentDepth(places, 10, Schedule.constant(depths[i]));
            var check = ObjectiveCheck.of(objective, student, teacher, DEVICE.tensor(new int[3], 3));
            assertEquals(10 * counts[i] * one, check.value(), 1e-12, "depth " + depths[i]);
            check.gradients();
            if (depths[i] == 1.5) {
                assertArrayEquals(check.featureGradient("s1").mul(0.5).toDoubles(), check.featureGradient("s2").toDoubles(), 1e-15);
            }
        }
    }

    @Test
    void aStepInWhichNoPlaceCountsHasAGradient() {
        Tensor s = random("s", 3, 2, 3, 3);
        Tensor t = random("t", 3, 2, 3, 3);
        var objective = new AlignmentDepth(List.of(new Hint(connected("s", s, "t", t, null))), 10, Schedule.constant(1).after(Schedule.epochs(1)));
        var check = ObjectiveCheck.of(objective, new Views<>(null, Map.of("s", s)), new Views<>(null, Map.of("t", t)), DEVICE.tensor(new int[3], 3));
        assertEquals(0, check.value());
        assertEquals(0, check.featureGradient("s").abs().max().item());
    }

    @Test
    void placesMayHaveConnectorsAndOtherLosses() {
        Tensor s = random("s", 3, 2, 4, 4);
        Tensor t = random("t", 3, 3, 2, 2);
        Connected first = connected("s1", s, "t1", t, Tail.NORM);
        var objective = new AlignmentDepth(List.of(new Hint(first), new AttentionTransfer(List.of(new SameSize(connected("s2", s, "t2", t, null)
                .pair())), AttentionTransfer.Form.MEAN, 2)), 2, Schedule.linear(1, 2, Schedule.epochs(2)));
        assertEquals(first.parameters(), objective.parameters());
        assertEquals(4, objective.taps().size());
        var check = ObjectiveCheck.of(objective, new Views<>(null, Map.of("s1", s, "s2", s)), new Views<>(null, Map.of("t1", t, "t2", t)),
                DEVICE.tensor(new int[3], 3));
        check.at(epoch(1)).gradients();
        assertThrows(IllegalArgumentException.class, () -> objective.check(new Views<>(null, Map.of("s1", s.shape(), "s2", s.shape())),
                new Views<>(null, Map.of("t1", t.shape().with(1, 7), "t2", t.shape()))));
        assertThrows(IllegalArgumentException.class, () -> new AlignmentDepth(List.of(), 1, Schedule.constant(1)));
    }

    private static Sequential rest(int channels, int classes) {
        return Init.on(DEVICE, () -> Sequential.of(new GlobalAvgPool2d(), Linear.of(channels, classes, KEY.split("head"))));
    }

    private static ObjectiveCheck blockWise(BlockWise objective, Tensor student, Tensor teacher, Tensor logits) {
        return ObjectiveCheck.of(objective, new Views<>(null, Map.of("s", student)), new Views<>(logits, Map.of("t", teacher)),
                DEVICE.tensor(new int[student.shape().dim(0)], student.shape().dim(0)));
    }

    @Test
    void aBlockIsJudgedByItsFeaturesAndByTheAnswersThroughTheRest() {
        Tensor s = random("s", 3, 2, 5, 4);
        Tensor t = random("t", 3, 3, 5, 4);
        Tensor logits = random("z", 3, 4);
        Sequential rest = rest(3, 4);
        for (Tail tail : Tail.values()) {
            Connected place = connected("s", s, "t", t, tail);
            double both = blockWise(new BlockWise(place, rest, 4, 0.5, 2), s, t, logits).value();
            double near = blockWise(new BlockWise(place, null, 4, 1, 0), s, t, logits).value();
            double alike = blockWise(new BlockWise(place, rest, 4, 0, 1), s, t, logits).value();
            assertEquals(0.5 * near + 2 * alike, both, 1e-12);
            Variable seen = Mode.train(0, () -> place.connector().apply(Variable.of(s)));
            assertEquals(Losses.mse(seen, t, Reduction.MEAN).item(), near, 1e-12);
            assertEquals(Losses.distillation(rest.apply(seen), logits, 4, Reduction.MEAN).item(), alike, 1e-12);
            blockWise(new BlockWise(place, rest, 4, 0.5, 2), s, t, logits).gradients();
        }
    }

    /** With the teacher's own block in place nothing is left to learn, and the rest of the teacher is not among what is trained. */
    @Test
    void nothingToLearnFromAnEqual() {
        Tensor t = random("t", 2, 3, 5, 4);
        Sequential rest = rest(3, 4);
        Tensor logits = rest.apply(Variable.of(t)).tensor();
        var objective = new BlockWise(connected("s", t, "t", t, null), rest, 4, 1, 1);
        assertEquals(0, blockWise(objective, t, t, logits).value(), 1e-15);
        assertEquals(0, blockWise(objective, t, t, logits).featureGradient("s").abs().max().item(), 1e-15);
        assertEquals(List.of(), objective.parameters());
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        Tensor s = random("s", 2, 2, 3, 3);
        Tensor t = random("t", 2, 3, 3, 3);
        var objective = new BlockWise(connected("s", s, "t", t, Tail.NORM_RELU), rest(3, 4), 4, 1, 1);
        blockWise(objective, s.mul(0), t.mul(1e4), random("z", 2, 4).mul(1e4)).finite();
        blockWise(objective, s.mul(1e4), t.mul(0), random("z", 2, 4).mul(0)).finite();
    }

    @Test
    void aBlockNeedsATeacherAndItsConnectorsShapes() {
        Tensor s = random("s", 2, 2, 3, 3);
        Tensor t = random("t", 2, 3, 3, 3);
        var objective = new BlockWise(connected("s", s, "t", t, Tail.NORM), rest(3, 4), 4, 1, 1);
        Views<Shape> student = new Views<>(Shape.of(2, 4), Map.of("s", s.shape()));
        objective.check(student, new Views<>(Shape.of(2, 4), Map.of("t", t.shape())));
        String message = assertThrows(IllegalArgumentException.class, () -> objective.check(student, Views.of(null))).getMessage();
        assertTrue(message.startsWith("block-wise: there is no teacher"), message);
        message = assertThrows(IllegalArgumentException.class, () -> objective.check(student,
                new Views<>(Shape.of(2, 4), Map.of("t", t.shape().with(1, 5))))).getMessage();
        assertTrue(message.startsWith("block-wise: the connector makes (2, 3, 3, 3)"), message);
    }
}
