package limbeck.tensor;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.spi.Storage;

/**
 * A lifetime that you can see. A tensor made inside a scope belongs to it; closing the scope gives the memory back to
 * the device's pool, for the next step to use.
 *
 * {@snippet :
 * try (var scope = Scope.open()) {
 *     Tensor y = x.matmul(w).relu();
 *     result = scope.keep(y.sum());   // outlives this scope
 * }                                   // the product and its relu are gone
 * }
 *
 * Touching a tensor after its scope has closed is an error that names the scope. Without any open scope tensors belong
 * to the garbage collector: a program that never opens one is still correct. Scopes belong to the thread that opened
 * them and close in reverse order.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final String name;
    private final Scope parent;
    private final Thread thread = Thread.currentThread();
    private List<Storage> owned = new ArrayList<>();

    private Scope(String name, Scope parent) {
        this.name = name;
        this.parent = parent;
    }

    /**
     * Opens a scope inside the current one.
     *
     * @return the scope, to be closed
     */
    public static Scope open() {
        return open("scope");
    }

    /**
     * Opens a named scope inside the current one.
     *
     * @param name what to call it in errors, such as {@code training step}
     * @return the scope, to be closed
     */
    public static Scope open(String name) {
        var scope = new Scope(name, CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    /**
     * Hands a tensor, with all views of its memory, to the scope around this one, or to the garbage collector where
     * there is none.
     *
     * @param tensor a tensor that belongs to this scope; others are left as they are
     * @return the same tensor
     */
    public Tensor keep(Tensor tensor) {
        Storage storage = tensor.view().storage();
        if (storage.owner() == this) {
            move(tensor, parent);
        }
        return tensor;
    }

    /**
     * Takes a tensor out of whatever scope it belongs to: from now on the garbage collector looks after it. Parameters
     * and buffers of models are such tensors.
     *
     * @param tensor the tensor
     * @return the same tensor
     */
    public static Tensor detach(Tensor tensor) {
        if (tensor.view().storage().owner() instanceof Scope) {
            move(tensor, null);
        }
        return tensor;
    }

    /**
     * Gives a tensor's memory back before the innermost open scope closes. Does nothing for tensors that belong to
     * another scope or to none, so that what was kept stays.
     *
     * @param tensor a tensor that nobody will touch again, nor any view of it
     * @param by who gives it back, for the error that a later touch gives
     */
    public static void release(Tensor tensor, String by) {
        Storage storage = tensor.view().storage();
        if (storage.owner() != null && storage.owner() == CURRENT.get()) {
            storage.release(by);
        }
    }

    /**
     * Whether a tensor belongs to a scope, which will give its memory back.
     *
     * @param tensor the tensor
     * @return false where the garbage collector looks after it
     */
    public static boolean owns(Tensor tensor) {
        return tensor.view().storage().owner() instanceof Scope;
    }

    /** Gives back the memory of every tensor that still belongs to this scope. Closing twice does nothing. */
    @Override
    public void close() {
        if (owned == null) {
            return;
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException(Thread.currentThread() == thread
                    ? "scope '" + name + "' is closed before a scope inside it; close scopes in reverse order, by try-with-resources"
                    : "scope '" + name + "' was opened by another thread; close it there");
        }
        CURRENT.set(parent);
        for (Storage storage : owned) {
            if (storage.owner() == this) {
                storage.release("the closed scope '" + name + "'");
            }
        }
        owned = null;
    }

    /** Makes the current scope the owner of new memory. */
    static void adopt(Device device, Storage storage) {
        Scope scope = CURRENT.get();
        if (scope == null) {
            device.backend().forget(storage);
        } else {
            scope.add(storage);
        }
    }

    private static void move(Tensor tensor, Scope to) {
        Storage storage = tensor.view().storage();
        if (to == null) {
            storage.owner(null);
            tensor.device().backend().forget(storage);
        } else {
            to.add(storage);
        }
    }

    private void add(Storage storage) {
        storage.owner(this);
        // Storages released early, or kept elsewhere, would pile up in a scope that stays open for long.
        if (owned.size() > 1024 && (owned.size() & owned.size() - 1) == 0) {
            owned.removeIf(s -> s.owner() != this);
        }
        owned.add(storage);
    }
}
