package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class FlowMatrixTest {
    private static FlowMatrix objective(List<Tensor> student, List<Tensor> teacher) {
        return new FlowMatrix(List.of(Maps.pairing("s1", student.getFirst(), "t1", teacher.getFirst()),
                Maps.pairing("s2", student.getLast(), "t2", teacher.getLast())));
    }

    private static ObjectiveCheck check(List<Tensor> student, List<Tensor> teacher) {
        return Maps.two(objective(student, teacher), student, teacher);
    }

    /** G[n][i][j] = 1 / (H W) sum_p first[n][i][p] second[n][j][p], in loops over maps of one size. */
    private static double[] flow(Tensor first, Tensor second) {
        int positions = first.shape().dim(2) * first.shape().dim(3);
        int left = first.shape().dim(1);
        int right = second.shape().dim(1);
        double[] a = first.toDoubles();
        double[] b = second.toDoubles();
        double[] flow = new double[first.shape().dim(0) * left * right];
        for (int k = 0; k < flow.length; k++) {
            int n = k / (left * right);
            for (int p = 0; p < positions; p++) {
                flow[k] += a[(n * left + k / right % left) * positions + p] * b[(n * right + k % right) * positions + p] / positions;
            }
        }
        return flow;
    }

    private static double mse(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]) / a.length;
        }
        return sum;
    }

    @Test
    void goldenValue() {
        Tensor s = Golden.STUDENT_MAPS;
        Tensor t = Golden.TEACHER_MAPS;
        assertEquals(0.106082, mse(flow(s, s.square()), flow(t, t.square())), 1e-6);
        var check = check(List.of(s, s.square()), List.of(t, t.square()));
        assertEquals(0.106082, check.value(), 1e-6);
        check.gradients();
    }

    @Test
    void stagesArePooledToACommonSize() {
        var student = List.of(Maps.random("s1", 2, 2, 5, 4), Maps.random("s2", 2, 3, 3, 2));
        var teacher = List.of(Maps.random("t1", 2, 2, 7, 7), Maps.random("t2", 2, 3, 4, 4));
        var check = check(student, teacher);
        assertEquals(mse(flow(student.getFirst().adaptiveAvgPool2d(3, 2), student.getLast()),
                flow(teacher.getFirst().adaptiveAvgPool2d(4, 4), teacher.getLast())), check.value(), 1e-12);
        check.gradients();
    }

    @Test
    void nothingToLearnFromAnEqual() {
        var maps = List.of(Maps.random("s1", 1, 2, 5, 4), Maps.random("s2", 1, 3, 3, 2));
        assertEquals(0, check(maps, maps).value());
        assertEquals(0, check(maps, maps).featureGradient("s1").abs().max().item());
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        var maps = List.of(Maps.random("s1", 2, 2, 5, 4), Maps.random("s2", 2, 3, 3, 2));
        var zeros = maps.stream().map(map -> map.mul(0)).toList();
        check(zeros, maps).finite();
        check(maps.stream().map(map -> map.mul(1e4)).toList(), zeros).finite();
    }

    @Test
    void otherWidthsAndSingleStagesAreRefusedInWords() {
        var student = List.of(Maps.random("s1", 2, 2, 5, 4), Maps.random("s2", 2, 3, 3, 2));
        var teacher = List.of(Maps.random("t1", 2, 2, 5, 4), Maps.random("t2", 2, 4, 3, 2));
        assertEquals("fsp: the student's s2 shows (3, 3, 2), the teacher's t2 (4, 3, 2); both need to show maps of the same number of channels, "
                + "so choose a student of the teacher's widths, or at",
                assertThrows(IllegalArgumentException.class, () -> objective(student, teacher)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new FlowMatrix(objective(student, student).places().subList(0, 1)));
    }
}
