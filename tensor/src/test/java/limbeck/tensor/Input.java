package limbeck.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.op.Movement;

/**
 * One operand of a case of the {@link OpTable}.
 *
 * @param shape its shape
 * @param type its element type; F32 stands for the default of the device
 * @param domain where its numbers come from
 * @param placement how they lie in memory
 */
public record Input(Shape shape, DType type, Domain domain, Placement placement) {
    /** What lies in the gaps of a view, where nobody may look; no valid index either. */
    private static final int POISON = 99_999;

    /** Ways to lay the same numbers in memory. */
    public enum Placement {
        /** Row-major. */
        CONTIGUOUS,
        /** The axes in reverse order. */
        TRANSPOSED,
        /** The first axis innermost. */
        ROTATED,
        /** Every second element along the last axis. */
        STEPPED,
        /** The inside of a larger tensor. */
        INNER,
        /** Backwards along every axis. */
        FLIPPED,
        /** One slice, repeated along the first axis. */
        EXPANDED,
        /** Images with the channels innermost. */
        CHANNELS_LAST
    }

    /**
     * Normal numbers in row-major order.
     *
     * @param dims the shape
     * @return the input
     */
    public static Input of(int... dims) {
        return new Input(Shape.of(dims), DType.F32, Domain.NORMAL, Placement.CONTIGUOUS);
    }

    /**
     * This input with other numbers.
     *
     * @param other where they come from
     * @return the input
     */
    public Input from(Domain other) {
        return new Input(shape, type, other, placement);
    }

    /**
     * This input laid out in another way.
     *
     * @param other how
     * @return the input
     */
    public Input as(Placement other) {
        return new Input(shape, type, domain, other);
    }

    /**
     * This input with another element type.
     *
     * @param other the type
     * @return the input
     */
    public Input of(DType other) {
        return new Input(shape, other, domain, placement);
    }

    /**
     * Makes the tensor.
     *
     * @param device where
     * @param key the randomness of its numbers
     * @return a view of this placement over fresh memory
     */
    public Tensor on(Device device, Key key) {
        double[] values = domain.source().values(key, shape.intSize());
        Shape base = base();
        List<Movement> moves = moves();
        Layout layout = Layout.contiguous(base);
        for (Movement move : moves) {
            layout = move.view(layout);
        }
        double[] memory = new double[base.intSize()];
        Arrays.fill(memory, type.isFloating() ? Double.NaN : POISON);
        for (int i = 0; i < values.length; i++) {
            memory[position(layout, i)] = values[i];
        }
        Tensor tensor = write(device, memory, base);
        for (Movement move : moves) {
            tensor = tensor.apply(move, List.of());
        }
        return tensor;
    }

    private Tensor write(Device device, double[] memory, Shape base) {
        return switch (type) {
            case F32 -> device.tensor(memory, base);
            case F64, BF16, F16 -> device.tensor(memory, base).cast(type);
            case I8, I32, BOOL -> device.tensor(Arrays.stream(memory).mapToInt(x -> (int) x).toArray(), base.dims()).cast(type);
        };
    }

    /** Where the i-th element in row-major order lies. */
    private static int position(Layout layout, int i) {
        int at = layout.offset();
        int rest = i;
        for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
            at += rest % layout.shape().dim(axis) * layout.stride(axis);
            rest /= layout.shape().dim(axis);
        }
        return at;
    }

    /** The tensor that the moves start from. */
    private Shape base() {
        int[] dims = shape.dims();
        int last = dims.length - 1;
        if (last < 0) {
            return shape;
        }
        return switch (placement) {
            case CONTIGUOUS, FLIPPED -> shape;
            case TRANSPOSED -> Shape.of(IntStream.rangeClosed(0, last).map(i -> dims[last - i]).toArray());
            case ROTATED -> Shape.of(IntStream.rangeClosed(0, last).map(i -> dims[(i + 1) % dims.length]).toArray());
            case STEPPED -> shape.with(last, 2 * dims[last] + 1);
            case INNER -> Shape.of(Arrays.stream(dims).map(dim -> dim + 2).toArray());
            case EXPANDED -> shape.with(0, Math.min(1, dims[0]));
            case CHANNELS_LAST -> Shape.of(dims[0], dims[2], dims[3], dims[1]);
        };
    }

    private List<Movement> moves() {
        int rank = shape.rank();
        if (rank == 0) {
            return List.of();
        }
        var all = IntStream.range(0, rank).boxed().toList();
        var ones = Collections.nCopies(rank, 1);
        return switch (placement) {
            case CONTIGUOUS -> List.of();
            case TRANSPOSED -> List.of(new Movement.Permute(all.reversed()));
            case ROTATED -> List.of(new Movement.Permute(all.stream().map(i -> (i + rank - 1) % rank).toList()));
            case STEPPED -> List.of(stepped(rank));
            case INNER -> List.of(new Movement.Slice(ones, all.stream().map(i -> shape.dim(i) + 1).toList(), ones));
            case FLIPPED -> List.of(new Movement.Flip(all));
            case EXPANDED -> List.of(new Movement.Expand(shape));
            case CHANNELS_LAST -> List.of(new Movement.Permute(List.of(0, 3, 1, 2)));
        };
    }

    private Movement stepped(int rank) {
        Integer[] starts = Collections.nCopies(rank, 0).toArray(Integer[]::new);
        Integer[] stops = Arrays.stream(shape.dims()).boxed().toArray(Integer[]::new);
        Integer[] steps = Collections.nCopies(rank, 1).toArray(Integer[]::new);
        starts[rank - 1] = 1;
        stops[rank - 1] = 2 * stops[rank - 1] + 1;
        steps[rank - 1] = 2;
        return new Movement.Slice(List.of(starts), List.of(stops), List.of(steps));
    }

    /** {@return the shape, and the domain, type and placement where they are not the usual} */
    @Override
    public String toString() {
        return shape + (domain.equals(Domain.NORMAL) ? "" : " " + domain.name()) + (type == DType.F32 ? "" : " " + type)
                + (placement == Placement.CONTIGUOUS ? "" : " " + placement);
    }
}
