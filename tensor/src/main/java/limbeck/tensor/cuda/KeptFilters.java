package limbeck.tensor.cuda;

import java.util.function.LongConsumer;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * The filters of a convolution in the order that its kernel reads, kept with the weight for as long as that stays as it is: a teacher
 * does not order its weights again in each step. A weight that learns changes before it is worth it.
 */
final class KeptFilters {
    /** So many uses in a row have seen the same weight when its filters are kept. A step of training uses it once. */
    private static final int OFTEN = 3;

    private final Layout layout;
    private int uses;
    private DeviceStorage filters;

    private KeptFilters(Layout layout) {
        this.layout = layout;
    }

    /**
     * The filters' address.
     *
     * @param weight the weight
     * @param temps where filters go that are not kept
     * @param order writes the filters, as many elements as the weight has, to an address
     */
    static long of(View weight, Temps temps, LongConsumer order) {
        int size = weight.shape().intSize();
        Storage storage = weight.storage();
        // What belongs to a scope is gone after the step.
        if (storage.owner() != null) {
            return ordered(temps.workspace(size), order);
        }
        if (!(storage.derived() instanceof KeptFilters kept && kept.layout.equals(weight.layout()))) {
            storage.derived(new KeptFilters(weight.layout()));
        }
        var kept = (KeptFilters) storage.derived();
        if (kept.filters != null) {
            return kept.filters.address();
        }
        if (++kept.uses < OFTEN) {
            return ordered(temps.workspace(size), order);
        }
        CudaPool pool = temps.context().pool();
        kept.filters = pool.storage(DType.F32, size);
        // It comes back when Java finds the weight, or its older version, unreachable.
        pool.forget(kept.filters);
        return ordered(kept.filters.address(), order);
    }

    private static long ordered(long address, LongConsumer order) {
        order.accept(address);
        return address;
    }
}
