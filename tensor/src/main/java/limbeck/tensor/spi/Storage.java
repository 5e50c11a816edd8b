package limbeck.tensor.spi;

import limbeck.tensor.DType;

/**
 * The memory of one tensor and of all views of it. Each backend has its own kind. A storage is alive until it is
 * released, once; whoever touches it after that gets an error that says who released it.
 */
public abstract class Storage {
    private final DType type;
    private final int size;
    private Object owner;
    private String releasedBy;
    private long version;
    private volatile Object derived;

    /**
     * A live storage.
     *
     * @param type the element type
     * @param size the number of elements
     */
    protected Storage(DType type, int size) {
        this.type = type;
        this.size = size;
    }

    /**
     * The element type.
     *
     * @return the type
     */
    public final DType type() {
        return type;
    }

    /**
     * The number of elements.
     *
     * @return at least 0
     */
    public final int size() {
        return size;
    }

    /**
     * Where the elements had best begin. Those that come from outside begin at 0 all the same.
     *
     * @return the offset of a fresh tensor's layout, unless overridden 0
     */
    public int start() {
        return 0;
    }

    /**
     * The memory it takes.
     *
     * @return bytes
     */
    public final long bytes() {
        return (long) size * type.bytes();
    }

    /**
     * The scope that will release it.
     *
     * @return null where the garbage collector looks after it
     */
    public final Object owner() {
        return owner;
    }

    /**
     * Hands it to another scope.
     *
     * @param owner the scope, or null
     */
    public final void owner(Object owner) {
        this.owner = owner;
    }

    /**
     * Whether it has not been released.
     *
     * @return true while it may be touched
     */
    public final boolean isAlive() {
        return releasedBy == null;
    }

    /**
     * Gives the memory back to the pool. Releasing twice does nothing.
     *
     * @param by who releases it, for the error that a later touch gives
     */
    public final void release(String by) {
        if (releasedBy == null) {
            releasedBy = by;
            owner = null;
            derived = null;
            free();
        }
    }

    /**
     * Refuses a released storage.
     *
     * @throws IllegalStateException naming who released it
     */
    public final void check() {
        if (releasedBy != null) {
            throw new IllegalStateException("this tensor's memory was given back by " + releasedBy
                    + "; read it earlier, or hand it on with scope.keep(tensor)");
        }
    }

    /**
     * How often its elements have been changed in place.
     *
     * @return 0 while they are as they were computed
     */
    public final long version() {
        return version;
    }

    /** Notes that the elements have been changed in place. What was derived from them is dropped. */
    public final void changed() {
        version++;
        derived = null;
    }

    /**
     * What a backend has computed from the elements, to use it again.
     *
     * @return null for nothing, or if the elements have changed since
     */
    public final Object derived() {
        return derived;
    }

    /**
     * Remembers something computed from the elements, for as long as they stay as they are.
     *
     * @param derived an object that only the storage's own backend looks into; null to forget
     */
    public final void derived(Object derived) {
        this.derived = derived;
    }

    /** Returns the memory to where it came from; called once. */
    protected abstract void free();
}
