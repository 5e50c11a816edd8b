package limbeck.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.Concat;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Custom;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.MaxPool2d;
import limbeck.tensor.op.MaxPool2dPick;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.Movement;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.Random;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Unary;
import limbeck.tensor.op.Where;

/**
 * The table of gradients: for each op, what flows to each operand when {@code g} flows to the result (the
 * vector-Jacobian product). Written once over {@link TensorOps}: over tensors the rules compute, over variables they are
 * recorded and can be differentiated again.
 *
 * <p>Each rule is a supplier, called only if its operand needs a gradient; {@code null} means that none flows. Rules do
 * not undo broadcasting: whoever calls sums each gradient to its operand's shape. A rule looks at elements of operands
 * and result only as far as {@link Op#saves} says; all else has shapes alone. An {@link AddingRule} can take what has come to
 * its operand before.
 */
final class Vjp {
    private Vjp() {
    }

    static <T extends TensorOps<T>> List<Supplier<T>> of(Op op, List<T> in, T out, T g) {
        T x = in.getFirst();
        return switch (op) {
            case Unary unary -> one(unary(unary, x, out, g));
            case Binary(var fn) -> binary(fn, x, in.getLast(), g);
            case Where _ -> Arrays.asList(null, () -> x.where(g, zero(g)), () -> x.where(zero(g), g));
            case Reduce(var fn, var axes, _) -> one(reduce(fn, axes, x, out, g));
            case MatMul product -> matmul(product, x, in.getLast(), g);

            case Conv2d(var spec) -> rules(new AddingRule.OfImage<>(spec, x.shape(), in.getLast(), g),
                    () -> x.apply(new Conv2dWeight(spec, in.getLast().shape()), List.of(g)));
            case Conv2dInput(var spec, _) -> rules(() -> g.conv2d(in.getLast(), spec),
                    () -> g.apply(new Conv2dWeight(spec, in.getLast().shape()), List.of(x)));
            case Conv2dWeight(var spec, _) -> rules(() -> in.getLast().apply(new Conv2dInput(spec, x.shape()), List.of(g)),
                    () -> x.conv2d(g, spec));

            case MaxPool2d(var h, var w) -> one(() -> x.apply(new MaxPool2dScatter(h, w), List.of(g)));
            case MaxPool2dPick(var h, var w) -> rules(null, () -> x.apply(new MaxPool2dScatter(h, w), List.of(g)));
            case MaxPool2dScatter(var h, var w) -> rules(null, () -> x.apply(new MaxPool2dPick(h, w), List.of(g)));
            case AvgPool2d(var h, var w) -> one(() -> g.apply(new AvgPool2dInput(h, w, x.shape()), List.of()));
            case AvgPool2dInput(var h, var w, _) -> one(() -> g.apply(new AvgPool2d(h, w), List.of()));

            case Gather(int axis) -> rules(() -> g.apply(new ScatterAdd(axis, x.shape().dim(axis)), List.of(in.getLast())), null);
            case ScatterAdd(int axis, _) -> rules(() -> g.gather(axis, in.getLast()), null);
            case Concat(int axis) -> concat(axis, in, g);
            case Pad pad -> one(() -> unpad(pad, x, g));
            case Copy _ -> one(() -> g);
            case Cast _ -> one(x.dtype().isFloating() ? () -> g.cast(x.dtype()) : null);

            case FusedOp fused -> FusedVjp.of(fused, in, out, g);
            case Movement movement -> one(() -> move(movement, x, g));
            case Custom custom -> custom(custom, in, out, g);

            // Answers that do not change with small changes of the operand, and ops without operands.
            case Compare _, ArgReduce _, OneHot _, Fill _, Arange _, Random _ -> List.of();
        };
    }

