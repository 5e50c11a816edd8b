package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Input.Placement;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.op.Concat;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.Movement;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.ScatterAdd;

/** The rows of views, rearrangements and indexing. */
final class MovementRows {
    private static final List<Placement> PLACEMENTS = List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED, Placement.ROTATED,
            Placement.STEPPED, Placement.INNER, Placement.FLIPPED, Placement.EXPANDED);

    private MovementRows() {
    }

    static List<Row> rows() {
        return List.of(reshape(), permute(), expand(), slice(), flip(), concat(), pad(), gather(), scatterAdd(), oneHot());
    }

    private static Row reshape() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            for (Shape to : List.of(Shape.of(24), Shape.of(6, 4), Shape.of(2, 12), Shape.of(4, 3, 2), Shape.of(2, 3, 1, 2, 2),
                    Shape.of(1, 24))) {
                cases.add(Case.of(new Movement.Reshape(to), Tolerance.EXACT, Input.of(2, 3, 4).as(placement)));
            }
        }
        cases.add(Case.of(new Movement.Reshape(Shape.SCALAR), Tolerance.EXACT, Input.of(1, 1)));
        cases.add(Case.of(new Movement.Reshape(Shape.of(1, 1)), Tolerance.EXACT, Input.of()));
        cases.add(Case.of(new Movement.Reshape(Shape.of(3, 0)), Tolerance.EXACT, Input.of(0, 5)));
        cases.add(Case.of(new Movement.Reshape(Shape.of(2, 105)), Tolerance.EXACT, Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)));
        cases.add(Case.of(new Movement.Reshape(Shape.of(99)), Tolerance.EXACT,
                Input.of(33, 3).of(DType.I32).from(Domain.LARGE_INTEGERS).as(Placement.TRANSPOSED)).rough());
        return new Row("reshape", true, cases);
    }

    private static Row permute() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            for (List<Integer> axes : List.of(List.of(0, 1, 2), List.of(2, 1, 0), List.of(1, 2, 0), List.of(1, 0, 2))) {
                cases.add(Case.of(new Movement.Permute(axes), Tolerance.EXACT, Input.of(2, 3, 5).as(placement)));
            }
        }
        cases.add(Case.of(new Movement.Permute(List.of()), Tolerance.EXACT, Input.of()));
        cases.add(Case.of(new Movement.Permute(List.of(1, 0)), Tolerance.EXACT, Input.of(0, 5)));
        return new Row("permute", true, cases);
    }

    private static Row expand() {
        var cases = new ArrayList<Case>();
        cases.add(Case.of(new Movement.Expand(Shape.of(3, 17)), Tolerance.EXACT, Input.of()));
        cases.add(Case.of(new Movement.Expand(Shape.of(3, 17)), Tolerance.EXACT, Input.of(17)));
        cases.add(Case.of(new Movement.Expand(Shape.of(3, 17)), Tolerance.EXACT, Input.of(3, 1)));
        cases.add(Case.of(new Movement.Expand(Shape.of(0, 17)), Tolerance.EXACT, Input.of(1, 17)));
        cases.add(Case.of(new Movement.Expand(Shape.of(4, 3, 2, 5)), Tolerance.EXACT, Input.of(3, 1, 5).as(Placement.TRANSPOSED)));
        cases.add(Case.of(new Movement.Expand(Shape.of(4, 3, 2, 5)), Tolerance.EXACT, Input.of(3, 1, 5).as(Placement.FLIPPED)));
        return new Row("expand", true, cases);
    }

    private static Row slice() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            cases.add(slice(Input.of(5, 7).as(placement), List.of(1, 0), List.of(4, 7), List.of(1, 3)));
            cases.add(slice(Input.of(5, 7).as(placement), List.of(0, 6), List.of(5, 7), List.of(2, 2)));
            cases.add(slice(Input.of(5, 7).as(placement), List.of(5, 0), List.of(5, 7), List.of(1, 1)));
        }
        cases.add(slice(Input.of(0, 7), List.of(0, 1), List.of(0, 3), List.of(1, 1)));
        return new Row("slice", true, cases);
    }

    private static Case slice(Input input, List<Integer> starts, List<Integer> stops, List<Integer> steps) {
        return Case.of(new Movement.Slice(starts, stops, steps), Tolerance.EXACT, input);
    }

    private static Row flip() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            for (List<Integer> axes : List.of(List.<Integer>of(), List.of(0), List.of(2), List.of(0, 1, 2))) {
                cases.add(Case.of(new Movement.Flip(axes), Tolerance.EXACT, Input.of(2, 3, 5).as(placement)));
            }
        }
        cases.add(Case.of(new Movement.Flip(List.of(0, 1)), Tolerance.EXACT, Input.of(0, 5)));
        return new Row("flip", true, cases);
    }

    private static Row concat() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            cases.add(Case.of(new Concat(0), Tolerance.EXACT, Input.of(3, 17).as(placement), Input.of(5, 17)));
            cases.add(Case.of(new Concat(1), Tolerance.EXACT, Input.of(5, 7).as(placement), Input.of(5, 1), Input.of(5, 16).as(placement)));
        }
        cases.add(Case.of(new Concat(1), Tolerance.EXACT, Input.of(2, 3, 5, 7).as(Placement.CHANNELS_LAST),
                Input.of(2, 17, 5, 7).as(Placement.CHANNELS_LAST)));
        cases.add(Case.of(new Concat(0), Tolerance.EXACT, Input.of(33)));
        cases.add(Case.of(new Concat(0), Tolerance.EXACT, Input.of(0), Input.of(33), Input.of(0)));
        cases.add(Case.of(new Concat(0), Tolerance.EXACT, Input.of(3, 0), Input.of(2, 0)));
        cases.add(Case.of(new Concat(2), Tolerance.EXACT, Input.of(3, 2, 1000), Input.of(3, 2, 4098)));
        for (DType type : DType.values()) {
            Input part = Input.of(3, 17).of(type).from(Domain.FLAGS);
            cases.add(Case.of(new Concat(1), Tolerance.EXACT, part, part.as(Placement.TRANSPOSED)).rough());
        }
        return new Row("concat", true, cases);
    }

    private static Row pad() {
        var cases = new ArrayList<Case>();
        for (Placement placement : PLACEMENTS) {
            cases.add(Case.of(new Pad(List.of(1, 0), List.of(2, 3), 0), Tolerance.EXACT, Input.of(5, 17).as(placement)));
            cases.add(Case.of(new Pad(List.of(0, 2, 1), List.of(0, 0, 1), -1.5), Tolerance.EXACT, Input.of(2, 3, 5).as(placement)));
        }
        cases.add(Case.of(new Pad(List.of(0, 0, 2, 3), List.of(0, 0, 2, 3), 0), Tolerance.EXACT,
                Input.of(2, 5, 3, 7).as(Placement.CHANNELS_LAST)));
        cases.add(Case.of(new Pad(List.of(2), List.of(1), 7), Tolerance.EXACT, Input.of(0)));
        cases.add(Case.of(new Pad(List.of(), List.of(), 7), Tolerance.EXACT, Input.of()));
        cases.add(Case.of(new Pad(List.of(3), List.of(0), Double.NEGATIVE_INFINITY), Tolerance.EXACT, Input.of(1000)));
        for (DType type : DType.values()) {
            cases.add(Case.of(new Pad(List.of(1, 1), List.of(0, 2), 1), Tolerance.EXACT,
                    Input.of(3, 17).of(type).from(Domain.FLAGS)).rough());
        }
        return new Row("pad", true, cases);
    }

    private static Input index(int extent, int... dims) {
        return Input.of(dims).of(DType.I32).from(Domain.index(extent));
    }

    private static Row gather() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES.subList(1, OpTable.SIZES.size())) {
            cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(size, 5), index(size, 17, 1)));
            cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(7, size), index(7, 33, 1)));
            cases.add(Case.of(new Gather(1), Tolerance.EXACT, Input.of(3, size), index(size, 3, 7)));
        }
        for (Placement placement : PLACEMENTS) {
            cases.add(Case.of(new Gather(1), Tolerance.EXACT, Input.of(3, 5, 7).as(placement), index(5, 3, 4, 7).as(placement)));
            cases.add(Case.of(new Gather(2), Tolerance.EXACT, Input.of(3, 5, 7).as(placement), index(7, 1, 5, 9)));
            cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(3, 5, 7), index(3, 2, 1, 1).as(placement)));
        }
        cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(4, 3), index(4, 0, 1)));
        cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(0, 3), index(1, 0, 1)));
        cases.add(Case.of(new Gather(0), Tolerance.EXACT, Input.of(4, 0), index(4, 2, 1)));
        for (DType type : DType.values()) {
            cases.add(Case.of(new Gather(1), Tolerance.EXACT, Input.of(3, 17).of(type).from(Domain.FLAGS), index(17, 3, 31)).rough());
        }
        return new Row("gather", true, cases);
    }

    private static Row scatterAdd() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(scatter(0, 5, Input.of(size, 3), index(5, size, 1), size));
            cases.add(scatter(0, 5, Input.of(size, 33), index(5, size, 33), size));
            cases.add(scatter(1, 127, Input.of(3, size), index(127, 3, size), size));
        }
        for (Placement placement : PLACEMENTS) {
            cases.add(scatter(1, 4, Input.of(3, 9, 7).as(placement), index(4, 3, 9, 7).as(placement), 9));
            cases.add(scatter(2, 4, Input.of(3, 5, 7).as(placement), index(4, 1, 5, 7), 7));
            cases.add(scatter(0, 1, Input.of(3, 5, 7), index(1, 3, 1, 1).as(placement), 3));
        }
        cases.add(scatter(0, 5, Input.of(4, 0), index(5, 4, 1), 1));
        cases.add(scatter(0, 5, Input.of(127, 3).of(DType.BF16), index(5, 127, 1), 127).rough());
        cases.add(scatter(0, 5, Input.of(15, 3).of(DType.I32).from(Domain.SMALL_INTEGERS), index(5, 15, 1), 15).rough());
        return new Row("scatterAdd", true, cases);
    }

    private static Case scatter(int axis, int extent, Input source, Input index, long terms) {
        return Case.of(new ScatterAdd(axis, extent), new Tolerance.Sum(terms), source, index);
    }

    private static Row oneHot() {
        var cases = new ArrayList<Case>();
        for (int size : OpTable.SIZES) {
            cases.add(Case.of(new OneHot(10, DType.F32), Tolerance.EXACT, index(10, size)));
        }
        for (DType type : DType.values()) {
            cases.add(Case.of(new OneHot(3, type), Tolerance.EXACT, index(3, 7)));
        }
        cases.add(Case.of(new OneHot(1000, DType.F32), Tolerance.EXACT, index(1000)));
        cases.add(Case.of(new OneHot(1, DType.F32), Tolerance.EXACT, index(1, 2, 3)));
        for (Placement placement : PLACEMENTS) {
            cases.add(Case.of(new OneHot(17, DType.F32), Tolerance.EXACT, index(17, 3, 5).as(placement)));
        }
        return new Row("oneHot", false, cases);
    }
}
