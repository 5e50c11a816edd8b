package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;

/** The rows of the folds. */
final class ReductionRows {
    private ReductionRows() {
    }

    static List<Row> rows() {
        var rows = new ArrayList<Row>();
        for (ReduceFn fn : ReduceFn.values()) {
            rows.add(reduce(fn));
        }
        rows.add(argReduce(true));
        rows.add(argReduce(false));
        return rows;
    }

    private static Row reduce(ReduceFn fn) {
        Domain domain = fn == ReduceFn.SUM ? Domain.NORMAL : Domain.DISTINCT;
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(fold(fn, Input.of(size).from(domain), false, 0));
            cases.add(fold(fn, Input.of(size, 3).from(domain), false, 0));
            cases.add(fold(fn, Input.of(3, size).from(domain), true, 1));
        }
        for (int axes = 0; axes < 8; axes++) {
            int mask = axes;
            int[] chosen = IntStream.range(0, 3).filter(i -> (mask >> i & 1) != 0).toArray();
            for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED, Placement.ROTATED, Placement.STEPPED,
                    Placement.INNER, Placement.FLIPPED)) {
                cases.add(fold(fn, Input.of(5, 9, 17).from(domain).as(placement), axes % 2 == 0, chosen));
            }
            // An expanded operand holds ties, where the gradient is shared and finite differences are not.
            cases.add(fold(fn, Input.of(5, 9, 17).from(domain).as(Placement.EXPANDED), axes % 2 == 0, chosen).rough());
        }
        for (int[] axes : new int[][] {{0, 2, 3}, {1}, {2, 3}, {3, 0}, {0, 1, 2, 3}}) {
            cases.add(fold(fn, Input.of(3, 17, 5, 7).from(domain).as(Placement.CHANNELS_LAST), true, axes));
            cases.add(fold(fn, Input.of(3, 17, 5, 7).from(domain), false, axes));
        }
        cases.add(fold(fn, Input.of(), false));
        cases.add(fold(fn, Input.of(0, 3), false, 1));
        cases.add(fold(fn, Input.of(2, 0, 3), true, 1));
        cases.add(fold(fn, Input.of(2, 0, 3), false, 0, 2));
        cases.add(fold(fn, Input.of(65, 1000).from(domain), false, 0));
        cases.add(fold(fn, Input.of(65, 1000).from(domain), false, 1));
        cases.add(fold(fn, Input.of(1000, 65).from(domain).as(Placement.TRANSPOSED), false, 0));
        cases.add(fold(fn, Input.of(131, 1031).from(domain), false, 0, 1));
        cases.add(fold(fn, Input.of(2, 3, 4, 3, 2).from(domain).as(Placement.TRANSPOSED), false, 1, 3));
        cases.add(fold(fn, Input.of(5, 21).from(Domain.SOME_NAN), false, 0).rough());
        cases.add(fold(fn, Input.of(5, 21).from(Domain.SOME_NAN), false, 1).rough());
        cases.add(fold(fn, Input.of(5, 21).from(Domain.SMALL_INTEGERS), false, 1).rough());
        for (DType type : List.of(DType.BF16, DType.F16)) {
            cases.add(fold(fn, Input.of(17, 127).of(type), false, 1).rough());
            cases.add(fold(fn, Input.of(17, 127).of(type), false, 0).rough());
        }
        for (DType type : List.of(DType.I32, DType.I8)) {
            cases.add(fold(fn, Input.of(5, 17).of(type).from(Domain.SMALL_INTEGERS), false, 0).rough());
            cases.add(fold(fn, Input.of(5, 17).of(type).from(Domain.SMALL_INTEGERS).as(Placement.FLIPPED), false, 1).rough());
        }
        cases.add(fold(fn, Input.of(2, 65).of(DType.I32).from(Domain.LARGE_INTEGERS), false, 0).rough());
        return new Row(fn.name().toLowerCase(Locale.ROOT), true, cases);
    }

    private static Case fold(ReduceFn fn, Input input, boolean keep, int... axes) {
        var op = new Reduce(fn, IntStream.of(axes).boxed().toList(), keep);
        long terms = IntStream.of(axes).mapToLong(input.shape()::dim).reduce(1, (x, y) -> x * y);
        return Case.of(op, fn == ReduceFn.SUM ? new Tolerance.Sum(terms) : Tolerance.EXACT, input);
    }

    private static Row argReduce(boolean largest) {
        var cases = new ArrayList<Case>();
        for (Domain domain : List.of(Domain.DISTINCT, Domain.SMALL_INTEGERS, Domain.SOME_NAN)) {
            for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
                cases.add(arg(largest, Input.of(size).from(domain), 0, false));
                cases.add(arg(largest, Input.of(size, 3).from(domain), 0, true));
                cases.add(arg(largest, Input.of(3, size).from(domain), 1, false));
            }
            for (Placement placement : Placement.values()) {
                for (int axis = 0; axis < 4; axis++) {
                    cases.add(arg(largest, Input.of(3, 17, 5, 7).from(domain).as(placement), axis, axis % 2 == 0));
                }
            }
        }
        cases.add(arg(largest, Input.of(0, 3), 1, false));
        cases.add(arg(largest, Input.of(5, 33).of(DType.BF16), 1, false));
        cases.add(arg(largest, Input.of(5, 33).of(DType.I32).from(Domain.SMALL_INTEGERS), 0, false));
        cases.add(arg(largest, Input.of(5, 33).of(DType.I32).from(Domain.LARGE_INTEGERS), 1, false));
        cases.add(arg(largest, Input.of(5, 33).of(DType.I8).from(Domain.SMALL_INTEGERS), 1, false));
        return new Row(largest ? "argmax" : "argmin", false, cases);
    }

    private static Case arg(boolean largest, Input input, int axis, boolean keep) {
        return Case.of(new ArgReduce(largest, axis, keep), Tolerance.EXACT, input);
    }
}
