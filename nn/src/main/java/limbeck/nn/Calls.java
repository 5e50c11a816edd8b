package limbeck.nn;

import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import limbeck.autograd.Recompute;
import limbeck.autograd.Variable;
import limbeck.tensor.ShapeException;

/** What happens around a forward: watchers see it, and an error in it learns where it is. */
final class Calls {
    /** Sees modules run. */
    interface Watcher {
        void applied(Module module, Variable in, Variable out);

        /** Whether it wants to see a module's output, which then has to exist. */
        boolean watches(Module module);

        /** Whether it wants to see a point inside a module's forward. */
        boolean watches(Module module, String name);

        /** A point inside a module's forward. */
        void probed(Module module, String name, Variable x);
    }

    private record Watching(Watcher watcher, Watching outer) {
        boolean any(Predicate<Watcher> what) {
            return what.test(watcher) || outer != null && outer.any(what);
        }
    }

    private static final ScopedValue<Watching> WATCHING = ScopedValue.newInstance();
    /** The outermost module being applied: paths start from it. */
    private static final ScopedValue<Module> ROOT = ScopedValue.newInstance();
    /** The innermost one; bound only while someone watches. */
    private static final ScopedValue<Module> CURRENT = ScopedValue.newInstance();

    private Calls() {
    }

    /** A block during which a watcher sees all modules that run, beside the watchers bound around it. */
    static ScopedValue.Carrier watching(Watcher watcher) {
        return ScopedValue.where(WATCHING, new Watching(watcher, WATCHING.isBound() ? WATCHING.get() : null));
    }

    static Variable apply(Module module, Variable x) {
        return ROOT.isBound() ? run(module, x) : ScopedValue.where(ROOT, module).call(() -> run(module, x));
    }

    /**
     * A module and what comes behind it in one go, or one after the other where someone watches the module.
     *
     * @param whole computes both
     * @param rest what comes behind the module
     */
    static Variable fused(Module module, Variable x, UnaryOperator<Variable> whole, UnaryOperator<Variable> rest) {
        return watches(module) ? rest.apply(apply(module, x)) : placed(module, () -> whole.apply(x));
    }

    /** Whether someone watches a module's output. */
    static boolean watches(Module module) {
        return isWatched() && WATCHING.get().any(watcher -> watcher.watches(module));
    }

    /** Whether someone watches a point inside a module's forward. */
    static boolean watches(Module module, String name) {
        return isWatched() && WATCHING.get().any(watcher -> watcher.watches(module, name));
    }

    private static Variable run(Module module, Variable x) {
        return placed(module, () -> isWatched() ? ScopedValue.where(CURRENT, module).call(() -> seen(module, x)) : module.forward(x));
    }

    /** Adds to an error of a module's forward where the module is. */
    static Variable placed(Module module, Supplier<Variable> body) {
        try {
            return body.get();
        } catch (ShapeException e) {
            // One with a cause already knows its place: a layer further in has added it.
            throw e.getCause() == null && ROOT.isBound() ? e.at(place(module)) : e;
        }
    }

    private static Variable seen(Module module, Variable x) {
        Variable out = module.forward(x);
        for (Watching w = WATCHING.get(); w != null; w = w.outer) {
            w.watcher.applied(module, x, out);
        }
        return out;
    }

    static void probe(String name, Variable x) {
        if (!isWatched() || !CURRENT.isBound()) {
            return;
        }
        Module module = CURRENT.get();
        if (!module.probes().contains(name)) {
            throw new IllegalStateException("taps: " + module.getClass().getSimpleName() + " shows a point '" + name
                    + "' in its forward that its probes() do not name; they are " + module.probes());
        }
        for (Watching w = WATCHING.get(); w != null; w = w.outer) {
            w.watcher.probed(module, name, x);
        }
    }

    // A block that is run again for its gradient has been seen before.
    static boolean isWatched() {
        return WATCHING.isBound() && !Recompute.isReplaying();
    }

    private static String place(Module module) {
        String type = module.getClass().getSimpleName();
        for (Map.Entry<String, Module> entry : ROOT.get().modules().entrySet()) {
            if (entry.getValue() == module && !entry.getKey().isEmpty()) {
                return entry.getKey() + " (" + type + ")";
            }
        }
        return type;
    }
}
