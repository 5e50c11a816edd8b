package limbeck.tensor.spi;

import limbeck.tensor.DType;

/** Storage in a Java array from a {@link Pool}. The array may be longer than the storage is large. */
public final class HostStorage extends Storage {
    private final Pool pool;
    private final int start;
    private Object array;

    /**
     * Storage over an array.
     *
     * @param type the element type
     * @param size the number of elements
     * @param start where fresh elements begin
     * @param array a primitive array, at least as long as both together
     * @param pool where the array goes when the storage is released
     */
    public HostStorage(DType type, int size, int start, Object array, Pool pool) {
        super(type, size);
        this.start = start;
        this.array = array;
        this.pool = pool;
    }

    /**
     * The array.
     *
     * @return a primitive array
     * @throws IllegalStateException if the storage has been released
     */
    public Object array() {
        check();
        return array;
    }

    /**
     * The array of a float storage.
     *
     * @return the array
     * @throws IllegalStateException if the storage has been released
     */
    public float[] floats() {
        return (float[]) array();
    }

    /**
     * The array of a double storage.
     *
     * @return the array
     * @throws IllegalStateException if the storage has been released
     */
    public double[] doubles() {
        return (double[]) array();
    }

    /**
     * The array of an int storage.
     *
     * @return the array
     * @throws IllegalStateException if the storage has been released
     */
    public int[] ints() {
        return (int[]) array();
    }

    /**
     * The array of a byte or boolean storage.
     *
     * @return the array
     * @throws IllegalStateException if the storage has been released
     */
    public byte[] bytesArray() {
        return (byte[]) array();
    }

    /**
     * The array of a 16-bit float storage.
     *
     * @return the array
     * @throws IllegalStateException if the storage has been released
     */
    public short[] shorts() {
        return (short[]) array();
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    protected void free() {
        pool.give(array, bytes());
        array = null;
    }
}
