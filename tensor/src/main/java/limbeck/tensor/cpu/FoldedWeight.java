package limbeck.tensor.cpu;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * The weight of a convolution, scaled as the batch norm behind it says, if there is one. A model that is not trained has the same
 * ones in every call, and for few pixels it takes longer to scale, pack and transform them than to convolve: so they are kept,
 * with the storage of the weight, from the second call with the same ones on, until either changes.
 */
final class FoldedWeight {
    // Pixels of the result up to which folding and packing is worth remembering: for more it is a hundredth of the work.
    private static final int PIXELS = 4096;

    private final Layout layout;
    private final View scale;
    // Of weight and scale before they were read: whoever changes them meanwhile makes this one outdated.
    private final long weightVersion;
    private final long scaleVersion;
    private final View view;
    private final boolean kept;
    private final ConcurrentHashMap<Object, float[]> packed = new ConcurrentHashMap<>(2);

    private FoldedWeight(View weight, View scale, View view, boolean kept) {
        layout = weight.layout();
        this.scale = scale;
        weightVersion = weight.storage().version();
        scaleVersion = scale == null ? 0 : scale.storage().version();
        this.view = view;
        this.kept = kept;
    }

    /**
     * The folded weight of a call, kept or computed.
     *
     * @param op the op
     * @param in its operands
     * @param out its result
     * @param temps takes the weight where it is not kept
     * @param pool gives the memory where it is
     */
    static FoldedWeight of(Conv2dAffine op, List<View> in, View out, Temps temps, Pool pool) {
        View weight = in.get(1);
        View scale = in.get(2);
        Storage storage = weight.storage();
        boolean worth = isWorthKeeping(weight, out) && isConstant(scale.storage());
        FoldedWeight last = worth && storage.derived() instanceof FoldedWeight seen && seen.isOf(weight, scale) ? seen : null;
        if (last != null && last.kept) {
            return last;
        }
        View view = last == null ? temps.fresh(DType.F32, Layout.denseLike(weight.shape(), weight.layout()))
                : lasting(weight.shape(), pool);
        var folded = new FoldedWeight(weight, scale, view, last != null);
        fold(weight, scale, view);
        if (worth) {
            // Seen once it is only noted: the next call may bring another scale.
            storage.derived(folded.kept ? folded : new FoldedWeight(weight, scale, null, false));
        }
        return folded;
    }

    private static View lasting(Shape weight, Pool pool) {
        HostStorage storage = Temps.allocate(pool, DType.F32, weight.intSize());
        pool.forget(storage.bytes());
        return new View(storage, innermostOut(weight).at(storage.start()));
    }

    /**
     * A weight as it is. It may be one in training, and then the next call has another one: it is kept from its second call on.
     *
     * @param weight the weight
     * @param out the result
     */
    static FoldedWeight unscaled(View weight, View out) {
        boolean worth = isWorthKeeping(weight, out);
        Object seen = weight.storage().derived();
        if (worth && seen instanceof FoldedWeight last && last.isOf(weight, null)) {
            return last;
        }
        if (worth) {
            weight.storage().derived(new FoldedWeight(weight, null, weight, true));
        }
        return new FoldedWeight(weight, null, weight, false);
    }

    private static boolean isWorthKeeping(View weight, View out) {
        return out.shape().size() / out.shape().dim(1) <= PIXELS && isConstant(weight.storage());
    }

    /** Whether a storage lasts: what belongs to a scope is gone after the call, and what was derived from it is never used again. */
    private static boolean isConstant(Storage storage) {
        return storage.owner() == null;
    }

    private boolean isOf(View weight, View scale) {
        if (!weight.layout().equals(layout) || weight.storage().version() != weightVersion) {
            return false;
        }
        if (scale == null || this.scale == null) {
            return scale == this.scale;
        }
        return scale.storage() == this.scale.storage() && scale.layout().equals(this.scale.layout())
                && scale.storage().version() == scaleVersion;
    }

    private static void fold(View weight, View scale, View to) {
        Layout perKernel = scale.layout().reshape(Shape.of(scale.shape().dim(0), 1, 1, 1)).orElseThrow();
        Elementwise.binary(new Binary(BinaryFn.MUL), weight, new View(scale.storage(), perKernel), to);
    }

    /** The order in which all forms pack: the channels of the result lie side by side, then those that are summed. */
    private static Layout innermostOut(Shape weight) {
        Shape order = Shape.of(weight.dim(2), weight.dim(3), weight.dim(1), weight.dim(0));
        return Layout.contiguous(order).permute(List.of(3, 2, 0, 1));
    }

    /** Whether a scale is folded in, as there is in evaluation only. */
    boolean isScaled() {
        return scale != null;
    }

    /** The weight times the scale. */
    View view() {
        return view;
    }

    /** Whether it lasts longer than a call, and what a form makes of it too. */
    boolean isKept() {
        return kept;
    }

    /**
     * What a form makes of it, made once.
     *
     * @param form whose packing it is
     * @param length how many floats it takes
     * @param pack fills an array
     */
    float[] packed(Object form, int length, Consumer<float[]> pack) {
        float[] array = packed.get(form);
        if (array == null) {
            array = new float[length];
            pack.accept(array);
            // Another thread may have done the same at the same time, to the same bits.
            packed.put(form, array);
        }
        return array;
    }
}
