package limbeck.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Unary;
import limbeck.tensor.op.UnaryFn;
import limbeck.tensor.op.Where;

/** The rows of the elementwise ops. */
final class ElementwiseRows {
    private ElementwiseRows() {
    }

    static List<Row> rows() {
        var rows = new ArrayList<Row>();
        for (UnaryFn fn : UnaryFn.values()) {
            rows.add(unary(fn));
        }
        for (BinaryFn fn : BinaryFn.values()) {
            rows.add(binary(fn));
        }
        for (CompareFn fn : CompareFn.values()) {
            rows.add(compare(fn));
        }
        rows.add(where());
        rows.add(cast());
        rows.add(copy());
        return rows;
    }

    /** One operand in every size and placement. */
    static List<Input> everywhere() {
        var inputs = new ArrayList<Input>();
        OpTable.SIZES.forEach(size -> inputs.add(Input.of(size)));
        inputs.add(Input.of());
        inputs.add(Input.of(65, 1031));
        inputs.add(Input.of(2, 0, 3).as(Placement.TRANSPOSED));
        inputs.add(Input.of(7, 5).as(Placement.TRANSPOSED));
        inputs.add(Input.of(63, 65).as(Placement.TRANSPOSED));
        inputs.add(Input.of(4, 3, 17).as(Placement.ROTATED));
        inputs.add(Input.of(3, 4, 33).as(Placement.STEPPED));
        inputs.add(Input.of(127).as(Placement.STEPPED));
        inputs.add(Input.of(3, 5, 31).as(Placement.INNER));
        inputs.add(Input.of(3, 33).as(Placement.FLIPPED));
        inputs.add(Input.of(7, 16).as(Placement.EXPANDED));
        inputs.add(Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST));
        inputs.add(Input.of(2, 3, 2, 3, 5).as(Placement.TRANSPOSED));
        return inputs;
    }

    private static Row unary(UnaryFn fn) {
        return switch (fn) {
            case AFFINE -> unary(new Unary(fn, -1.75, 0.375), Domain.NORMAL, true);
            case LEAKY_RELU -> unary(new Unary(fn, 0.01, 0), Domain.DISTINCT, true);
            case POW -> unary(new Unary(fn, 2.5, 0), Domain.POSITIVE, false);
            case CLAMP -> unary(new Unary(fn, -0.5, 1), Domain.DISTINCT, true);
            case RELU, ABS, SIGN -> unary(new Unary(fn), Domain.DISTINCT, true);
            case LOG, SQRT, RSQRT -> unary(new Unary(fn), Domain.POSITIVE, false);
            case RECIPROCAL -> unary(new Unary(fn), Domain.AWAY_FROM_ZERO, false);
            case EXP, SQUARE, TANH, SIGMOID, ERF, SOFTPLUS -> unary(new Unary(fn), Domain.NORMAL, true);
        };
    }

    private static Row unary(Unary op, Domain domain, boolean wholeLine) {
        Tolerance tolerance = switch (op.fn()) {
            case RELU, ABS, SIGN, CLAMP -> Tolerance.EXACT;
            case AFFINE -> new Tolerance.Relative(2, 4);
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, SQUARE, TANH, SIGMOID, ERF, LEAKY_RELU, SOFTPLUS, POW -> Tolerance.FEW_UNITS;
        };
        var cases = new ArrayList<Case>();
        everywhere().forEach(input -> cases.add(Case.of(op, tolerance, input.from(domain))));
        cases.add(Case.of(op, tolerance, Input.of(127).from(Domain.SPECIAL)).rough());
        if (wholeLine) {
            cases.add(Case.of(op, tolerance, Input.of(1000).from(Domain.WIDE)).rough());
        }
        cases.add(Case.of(op, tolerance, Input.of(4098).of(DType.BF16).from(domain)).rough());
        cases.add(Case.of(op, tolerance, Input.of(3, 31).of(DType.F16).from(domain).as(Placement.TRANSPOSED)).rough());
        switch (op.fn()) {
            case SQUARE, RELU, ABS, SIGN, CLAMP -> integers(cases, op, 1);
            case AFFINE -> {
                integers(cases, op, 1);
                integers(cases, new Unary(UnaryFn.AFFINE, 3, -7), 1);
                cases.add(large(new Unary(UnaryFn.AFFINE, 1, 1), 1));
            }
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, LEAKY_RELU, SOFTPLUS, POW -> {
            }
        }
        if (op.fn() == UnaryFn.POW) {
            for (double exponent : new double[] {-2, -1, -0.5, 0, 0.5, 1, 2, 3}) {
                cases.add(Case.of(new Unary(op.fn(), exponent, 0), tolerance, Input.of(33).from(Domain.AWAY_FROM_ZERO)).rough());
                cases.add(Case.of(new Unary(op.fn(), exponent, 0), tolerance, Input.of(31).from(Domain.POSITIVE)));
            }
        }
        return new Row(op.fn() == UnaryFn.POW ? "pow by a number" : op.name(), true, cases);
    }

    /** Two operands that broadcast, in many ways. */
    private static List<List<Input>> pairs() {
        var pairs = new ArrayList<List<Input>>();
        everywhere().forEach(input -> pairs.add(List.of(input, input)));
        pairs.add(List.of(Input.of(3, 1), Input.of(1, 17)));
        pairs.add(List.of(Input.of(2, 3, 33), Input.of(33)));
        pairs.add(List.of(Input.of(33), Input.of(2, 3, 33)));
        pairs.add(List.of(Input.of(2, 3, 15), Input.of()));
        pairs.add(List.of(Input.of(), Input.of(1000)));
        pairs.add(List.of(Input.of(1), Input.of(0)));
        pairs.add(List.of(Input.of(0, 3), Input.of(1, 3)));
        pairs.add(List.of(Input.of(65, 127), Input.of(65, 1)));
        pairs.add(List.of(Input.of(1000, 17), Input.of(17)));
        pairs.add(List.of(Input.of(4, 1, 3, 1), Input.of(5, 1, 7)));
        pairs.add(List.of(Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST), Input.of(5, 1, 1)));
        pairs.add(List.of(Input.of(1, 5, 1, 1), Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)));
        pairs.add(List.of(Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST), Input.of(2, 5, 3, 7)));
        pairs.add(List.of(Input.of(2, 17, 4, 4).as(Placement.CHANNELS_LAST), Input.of(2, 17, 1, 1).as(Placement.CHANNELS_LAST)));
        pairs.add(List.of(Input.of(17, 33), Input.of(17, 33).as(Placement.TRANSPOSED)));
        pairs.add(List.of(Input.of(17, 33).as(Placement.STEPPED), Input.of(17, 33).as(Placement.FLIPPED)));
        pairs.add(List.of(Input.of(17, 33).as(Placement.EXPANDED), Input.of(17, 1).as(Placement.INNER)));
        pairs.add(List.of(Input.of(130, 1031), Input.of(1, 1031)));
        return pairs;
    }

    private static Row binary(BinaryFn fn) {
        var op = new Binary(fn);
        return switch (fn) {
            case ADD, SUB, MUL -> arithmetic(op, Tolerance.FEW_UNITS, Domain.NORMAL, Domain.NORMAL);
            case MAXIMUM, MINIMUM, GATE -> arithmetic(op, Tolerance.EXACT, Domain.DISTINCT, Domain.DISTINCT_TOO);
            case DIV -> new Row("div", true, floats(op, Tolerance.FEW_UNITS, Domain.NORMAL, Domain.AWAY_FROM_ZERO, Domain.SPECIAL_IN_RUNS));
            // Java's pow(1, NaN) is NaN where C's is 1, so NaN and infinity are left to the base.
            case POW -> new Row("pow", true,
                    floats(op, new Tolerance.Relative(16, 0), Domain.POSITIVE, Domain.NORMAL, Domain.SMALL_INTEGERS));
        };
    }

    private static Row arithmetic(Binary op, Tolerance tolerance, Domain left, Domain right) {
        List<Case> cases = floats(op, tolerance, left, right, Domain.SPECIAL_IN_RUNS);
        integers(cases, op, 2);
        if (op.fn() != BinaryFn.MUL) {
            cases.add(large(op, 2));
        }
        return new Row(op.name(), true, cases);
    }

    private static List<Case> floats(Op op, Tolerance tolerance, Domain left, Domain right, Domain special) {
        var cases = new ArrayList<Case>();
        pairs().forEach(pair -> cases.add(Case.of(op, tolerance, pair.getFirst().from(left), pair.getLast().from(right))));
        cases.add(Case.of(op, tolerance, Input.of(400).from(Domain.SPECIAL), Input.of(400).from(special)).rough());
        for (DType type : List.of(DType.BF16, DType.F16)) {
            cases.add(Case.of(op, tolerance, Input.of(3, 127).of(type).from(left), Input.of(127).of(type).from(right)).rough());
        }
        return cases;
    }

    private static Row compare(CompareFn fn) {
        var op = new Compare(fn);
        var cases = new ArrayList<Case>();
        pairs().forEach(pair -> cases.add(Case.of(op, Tolerance.EXACT, pair.getFirst().from(Domain.SMALL_INTEGERS),
                pair.getLast().from(Domain.SMALL_INTEGERS))));
        cases.add(Case.of(op, Tolerance.EXACT, Input.of(400).from(Domain.SPECIAL), Input.of(400).from(Domain.SPECIAL_IN_RUNS)));
        cases.add(Case.of(op, Tolerance.EXACT, Input.of(33).of(DType.BF16), Input.of(33).of(DType.BF16)));
        integers(cases, op, 2);
        cases.add(large(op, 2));
        return new Row(op.name(), false, cases);
    }

    private static Row where() {
        var op = new Where();
        var cases = new ArrayList<Case>();
        for (List<Input> pair : pairs()) {
            Input flags = pair.getFirst().of(DType.BOOL).from(Domain.FLAGS);
            cases.add(Case.of(op, Tolerance.EXACT, flags, pair.getFirst(), pair.getLast()));
            cases.add(Case.of(op, Tolerance.EXACT, flags, Input.of(), pair.getLast()));
        }
        Input flags = Input.of(3, 31).of(DType.BOOL).from(Domain.FLAGS);
        cases.add(Case.of(op, Tolerance.EXACT, flags, Input.of(3, 31).from(Domain.SPECIAL), Input.of(31)).rough());
        for (DType type : List.of(DType.BF16, DType.F16, DType.I8, DType.I32)) {
            cases.add(Case.of(op, Tolerance.EXACT, flags, Input.of(31).of(type).from(Domain.SMALL_INTEGERS),
                    Input.of(3, 1).of(type).from(Domain.SMALL_INTEGERS)).rough());
        }
        return new Row("where", true, cases);
    }

    private static Row cast() {
        var cases = new ArrayList<Case>();
        for (DType to : DType.values()) {
            for (DType from : DType.values()) {
                cases.add(Case.of(new Cast(to), Tolerance.EXACT, Input.of(127).of(from).from(Domain.SMALL_INTEGERS)));
                cases.add(Case.of(new Cast(to), Tolerance.EXACT,
                        Input.of(3, 33).of(from).from(from == DType.BOOL ? Domain.FLAGS : Domain.WIDE).as(Placement.STEPPED)).rough());
            }
            cases.add(Case.of(new Cast(to), Tolerance.EXACT, Input.of(65).from(Domain.SPECIAL)).rough());
            cases.add(Case.of(new Cast(to), Tolerance.EXACT, Input.of(65).of(DType.I32).from(Domain.LARGE_INTEGERS)).rough());
        }
        // F64 is what the reference computes in; of the others the rounding is a staircase to finite differences.
        return new Row("cast", true, cases.stream().map(c -> isSmooth(c) ? c : c.rough()).toList());
    }

    private static boolean isSmooth(Case c) {
        return c.function().equals(new OpTable.Applied(new Cast(DType.F64))) && c.inputs().getFirst().type() == DType.F32 && c.smooth();
    }

    private static Row copy() {
        var cases = new ArrayList<Case>();
        for (Op.Order order : Op.Order.values()) {
            KernelOp op = new Copy(order);
            everywhere().forEach(input -> cases.add(Case.of(op, Tolerance.EXACT, input)));
            for (Placement placement : Placement.values()) {
                cases.add(Case.of(op, Tolerance.EXACT, Input.of(2, 5, 3, 7).as(placement)));
                cases.add(Case.of(op, Tolerance.EXACT, Input.of(3, 33, 15, 17).as(placement)).rough());
            }
            for (DType type : DType.values()) {
                cases.add(Case.of(op, Tolerance.EXACT,
                        Input.of(2, 5, 3, 7).of(type).from(Domain.SMALL_INTEGERS).as(Placement.TRANSPOSED)).rough());
            }
        }
        return new Row("copy", true, cases);
    }

    private static void integers(List<Case> cases, Op op, int operands) {
        for (DType type : List.of(DType.I8, DType.I32)) {
            Input input = Input.of(5, 33).of(type).from(Domain.SMALL_INTEGERS);
            for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
                cases.add(new Case(new OpTable.Applied(op), Collections.nCopies(operands, input.as(placement)),
                        Tolerance.EXACT, false));
            }
        }
    }

    private static Case large(Op op, int operands) {
        Input input = Input.of(127).of(DType.I32).from(Domain.LARGE_INTEGERS);
        return new Case(new OpTable.Applied(op), Collections.nCopies(operands, input), Tolerance.EXACT, false);
    }
}
