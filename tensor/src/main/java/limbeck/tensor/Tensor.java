package limbeck.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Custom;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.Movement;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * An immutable n-dimensional array of numbers on a device. The methods that compute live in the families that
 * {@link TensorOps} gathers; each is a line over {@link #apply}, and so is shared with the variables of autograd.
 *
 * {@snippet :
 * Tensor x = Device.cpu().tensor(new float[] {1, 2, 3, 4}, 2, 2);
 * Tensor y = x.mul(2).add(x.t()).relu();
 * float[] values = y.toFloats();
 * }
 */
public final class Tensor implements TensorOps<Tensor> {
    static {
        InPlace.grant(new InPlace.Access() {
            @Override
            public void update(List<Update.Change<Tensor>> changes) {
                changes.stream().collect(Collectors.groupingBy(change -> change.target().device, LinkedHashMap::new, Collectors.toList()))
                        .forEach((device, some) -> device.backend().update(some.stream().map(change -> change.map(Tensor::view)).toList()));
                for (Update.Change<Tensor> change : changes) {
                    change.target().view.storage().changed();
                    change.state().forEach(tensor -> tensor.view.storage().changed());
                }
            }

            @Override
            public Tensor own(Tensor tensor) {
                boolean alone = tensor.view.storage().size() == tensor.shape().size();
                return Scope.detach(alone ? tensor.contiguous() : tensor.apply(new Copy(Op.Order.ROW_MAJOR), List.of()));
            }
        });
    }

    private final Device device;
    private final View view;

    private Tensor(Device device, View view) {
        this.device = device;
        this.view = view;
    }

    @Override
    public Tensor apply(Op op, List<Tensor> rest) {
        List<Tensor> in = rest.isEmpty() ? List.of(this) : prepend(rest);
        for (Tensor tensor : in) {
            tensor.view.storage().check();
        }
        return switch (op) {
            case Movement movement -> move(movement);
            case KernelOp kernel -> run(device, kernel, in);
            case FusedOp fused -> fuse(fused, in);
            case Custom custom -> {
                Shape shape = custom.infer(shapes(in));
                Tensor out = custom.forward(in);
                if (!out.shape().equals(shape)) {
                    throw new ShapeException(custom.name() + ": forward made " + out.shape() + " where infer promised " + shape);
                }
                yield out;
            }
        };
    }

    private Tensor move(Movement movement) {
        // An expanded view may be larger than any array, and then no kernel can count its elements.
        movement.infer(List.of(shape())).intSize();
        boolean viewable = !(movement instanceof Movement.Reshape(Shape to)) || view.layout().reshape(to).isPresent();
        Tensor from = viewable ? this : contiguous();
        return new Tensor(device, new View(from.view.storage(), movement.view(from.view.layout())));
    }

    static Tensor run(Device device, KernelOp op, List<Tensor> in) {
        List<View> views = views(device, op, in);
        Shape shape = op.infer(shapes(in));
        DType type = op.inferType(each(views, View::type));
        View out = fresh(device, type, op.order().layout(shape, layouts(views)));
        device.backend().run(op, views, out);
        return new Tensor(device, out);
    }

    private Tensor fuse(FusedOp op, List<Tensor> in) {
        List<View> views = views(device, op, in);
        Shape shape = op.infer(shapes(in));
        if (!device.backend().fuses(op, views)) {
            // Nobody sees what it is composed of, so its memory is free at once.
            try (var scope = Scope.open(op.name())) {
                return scope.keep(op.composed(in));
            }
        }
        View out = fresh(device, dtype(), op.order().layout(shape, layouts(views)));
        device.backend().run(op, views, out);
        return new Tensor(device, out);
    }

    private static List<View> views(Device device, Op op, List<Tensor> in) {
        for (Tensor tensor : in) {
            if (tensor.device != device) {
                throw new IllegalArgumentException(op.name() + ": operands are on different devices, " + in.getFirst().device + " and "
                        + tensor.device + "; move one with to(device)");
            }
        }
        return each(in, tensor -> tensor.view);
    }

    private static List<Layout> layouts(List<View> views) {
        return each(views, View::layout);
    }

    static Tensor write(Device device, DType type, Shape shape, Object values, int length) {
        if (length < shape.size()) {
            throw new ShapeException("tensor: shape " + shape + " needs " + shape.size() + " values, got " + length);
        }
        Storage storage = allocate(device, type, shape);
        device.backend().write(values, storage);
        return new Tensor(device, new View(storage, Layout.contiguous(shape)));
    }

    private static View fresh(Device device, DType type, Layout dense) {
        Storage storage = allocate(device, type, dense.shape());
        return new View(storage, dense.at(storage.start()));
    }

    private static Storage allocate(Device device, DType type, Shape shape) {
        Storage storage = device.backend().allocate(type, shape.intSize());
        Scope.adopt(device, storage);
        return storage;
    }

    private List<Tensor> prepend(List<Tensor> rest) {
        var all = new ArrayList<Tensor>(rest.size() + 1);
        all.add(this);
        all.addAll(rest);
        return all;
    }

    private static List<Shape> shapes(List<Tensor> in) {
        return each(in, Tensor::shape);
    }

    /** What a stream would give: with four of them for each op, and small ops, streams were a third of what a model allocates. */
    @SuppressWarnings("unchecked") // Only B goes in.
    private static <A, B> List<B> each(List<A> all, Function<A, B> of) {
        var results = new Object[all.size()];
        for (int i = 0; i < results.length; i++) {
            results[i] = of.apply(all.get(i));
        }
        return (List<B>) Arrays.asList(results);
    }

    @Override
    public Tensor constant(Tensor value) {
        return value;
    }

    @Override
    public Tensor detach() {
        return this;
    }

    @Override
    public Shape shape() {
        return view.layout().shape();
    }

    @Override
    public DType dtype() {
        return view.storage().type();
    }

    @Override
    public Device device() {
        return device;
    }

    /**
     * How the elements lie in memory.
     *
     * @return shape, strides and offset
     */
    public Layout layout() {
        return view.layout();
    }

    /**
     * The same elements as another type, rounded as {@link DType#round} says.
     *
     * @param type the wanted type
     * @return this tensor if it has that type already
     */
    public Tensor to(DType type) {
        return type == dtype() ? this : apply(new Cast(type), List.of());
    }

    /**
     * The same tensor on another device. Floating-point numbers become that device's default type.
     *
     * @param to the device
     * @return this tensor if it is there already
     */
    public Tensor to(Device to) {
        if (to == device) {
            return this;
        }
        if (dtype().isFloating()) {
            return to.tensor(toDoubles(), shape());
        }
        Tensor moved = to.tensor(Arrays.stream(toDoubles()).mapToInt(x -> (int) x).toArray(), shape().dims());
        return moved.to(dtype());
    }

    /**
     * The same elements in row-major order without gaps.
     *
     * @return this tensor if it lies so already
     */
    public Tensor contiguous() {
        return view.layout().isContiguous() ? this : apply(new Copy(Op.Order.ROW_MAJOR), List.of());
    }

    /**
     * Images (N, C, H, W) with the channels of each pixel together, as convolutions want them.
     *
     * @return this tensor if it lies so already
     */
    public Tensor channelsLast() {
        return view.layout().isChannelsLast() ? this : apply(new Copy(Op.Order.CHANNELS_LAST), List.of());
    }

    /**
     * Whether two tensors are views of the same memory.
     *
     * @param other another tensor
     * @return true if releasing one releases the other
     */
    public boolean sharesMemory(Tensor other) {
        return view.storage() == other.view.storage();
    }

    /**
     * How often this tensor's memory has been changed in place, by an optimizer's step on the parameter that owns it: for a
     * tape that must notice that a saved value is no longer the one it saved.
     *
     * @return 0 for all but the values of parameters and buffers, and views of these
     */
    public long version() {
        return view.storage().version();
    }

    /**
     * This tensor's shape, type and device without its elements, for a tape that must remember only those. Touching the
     * elements is an error that says so.
     *
     * @return a tensor without memory
     */
    public Tensor withoutElements() {
        return new Tensor(device, new View(new Forgotten(dtype(), shape().intSize()), Layout.contiguous(shape())));
    }

    /**
     * The only element of a tensor of size 1.
     *
     * @return its value
     * @throws ShapeException if there is not exactly one element
     */
    public double item() {
        if (shape().size() != 1) {
            throw new ShapeException("item: a tensor of one element is needed, this one is " + shape() + "; reduce it first, or use toFloats()");
        }
        return toDoubles()[0];
    }

    /**
     * A copy of the elements in row-major order.
     *
     * @return a new array
     */
    public float[] toFloats() {
        view.storage().check();
        float[] values = new float[shape().intSize()];
        device.backend().read(view, values);
        return values;
    }

    /**
     * A copy of the elements in row-major order.
     *
     * @return a new array
     */
    public double[] toDoubles() {
        view.storage().check();
        double[] values = new double[shape().intSize()];
        device.backend().read(view, values);
        return values;
    }

    /**
     * A copy of the elements in row-major order, each truncated to an integer.
     *
     * @return a new array
     */
    public int[] toInts() {
        return Arrays.stream(toDoubles()).mapToInt(x -> (int) x).toArray();
    }

    /** What the backend sees. */
    View view() {
        return view;
    }

    /** {@return shape, type and device, and the values of a small tensor} */
    @Override
    public String toString() {
        String head = "Tensor " + shape() + " " + dtype() + " on " + device;
        return !view.storage().isAlive() ? head + " (freed)" : shape().size() > 16 ? head : head + " " + Arrays.toString(toDoubles());
    }

    /** The memory of a tensor without elements. */
    private static final class Forgotten extends Storage {
        Forgotten(DType type, int size) {
            super(type, size);
            release("an op that saves nothing of it for backward (Op.saves)");
        }

        @Override
        protected void free() {
            // There is nothing to free.
        }
    }
}
