package limbeck.distill.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stage;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Sequential;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OwnTeacherTest {
    private static final Device DEVICE = Device.reference();
    private static final Key KEY = Key.of(61);
    private static final int N = 4;
    private static final int CLASSES = 3;
    private static final int WIDTH = 5;
    private static final Tensor LOGITS = DEVICE.normal(KEY.split("logits"), N, CLASSES);
    private static final Tensor SHALLOW = DEVICE.normal(KEY.split("shallow"), N, 2);
    private static final Tensor MIDDLE = DEVICE.normal(KEY.split("middle"), N, WIDTH, 3, 1);
    private static final Tensor DEEP = DEVICE.normal(KEY.split("deep"), N, WIDTH, 2, 1);
    private static final Tensor LABELS = DEVICE.tensor(new int[] {0, 2, 1, 2}, N);

    private static Linear linear(int in, int out, String key) {
        return new Linear(Parameter.of(DEVICE.normal(KEY.split(key), out, in)), Parameter.of(DEVICE.normal(KEY.split(key).split("bias"), out)));
    }

    /** One exit that widens vectors, one that takes maps as they are. */
    private static OwnTeacher loss(double alpha, double hint) {
        return new OwnTeacher(List.of(new Exit("shallow", linear(2, WIDTH, "widen"), linear(WIDTH, CLASSES, "first")),
                new Exit("middle", new Sequential(List.of()), linear(WIDTH, CLASSES, "second"))), "deep", alpha, 3, hint, new HardLabels());
    }

    private static ObjectiveCheck check(Objective loss, Tensor shallow, Tensor deep) {
        return ObjectiveCheck.of(loss, new Views<>(LOGITS, Map.of("shallow", shallow, "middle", MIDDLE, "deep", deep)), Views.of(null), LABELS);
    }

    private static ObjectiveCheck check(double alpha, double hint) {
        return check(loss(alpha, hint), SHALLOW, DEEP);
    }

    private static void finite(ObjectiveCheck check) {
        assertTrue(Double.isFinite(check.value()), "the value is " + check.value());
        for (String path : List.of("shallow", "middle")) {
            assertTrue(Arrays.stream(check.featureGradient(path).toDoubles()).allMatch(Double::isFinite), path);
        }
    }

    private static double[][] rows(Tensor matrix) {
        int columns = matrix.shape().dim(1);
        double[] values = matrix.toDoubles();
        double[][] rows = new double[values.length / columns][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
        return rows;
    }

    private static double[][] affine(double[][] x, Linear linear) {
        double[][] weight = rows(linear.weight().tensor());
        double[] bias = linear.bias().tensor().toDoubles();
        double[][] y = new double[x.length][weight.length];
        for (int n = 0; n < x.length; n++) {
            for (int o = 0; o < weight.length; o++) {
                y[n][o] = bias[o];
                for (int i = 0; i < weight[o].length; i++) {
                    y[n][o] += weight[o][i] * x[n][i];
                }
            }
        }
        return y;
    }

    private static double[][] means(Tensor maps) {
        int area = maps.shape().dim(2) * maps.shape().dim(3);
        double[] values = maps.toDoubles();
        double[][] means = new double[N][WIDTH];
        for (int i = 0; i < values.length; i++) {
            means[i / area / WIDTH][i / area % WIDTH] += values[i] / area;
        }
        return means;
    }

    private static double[] logSoftmax(double[] z, double tau) {
        double sum = 0;
        for (double one : z) {
            sum += Math.exp(one / tau);
        }
        double log = Math.log(sum);
        return Arrays.stream(z).map(one -> one / tau - log).toArray();
    }

    /** Cross-entropy, tau^2 KL and distance of an exit, in plain loops. */
    private static double[] parts(double[][] features, Linear classifier) {
        double[][] logits = affine(features, classifier);
        double[][] output = rows(LOGITS);
        double[][] deep = means(DEEP);
        int[] labels = LABELS.toInts();
        double ce = 0;
        double kl = 0;
        double squares = 0;
        for (int n = 0; n < N; n++) {
            ce -= logSoftmax(logits[n], 1)[labels[n]] / N;
            double[] own = logSoftmax(logits[n], 3);
            double[] target = logSoftmax(output[n], 3);
            for (int c = 0; c < CLASSES; c++) {
                kl += 9 * Math.exp(target[c]) * (target[c] - own[c]) / N;
            }
            for (int d = 0; d < WIDTH; d++) {
                squares += (features[n][d] - deep[n][d]) * (features[n][d] - deep[n][d]);
            }
        }
        return new double[] {ce, kl, Math.sqrt(squares)};
    }

    @Test
    void valuesFromTheDefinition() {
        OwnTeacher loss = loss(0.3, 0.03);
        double[] first = parts(affine(rows(SHALLOW), (Linear) loss.exits().get(0).bottleneck()), loss.exits().get(0).classifier());
        double[] second = parts(means(MIDDLE), loss.exits().get(1).classifier());
        assertEquals(first[0] + second[0], check(0, 0).value(), 1e-12);
        assertEquals(first[1] + second[1], check(1, 0).value(), 1e-12);
        // The deepest exit has no distance.
        assertEquals(first[0] + second[0] + first[2], check(0, 1).value(), 1e-12);
        assertEquals(0.7 * (first[0] + second[0]) + 0.3 * (first[1] + second[1]) + 0.03 * first[2], check(0.3, 0.03).value(), 1e-12);
    }

    /** What the deep end shows is a constant, so only the exits' features have gradients, and the exits themselves. */
    @Test
    void theDeepEndLearnsNothingFromItsExits() {
        ObjectiveCheck check = check(0.3, 0.03);
        assertThrows(RuntimeException.class, check::logitGradient);
        assertThrows(RuntimeException.class, () -> check.featureGradient("deep"));
        assertTrue(check.featureGradient("shallow").abs().sum().item() > 0);
        assertTrue(check.featureGradient("middle").abs().sum().item() > 0);
    }

    @Test
    void gradientsOfFeaturesBottlenecksAndClassifiers() {
        OwnTeacher loss = loss(0.3, 0.5);
        assertEquals(6, loss.parameters().size());
        // Without the places that are constants, which finite differences would move.
        var seen = new Views<>(LOGITS, Map.of("shallow", SHALLOW, "middle", MIDDLE, "deep", DEEP));
        var constant = new Objective() {
            @Override
            public Variable loss(Moment moment) {
                var features = new HashMap<>(moment.student().features());
                features.put("deep", Variable.of(seen.feature("deep")));
                return loss.loss(new Moment(moment.progress(), new Views<>(Variable.of(LOGITS), features),
                        moment.teacher(), moment.targets(), moment.ids()));
            }

            @Override
            public List<Parameter> parameters() {
                return loss.parameters();
            }
        };
        ObjectiveCheck.of(constant, new Views<>(null, Map.of("shallow", SHALLOW, "middle", MIDDLE)), Views.of(null), LABELS).gradients();
    }

    @Test
    void noDistanceHasNoGradient() {
        Linear widen = linear(2, WIDTH, "widen");
        Tensor same = DEVICE.tensor(Arrays.stream(affine(rows(SHALLOW), widen)).flatMapToDouble(Arrays::stream).toArray(), N, WIDTH);
        // The same numbers by the same kernel.
        Tensor deep = widen.apply(Variable.of(SHALLOW)).tensor();
        assertArrayEquals(same.toDoubles(), deep.toDoubles(), 1e-12);
        var near = check(loss(0, 1), SHALLOW, deep);
        finite(near);
        assertEquals(check(loss(0, 0), SHALLOW, deep).value(), near.value());
        assertArrayEquals(check(loss(0, 0), SHALLOW, deep).featureGradient("shallow").toDoubles(), near.featureGradient("shallow").toDoubles());
    }

    @Test
    void extremeFeaturesGiveFiniteNumbers() {
        for (double factor : new double[] {0, 1e4, 1e-30}) {
            finite(check(loss(0.3, 0.03), SHALLOW.mul(factor), DEEP.mul(-factor)));
        }
        finite(ObjectiveCheck.of(loss(0.3, 0.03), new Views<>(LOGITS.mul(1e4), Map.of("shallow", SHALLOW, "middle", MIDDLE, "deep", DEEP)),
                Views.of(null), LABELS));
    }

    private static Curriculum curriculum(String method, String student, Shape example) {
        Module model = Models.build(student, example, 4, KEY.split("student"));
        Module teacher = Models.build("mlp-8", example, 4, KEY.split("teacher"));
        Task task = Task.of(model, teacher, () -> Models.build(student, example, 4, KEY.split("student")), example, 4, 24, 4, 8, KEY);
        return Curriculum.of(Methods.parse(method), task, new Frozen(teacher), new HardLabels());
    }

    private static OwnTeacher built(Curriculum curriculum) {
        return (OwnTeacher) curriculum.stages().getLast().recipe().terms().getLast().objective();
    }

    @Test
    void exitsLieAtAllStagesButTheLast() {
        Curriculum resnet = curriculum("byot", "resnet8", Shape.of(3, 13, 11));
        assertEquals(List.of("layer1", "layer2"), built(resnet).exits().stream().map(Exit::path).toList());
        assertEquals("layer3", built(resnet).deepest());
        assertEquals(List.of("byot puts exits on layer1 (16, 13, 11), layer2 (32, 7, 6), which learn from the end behind layer3"), resnet.notes());
        // The exits' parameters are trained, but the model in the end is the student without them.
        Stage main = resnet.stages().getLast();
        assertTrue(main.trained().containsAll(built(resnet).parameters()));
        assertEquals(Models.build("resnet8", Shape.of(3, 13, 11), 4, KEY).parameters().keySet(), resnet.deployed().parameters().keySet());
        // Nobody looks at the trained teacher.
        assertSame(Teacher.NONE, main.recipe().teacher());

        assertEquals(List.of("stage1", "stage2"), built(curriculum("byot(student-layers=stage1+stage2+stage3)", "cnn-tiny", Shape.of(1, 9, 9)))
                .exits().stream().map(Exit::path).toList());
        assertEquals(List.of("hidden.0", "hidden.1"), built(curriculum("byot", "mlp-6-5-7", Shape.of(1, 4, 4))).exits().stream().map(Exit::path)
                .toList());
        assertEquals(List.of("features"), built(curriculum("byot(student-layers=features+hidden)", "lenet", Shape.of(1, 8, 8))).exits().stream()
                .map(Exit::path).toList());
    }

    @Test
    void learnsInSteps() {
        for (String student : List.of("resnet8", "cnn-tiny", "mlp-6-5", "wrn-16-1")) {
            Shape example = Shape.of(1, 12, 12);
            Curriculum curriculum = curriculum("byot", student, example);
            double[] totals = PeerNets.totals(curriculum, 8, example.prepend(8), 4);
            assertTrue(totals[7] < totals[0], student + " " + Arrays.toString(totals));
        }
    }

    @Test
    void aStudentWithoutShallowStagesIsRefused() {
        for (String student : List.of("linear", "mlp-6")) {
            String message = assertThrows(IllegalArgumentException.class, () -> curriculum("byot", student, Shape.of(1, 4, 4))).getMessage();
            assertTrue(message.startsWith("method byot: needs a student with at least 2 stages, the shallow ones for exits, and found ["), message);
        }
        String alpha = assertThrows(IllegalArgumentException.class, () -> curriculum("byot(alpha=2)", "mlp-6-6", Shape.of(4))).getMessage();
        assertEquals("byot: alpha needs a number from 0 to 1, got 2.0; usual is 0.3", alpha);
    }

    @Test
    void exitsOfOtherClassesAreRefused() {
        OwnTeacher loss = loss(0.3, 0.03);
        String message = assertThrows(IllegalArgumentException.class, () -> loss.check(Views.of(Shape.of(4, 7)), Views.of(null))).getMessage();
        assertEquals("byot: the student's logits are (4, 7), and the exit on shallow knows 3 classes; both must know the same", message);
    }
}
