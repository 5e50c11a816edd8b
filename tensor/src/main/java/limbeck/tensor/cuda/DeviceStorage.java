package limbeck.tensor.cuda;

import limbeck.tensor.DType;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/** Memory of a GPU, from its {@link CudaPool}. */
final class DeviceStorage extends Storage {
    private final CudaPool.Block block;
    private final CudaPool pool;

    DeviceStorage(DType type, int size, CudaPool.Block block, CudaPool pool) {
        super(type, size);
        this.block = block;
        this.pool = pool;
    }

    CudaPool.Block block() {
        return block;
    }

    /**
     * Where it starts on the device.
     *
     * @return the address
     * @throws IllegalStateException if the storage has been released
     */
    long address() {
        check();
        return block.address();
    }

    /** The address of a view's first element. */
    static long address(View view) {
        return ((DeviceStorage) view.storage()).address() + (long) view.layout().offset() * view.type().bytes();
    }

    @Override
    protected void free() {
        pool.give(block);
    }
}
