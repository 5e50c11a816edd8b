package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.Random;

/** The rows of the ops that make a tensor from nothing. */
final class CreationRows {
    private CreationRows() {
    }

    static List<Row> rows() {
        return List.of(fill(), arange(), random(Random.Distribution.UNIFORM, -2, 5), random(Random.Distribution.NORMAL, 0.5, 3),
                random(Random.Distribution.BERNOULLI, 0.3, 0));
    }

    private static Row fill() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new Fill(Shape.of(size), DType.F32, 1.5), Tolerance.EXACT).rough());
        }
        for (DType type : DType.values()) {
            cases.add(Case.of(new Fill(Shape.of(3, 17), type, -2.75), Tolerance.EXACT).rough());
            cases.add(Case.of(new Fill(Shape.SCALAR, type, 300.1), Tolerance.EXACT).rough());
            cases.add(Case.of(new Fill(Shape.of(5), type, Double.NaN), Tolerance.EXACT).rough());
        }
        return new Row("fill", false, cases);
    }

    private static Row arange() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new Arange(size, DType.I32, 0, 1), Tolerance.EXACT).rough());
            cases.add(Case.of(new Arange(size, DType.F32, 3, -0.1), new Tolerance.Relative(4, 3 + 0.1 * size)).rough());
        }
        for (DType type : DType.values()) {
            cases.add(Case.of(new Arange(33, type, -8, 0.5), Tolerance.EXACT).rough());
        }
        return new Row("arange", false, cases);
    }

    private static Row random(Random.Distribution distribution, double a, double b) {
        Tolerance tolerance = distribution == Random.Distribution.BERNOULLI ? Tolerance.EXACT
                : new Tolerance.Relative(4, Math.abs(a) + Math.abs(b));
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new Random(distribution, Shape.of(size), DType.F32, Key.of(size), a, b), tolerance).rough());
        }
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16)) {
            cases.add(Case.of(new Random(distribution, Shape.of(3, 2, 31), type, Key.of(-1), a, b), tolerance).rough());
        }
        cases.add(Case.of(new Random(distribution, Shape.of(260, 1031), DType.F32, Key.of(5), a, b), tolerance).rough());
        return new Row(distribution.name().toLowerCase(Locale.ROOT), false, cases);
    }
}
