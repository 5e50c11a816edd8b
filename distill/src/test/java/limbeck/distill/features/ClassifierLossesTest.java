package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.Identity;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The losses between pooled features and around the teacher's classifier: srrl, simkd, feature-regression. */
class ClassifierLossesTest {
    private static final Device DEVICE = Device.reference();
    private static final Tensor MAPS = DEVICE.normal(Key.of(1), 3, 2, 4, 3);
    private static final Tensor VECTORS = DEVICE.normal(Key.of(2), 3, 5);
    private static final Tensor LOGITS = DEVICE.normal(Key.of(3), 3, 4);

    private static <M extends Module> M inDouble(M module) {
        module.to(DEVICE);
        return module;
    }

    private static ObjectiveCheck srrl(Tensor student, Module adapter, Tensor teacher, Linear classifier, double alpha, double beta,
            Tensor logits) {
        var objective = new SoftmaxRegression(ObjectiveCheck.pairing(student, teacher), adapter, classifier, alpha, beta);
        return ObjectiveCheck.of(objective, new Views<>(null, Map.of("s", student)), new Views<>(logits, Map.of("t", teacher)),
                Golden.LABELS);
    }

    /** SRRL by plain loops: alpha times the features' mean square and beta times that of the classifier's answers. */
    @Test
    void softmaxRegressionAgreesWithTheDefinition() {
        Linear classifier = inDouble(Linear.of(5, 4, Key.of(4)));
        Tensor student = DEVICE.normal(Key.of(5), 3, 5);
        double[] s = student.toDoubles();
        double[] t = VECTORS.toDoubles();
        double[] weight = classifier.weight().tensor().toDoubles();
        double[] bias = classifier.bias().tensor().toDoubles();
        double features = 0;
        double answers = 0;
        for (int n = 0; n < 3; n++) {
            for (int d = 0; d < 5; d++) {
                features += Math.pow(s[5 * n + d] - t[5 * n + d], 2) / 15;
            }
            for (int c = 0; c < 4; c++) {
                double answer = bias[c];
                for (int d = 0; d < 5; d++) {
                    answer += weight[5 * c + d] * s[5 * n + d];
                }
                answers += Math.pow(answer - LOGITS.toDoubles()[4 * n + c], 2) / 12;
            }
        }
        assertEquals(1.5 * features + 5 * answers, srrl(student, new Identity(), VECTORS, classifier, 1.5, 5, LOGITS).value(), 1e-12);
    }

    @Test
    void theTeachersClassifierPassesGradientsButTakesNone() {
        Linear classifier = inDouble(Linear.of(5, 4, Key.of(6)));
        Module adapter = inDouble(Connectors.conv1x1(2, 5, Tail.NORM_RELU, Key.of(7)));
        var check = srrl(MAPS, adapter, VECTORS, classifier, 0, 1, LOGITS);
        assertTrue(check.featureGradient("s").abs().max().item() > 1e-4, "with alpha 0 there is no other way to the student");
        assertEquals(List.copyOf(adapter.parameters().values()), check.objective().parameters());
        var tape = new Tape();
        var gradients = tape.backward(tape.record(() -> check.objective().loss(new Moment(Progress.START,
                check.student().map(Variable::leaf), check.teacher(), check.targets(), check.ids()))));
        assertFalse(gradients.has(classifier.weight()));
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Linear classifier = inDouble(Linear.of(5, 4, Key.of(8)));
        srrl(MAPS, inDouble(Connectors.conv1x1(2, 5, Tail.NORM_RELU, Key.of(9))), VECTORS, classifier, 1, 5, LOGITS).gradients();
        for (Tensor student : new Tensor[] {MAPS, DEVICE.normal(Key.of(10), 3, 7)}) {
            var regression = FeatureRegression.of(ObjectiveCheck.pairing(student, VECTORS), Key.of(11));
            regression.adapter().to(DEVICE);
            regression.regressor().to(DEVICE);
            assertEquals(5, regression.parameters().size());
            ObjectiveCheck.features(regression, student, VECTORS).gradients();
        }
        for (Shape maps : new Shape[] {Shape.of(3, 5, 4, 3), Shape.of(3, 4, 2, 2), Shape.of(3, 1, 7, 5)}) {
            Tensor teacher = DEVICE.normal(Key.of(12), maps.dims());
            Pairing pair = ObjectiveCheck.pairing(MAPS, teacher);
            Module projector = inDouble(SimKd.projector(pair, Tail.NORM, Key.of(13)));
            ObjectiveCheck.features(new SimKd(pair, projector), MAPS, teacher).gradients();
        }
    }

    @Test
    void simKdComparesAtTheSmallerSize() {
        Tensor teacher = DEVICE.normal(Key.of(14), 3, 2, 2, 5);
        var objective = new SimKd(ObjectiveCheck.pairing(MAPS, teacher),
                inDouble(SimKd.projector(ObjectiveCheck.pairing(MAPS, teacher), Tail.NORM_RELU, Key.of(15))));
        assertEquals(Shape.of(3, 2, 2, 3), objective.projector().apply(Variable.of(MAPS)).shape());
        assertTrue(ObjectiveCheck.features(objective, MAPS, teacher).value() > 0);
    }