    private static <T extends TensorOps<T>> Supplier<T> unary(Unary op, T x, T out, T g) {
        double a = op.a();
        double b = op.b();
        return switch (op.fn()) {
            case AFFINE -> () -> a == 1 ? g : g.mul(a);
            case EXP -> () -> g.mul(out);
            case LOG -> () -> g.div(x);
            case SQRT -> () -> g.div(out.mul(2));
            case RSQRT -> () -> g.mul(out.square().mul(out).mul(-0.5));
            case RECIPROCAL -> () -> g.mul(out.square().neg());
            case SQUARE -> () -> g.mul(x.mul(2));
            case TANH -> () -> g.mul(out.square().rsub(1));
            case SIGMOID -> () -> g.mul(out.mul(out.rsub(1)));
            case ERF -> () -> g.mul(x.square().neg().exp().mul(2 / Math.sqrt(Math.PI)));
            case RELU -> () -> out.gate(g);
            case LEAKY_RELU -> () -> x.lt(0).where(g.mul(a), g);
            case SOFTPLUS -> () -> g.mul(x.sigmoid());
            case ABS -> () -> g.mul(x.sign());
            case SIGN -> null;
            case POW -> a == 0 ? null : () -> g.mul(x.pow(a - 1).mul(a));
            case CLAMP -> () -> x.ge(a).where(x.le(b).where(g, zero(g)), zero(g));
        };
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> binary(BinaryFn fn, T x, T y, T g) {
        return switch (fn) {
            case ADD -> rules(() -> g, () -> g);
            case SUB -> rules(() -> g, g::neg);
            case MUL -> rules(() -> g.mul(y), () -> g.mul(x));
            case DIV -> rules(() -> g.div(y), () -> g.mul(x).div(y.square()).neg());
            // Where both are equal each gets half, as a mean of the one-sided derivatives.
            case MAXIMUM -> rules(() -> g.mul(share(x.gt(y), x.eq(y), g)), () -> g.mul(share(y.gt(x), x.eq(y), g)));
            case MINIMUM -> rules(() -> g.mul(share(x.lt(y), x.eq(y), g)), () -> g.mul(share(y.lt(x), x.eq(y), g)));
            case GATE -> rules(null, () -> x.gate(g));
            // x^0 is 1 and its slope 0, and x^y log x tends to 0 as x does (y > 0), where the formulas give 0 times infinity.
            case POW -> rules(() -> y.eq(0).where(zero(g), g.mul(y.mul(x.pow(y.sub(1))))),
                    () -> x.eq(0).where(zero(g), g.mul(x.pow(y).mul(x.log()))));
        };
    }

    private static <T extends TensorOps<T>> T share(T wins, T ties, T g) {
        return wins.cast(g.dtype()).add(ties.cast(g.dtype()).mul(0.5));
    }

    private static <T extends TensorOps<T>> Supplier<T> reduce(ReduceFn fn, List<Integer> axes, T x, T out, T g) {
        var kept = x.shape().without(axes, true);
        return switch (fn) {
            case SUM -> () -> g.reshape(kept).expand(x.shape());
            case MAX, MIN -> () -> {
                T best = x.eq(out.reshape(kept)).cast(g.dtype());
                return best.div(best.sum(axes, true)).mul(g.reshape(kept));
            };
        };
    }

    // With A' for op(A): C = A'B', so dA' = g B'^T and dB' = A'^T g; where A' = A^T the result is transposed.
    private static <T extends TensorOps<T>> List<Supplier<T>> matmul(MatMul op, T a, T b, T g) {
        boolean ta = op.transposeLeft();
        boolean tb = op.transposeRight();
        return rules(
                () -> ta ? b.apply(new MatMul(tb, true), List.of(g)) : g.apply(new MatMul(false, !tb), List.of(b)),
                () -> tb ? g.apply(new MatMul(true, ta), List.of(a)) : a.apply(new MatMul(!ta, false), List.of(g)));
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> custom(Custom op, List<T> in, T out, T g) {
        List<T> parts = op.vjp(in, out, g);
        if (parts.size() != in.size()) {
            throw new IllegalStateException(op.name() + ": its vjp gave " + parts.size() + " gradients for " + in.size()
                    + " operands; give one for each, null where none flows");
        }
        return parts.stream().<Supplier<T>>map(part -> part == null ? null : () -> part).toList();
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> concat(int axis, List<T> in, T g) {
        var rules = new ArrayList<Supplier<T>>();
        int from = 0;
        for (T operand : in) {
            int start = from;
            int stop = from + operand.shape().dim(axis);
            rules.add(() -> g.slice(axis, start, stop));
            from = stop;
        }
        return rules;
    }

    private static <T extends TensorOps<T>> T unpad(Pad pad, T x, T g) {
        T inner = g;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            int start = pad.before().get(axis);
            inner = inner.slice(axis, start, start + x.shape().dim(axis));
        }
        return inner;
    }

    private static <T extends TensorOps<T>> T move(Movement op, T x, T g) {
        return switch (op) {
            case Movement.Reshape _ -> g.reshape(x.shape());
            case Movement.Permute(var axes) -> {
                int[] inverse = new int[axes.size()];
                for (int i = 0; i < inverse.length; i++) {
                    inverse[axes.get(i)] = i;
                }
                yield g.permute(inverse);
            }
            case Movement.Expand _ -> g;
            case Movement.Slice slice -> unslice(slice, x, g);
            case Movement.Flip(var axes) -> g.flip(axes.stream().mapToInt(Integer::intValue).toArray());
        };
    }

    private static <T extends TensorOps<T>> T unslice(Movement.Slice slice, T x, T g) {
        T whole = g;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            int start = slice.starts().get(axis);
            int step = slice.steps().get(axis);
            int extent = x.shape().dim(axis);
            int count = whole.shape().dim(axis);
            if (count == extent && start == 0 && step == 1) {
                continue;
            }
            if (step == 1) {
                whole = whole.pad(axis, start, extent - start - count, 0);
            } else {
                int[] along = new int[x.shape().rank()];
                Arrays.fill(along, 1);
                along[axis] = count;
                var places = g.device().arange(count).mul(step).add(start).reshape(along);
                whole = whole.apply(new ScatterAdd(axis, extent), List.of(g.constant(places)));
            }
        }
        return whole;
    }

    private static <T extends TensorOps<T>> T zero(T like) {
        return like.constant(like.device().make(new Fill(Shape.SCALAR, like.dtype(), 0)));
    }

    // Not List.of: a missing rule is null.
    private static <T> List<Supplier<T>> one(Supplier<T> rule) {
        return Collections.singletonList(rule);
    }

    private static <T> List<Supplier<T>> rules(Supplier<T> left, Supplier<T> right) {
        return Arrays.asList(left, right);
    }
}
