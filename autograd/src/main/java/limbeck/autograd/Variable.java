package limbeck.autograd;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.Op;

/**
 * A tensor being recorded. It has all the methods of {@link TensorOps}; while a {@link Tape} is bound, what is computed
 * from a variable that needs a gradient is written on the tape.
 *
 * {@snippet :
 * Variable x = Variable.leaf(Device.cpu().tensor(new float[] {1, 2, 3}, 3));
 * Tape tape = new Tape();
 * Variable loss = tape.record(() -> x.square().sum());
 * Tensor gradient = tape.backward(loss).of(x);   // 2, 4, 6
 * }
 *
 * Without a bound tape nothing is recorded: there is no mode to switch off.
 */
public sealed class Variable implements TensorOps<Variable> permits Parameter {
    /** Whose gradient: identity is all it has. Stand-ins on the tape share it with the variable they stand for. */
    static final class Node {
    }

    private final Node node;
    private final boolean needsGradient;
    private Tensor tensor;

    Variable(Node node, Tensor tensor, boolean needsGradient) {
        this.node = node;
        this.tensor = tensor;
        this.needsGradient = needsGradient;
    }

    /**
     * A constant: no gradient is computed for it.
     *
     * @param tensor its value
     * @return the variable
     */
    public static Variable of(Tensor tensor) {
        return new Variable(new Node(), tensor, false);
    }

    /**
     * A leaf: something to differentiate by.
     *
     * @param tensor its value, of a floating-point type
     * @return the variable
     * @throws IllegalArgumentException if the type is not a floating-point one
     */
    public static Variable leaf(Tensor tensor) {
        requireFloating(tensor);
        return new Variable(new Node(), tensor, true);
    }

    static void requireFloating(Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            throw new IllegalArgumentException("a gradient needs floating-point numbers, got " + tensor.dtype()
                    + "; cast first, or use Variable.of");
        }
    }

    @Override
    public Variable apply(Op op, List<Variable> rest) {
        var tensors = new ArrayList<Tensor>(rest.size());
        boolean needed = needsGradient;
        for (Variable variable : rest) {
            tensors.add(variable.tensor());
            needed |= variable.needsGradient();
        }
        if (needed && op instanceof FusedOp fused && !FusedVjp.has(fused) && Tape.bound() != null) {
            List<Variable> in = prepend(rest);
            fused.infer(in.stream().map(Variable::shape).toList());
            return fused.composed(in);
        }
        return recorded(op, rest, needed, tensor().apply(op, tensors));
    }

    /**
     * As {@link #apply(Op, List)} with a result that is there already, because a kernel has computed it together with something else.
     *
     * @param op an op with a gradient rule of its own
     * @param rest its other operands
     * @param result what it makes of them
     * @return the result
     * @throws ShapeException if the result has not the shape that the op makes
     */
    public Variable apply(Op op, List<Variable> rest, Tensor result) {
        Shape shape = op.infer(prepend(rest).stream().map(Variable::shape).toList());
        if (!shape.equals(result.shape())) {
            throw new ShapeException(op.name() + ": the result that was given is " + result.shape() + " where the op makes " + shape);
        }
        return recorded(op, rest, needsGradient || rest.stream().anyMatch(Variable::needsGradient), result);
    }

    private Variable recorded(Op op, List<Variable> rest, boolean needed, Tensor out) {
        Tape tape = needed && out.dtype().isFloating() ? Tape.bound() : null;
        if (tape == null) {
            return of(out);
        }
        var result = new Variable(new Node(), out, true);
        tape.add(op, prepend(rest), result);
        return result;
    }

    private List<Variable> prepend(List<Variable> rest) {
        var all = new ArrayList<Variable>(rest.size() + 1);
        all.add(this);
        all.addAll(rest);
        return all;
    }

    @Override
    public Variable constant(Tensor value) {
        return of(value);
    }

    @Override
    public Variable detach() {
        return of(tensor());
    }

    /**
     * The value.
     *
     * @return a tensor
     */
    public Tensor tensor() {
        return tensor;
    }

    /**
     * The only element of a variable of size 1, such as a loss.
     *
     * @return its value
     */
    public double item() {
        return tensor().item();
    }

    /**
     * Whether gradients flow to this variable.
     *
     * @return true for leaves, parameters and what was recorded from them
     */
    public boolean needsGradient() {
        return needsGradient;
    }

    @Override
    public Shape shape() {
        return tensor().shape();
    }

    @Override
    public DType dtype() {
        return tensor().dtype();
    }

    @Override
    public Device device() {
        return tensor().device();
    }

    Node node() {
        return node;
    }

    /** This variable without its elements: what the tape keeps where a rule looks at the shape alone. */
    Variable shapeOnly() {
        return new Variable(node, tensor().withoutElements(), needsGradient);
    }

    void replace(Tensor value) {
        tensor = value;
    }

    /** {@return the tensor's text, marked where a gradient flows} */
    @Override
    public String toString() {
        return (needsGradient ? "Variable of " : "constant ") + tensor;
    }
}