    @Test
    void nothingToLearnFromAnEqual() {
        Linear classifier = inDouble(Linear.of(5, 4, Key.of(16)));
        Tensor logits = classifier.apply(Variable.of(VECTORS)).tensor();
        var srrl = srrl(VECTORS, new Identity(), VECTORS, classifier, 1, 5, logits);
        assertEquals(0, srrl.value(), 1e-28);
        assertEquals(0, srrl.featureGradient("s").abs().max().item(), 1e-14);
        var simkd = ObjectiveCheck.features(new SimKd(ObjectiveCheck.pairing(MAPS, MAPS), new Identity()), MAPS, MAPS);
        assertEquals(0, simkd.value());
        assertEquals(0, simkd.featureGradient("s").abs().max().item());
        var regression = ObjectiveCheck.features(new FeatureRegression(ObjectiveCheck.pairing(MAPS, MAPS), new Identity(),
                new Identity()), MAPS, MAPS);
        assertEquals(0, regression.value());
    }

    @Test
    void aStudentWithAReusedClassifierAnswersByIt() {
        record Net(Linear body, Linear head) implements Module {
            @Override
            public Variable forward(Variable x) {
                return head.apply(body.apply(x));
            }
        }
        var student = new Net(inDouble(Linear.of(5, 3, Key.of(17))), inDouble(Linear.of(3, 4, Key.of(18))));
        var projector = inDouble(Linear.of(3, 6, Key.of(19)));
        var classifier = inDouble(Linear.of(6, 4, Key.of(20)));
        var deployed = new ReusedClassifier(student, projector, classifier, "body");
        Variable x = Variable.of(VECTORS);
        assertEquals(0, deployed.apply(x).sub(classifier.apply(projector.apply(student.body().apply(x)))).abs().max().item());
        var all = new ArrayList<Parameter>(student.parameters().values());
        all.addAll(projector.parameters().values());
        all.addAll(classifier.parameters().values());
        assertEquals(all, List.copyOf(deployed.parameters().values()), "each once");
        assertTrue(deployed.parameters().keySet().containsAll(List.of("student.body.weight", "projector.weight", "classifier.bias")));
    }

    @Test
    void aStrangeClassifierIsRefusedInWords() {
        Linear classifier = Linear.of(5, 7, Key.of(21));
        var objective = new SoftmaxRegression(ObjectiveCheck.pairing(VECTORS, VECTORS), new Identity(), classifier, 1, 1);
        var student = new Views<>(Shape.of(3, 4), Map.of("s", Shape.of(3, 5)));
        var e = assertThrows(IllegalArgumentException.class,
                () -> objective.check(student, new Views<>(Shape.of(3, 4), Map.of("t", Shape.of(3, 5)))));
        assertEquals("srrl: the classifier makes 7 logits, the teacher's logits are (3, 4); "
                + "give the teacher's own classifier, Layers.classifier()",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> objective.check(student, Views.of(null)));
    }

    @Test
    void widthsThatDifferAreRefusedInWords() {
        Pairing pair = ObjectiveCheck.pairing(MAPS, VECTORS);
        var student = new Views<>(Shape.of(3, 4), Map.of("s", MAPS.shape()));
        var teacher = new Views<>(Shape.of(3, 4), Map.of("t", VECTORS.shape()));
        String rest = " behind its connector, the teacher's t (3, 5); both need as many channels, "
                + "so take another connector, such as Connectors.conv1x1";
        var regression = new FeatureRegression(pair, new Identity(), new Identity());
        assertEquals("feature-regression: the student's s is (3, 2)" + rest, refused(() -> regression.check(student, teacher)));
        var srrl = new SoftmaxRegression(pair, new Identity(), Linear.of(5, 4, Key.of(24)), 1, 1);
        assertEquals("srrl: the student's s is (3, 2)" + rest, refused(() -> srrl.check(student, teacher)));
        var simkd = new SimKd(pair, new Identity());
        assertEquals("simkd: the student's s is (3, 2, 4, 3)" + rest, refused(() -> simkd.check(student, teacher)));
    }

    private static String refused(Runnable check) {
        return assertThrows(IllegalArgumentException.class, check::run).getMessage();
    }

    @Test
    void deadAndHugeFeaturesStayFinite() {
        Linear classifier = inDouble(Linear.of(5, 4, Key.of(22)));
        Module adapter = inDouble(Connectors.conv1x1(2, 5, Tail.NORM_RELU, Key.of(23)));
        for (double scale : new double[] {0, 1e4}) {
            srrl(MAPS.mul(scale), adapter, VECTORS, classifier, 1, 5, LOGITS.mul(1e4)).finite();
            Tensor student = MAPS.mul(scale);
            ObjectiveCheck.features(new FeatureRegression(ObjectiveCheck.pairing(student, VECTORS), adapter, new Identity()), student,
                    VECTORS).finite();
        }
    }
}
