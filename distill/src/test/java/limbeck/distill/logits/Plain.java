package limbeck.distill.logits;

import java.util.Arrays;
import limbeck.distill.method.Golden;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** The golden logits and their probabilities as plain arrays, from which the tests derive the losses a second time. */
final class Plain {
    static final double[][] STUDENT = rows(Golden.STUDENT);
    static final double[][] TEACHER = rows(Golden.TEACHER);
    static final int[] LABELS = Golden.LABELS.toInts();

    private Plain() {
    }

    static double[][] rows(Tensor matrix) {
        int columns = matrix.shape().dim(1);
        double[] values = matrix.toDoubles();
        double[][] rows = new double[values.length / columns][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
        return rows;
    }

    static Tensor tensor(double[][] rows) {
        double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return Device.reference().tensor(values, Shape.of(rows.length, rows[0].length));
    }

    static double[] softmax(double[] logits, double tau) {
        double[] e = Arrays.stream(logits).map(z -> Math.exp(z / tau)).toArray();
        double sum = Arrays.stream(e).sum();
        return Arrays.stream(e).map(x -> x / sum).toArray();
    }

    static double kl(double[] p, double[] q) {
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            sum += p[c] * (Math.log(p[c]) - Math.log(q[c]));
        }
        return sum;
    }

    static double[] without(double[] row, int column) {
        double[] rest = new double[row.length - 1];
        for (int c = 0; c < rest.length; c++) {
            rest[c] = row[c < column ? c : c + 1];
        }
        return rest;
    }
}
