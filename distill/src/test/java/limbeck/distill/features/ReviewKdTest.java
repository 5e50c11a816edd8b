package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Variable;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.Layers.Layer;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ReviewKdTest {
    private static final Device DEVICE = Device.reference();

    /** The hierarchical loss by plain loops; maps of 5 x 5 are pooled to 4, 2 and 1, by windows that overlap. */
    @Test
    void hierarchicalContextAgreesWithTheDefinition() {
        Tensor student = DEVICE.normal(Key.of(1), 2, 3, 5, 5);
        Tensor teacher = DEVICE.normal(Key.of(2), 2, 3, 5, 5);
        double[] difference = student.sub(teacher).toDoubles();
        double sum = meanSquare(difference, 5) + meanSquare(difference, 4) / 2 + meanSquare(difference, 2) / 4
                + meanSquare(difference, 1) / 8;
        assertEquals(sum / (1 + 0.5 + 0.25 + 0.125), ReviewKd.hierarchical(Variable.of(student), teacher).item(), 1e-12);
        // Maps of 2 x 2 are pooled to 1 alone, which is then the first of the pools, with weight 1/2.
        double[] small = Golden.STUDENT_MAPS.sub(Golden.TEACHER_MAPS).toDoubles();
        double square = 0;
        double mean = 0;
        for (int c = 0; c < 4; c++) {
            double total = 0;
            for (int k = 0; k < 4; k++) {
                square += small[4 * c + k] * small[4 * c + k] / 16;
                total += small[4 * c + k] / 4;
            }
            mean += total * total / 4;
        }
        assertEquals((square + mean / 2) / 1.5, ReviewKd.hierarchical(Variable.of(Golden.STUDENT_MAPS), Golden.TEACHER_MAPS).item(), 1e-12);
    }

    /** The mean square of six maps of 5 x 5, pooled. */
    private static double meanSquare(double[] maps, int size) {
        double sum = 0;
        for (int map = 0; map < 6; map++) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    double window = 0;
                    int count = 0;
                    for (int y = i * 5 / size; y < Math.ceilDiv((i + 1) * 5, size); y++) {
                        for (int x = j * 5 / size; x < Math.ceilDiv((j + 1) * 5, size); x++) {
                            window += maps[25 * map + 5 * y + x];
                            count++;
                        }
                    }
                    sum += Math.pow(window / count, 2);
                }
            }
        }
        return sum / (6 * size * size);
    }

    private static Pairing pair(int level, Shape student, Shape teacher) {
        return new Pairing(new Layer("s" + level, "test", student), new Layer("t" + level, "test", teacher));
    }

    private static ObjectiveCheck check(int examples) {
        Shape[] students = {Shape.of(2, 6, 5), Shape.of(3, 3, 3), Shape.of(3)};
        Shape[] teachers = {Shape.of(3, 5, 5), Shape.of(2, 4, 4), Shape.of(4)};
        List<Pairing> pairs = List.of(pair(0, students[0], teachers[0]), pair(1, students[1], teachers[1]),
                pair(2, students[2], teachers[2]));
        var objective = ReviewKd.of(pairs, Key.of(3));
        objective.fusions().forEach(fusion -> fusion.modules().forEach(module -> module.to(DEVICE)));
        return ObjectiveCheck.of(objective, new Views<>(null, maps("s", students, examples)),
                new Views<>(null, maps("t", teachers, examples)),
                DEVICE.tensor(new int[examples], examples));
    }

    private static Map<String, Tensor> maps(String name, Shape[] shapes, int examples) {
        return Map.of(name + 0, DEVICE.normal(Key.of(4).split(name), shapes[0].prepend(examples).dims()),
                name + 1, DEVICE.normal(Key.of(5).split(name), shapes[1].prepend(examples).dims()),
                name + 2, DEVICE.normal(Key.of(6).split(name), shapes[2].prepend(examples).dims()));
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        var check = check(3);
        // Each level: two convolutions and two batch norms; attention with a bias on all but the deepest.
        assertEquals(3 * (2 + 4) + 2 * 2, check.objective().parameters().size());
        check.gradients();
    }

    @Test
    void shallowLevelsTeachTheDeepOnes() {
        // Level 1 sees the vectors of level 2 through the fusion alone.
        var all = check(3);
        var review = (ReviewKd) all.objective();
        Tensor own = new ObjectiveCheck(new ReviewKd(review.pairs().subList(2, 3), review.fusions().subList(2, 3)), all.progress(),
                all.student(), all.teacher(), all.targets(), all.ids()).featureGradient("s2");
        Tensor both = new ObjectiveCheck(new ReviewKd(review.pairs().subList(1, 3), review.fusions().subList(1, 3)), all.progress(),
                all.student(), all.teacher(), all.targets(), all.ids()).featureGradient("s2");
        assertTrue(both.sub(own).abs().max().item() > 1e-6);
    }

    @Test
    void everyLevelNeedsItsFusion() {
        var review = (ReviewKd) check(2).objective();
        var e = assertThrows(IllegalArgumentException.class, () -> new ReviewKd(review.pairs(), review.fusions().subList(0, 2)));
        assertEquals("reviewkd: there are 3 levels and 2 fusions; give one for each, such as ReviewKd.of makes", e.getMessage());
    }

    @Test
    void deadAndHugeFeaturesStayFinite() {
        var check = check(3);
        for (double scale : new double[] {0, 1e4}) {
            new ObjectiveCheck(check.objective(), check.progress(), check.student().map(x -> x.mul(scale)), check.teacher(),
                    check.targets(), check.ids()).finite();
        }
    }
}
