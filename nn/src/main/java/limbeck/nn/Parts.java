package limbeck.nn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import limbeck.autograd.Parameter;

/**
 * The named parts of one module: its own parameters, buffers and submodules, in order. Those of a record are read from
 * its components; a module that is not a record names them:
 *
 * {@snippet :
 * public Parts parts() {
 *     return Parts.none().with("weight", weight).with("layers", layers);   // weight, layers.0, layers.1, ...
 * }
 * }
 *
 * A part may be a {@link Parameter}, a {@link Buffer}, a {@link Module}, or a list or array of these, whose elements are
 * named by their numbers. A part that is null is left out; components of other types (sizes, keys) are no parts.
 */
public final class Parts {
    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            return accessors(type);
        }
    };

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, Module> modules = new LinkedHashMap<>();

    private Parts() {
    }

    /**
     * No parts: what a layer without state has, and what to start from.
     *
     * @return empty parts
     */
    public static Parts none() {
        return new Parts();
    }

    /**
     * The parts of a record: its components, under their names.
     *
     * @param module a record
     * @return its parts
     * @throws IllegalStateException if it is not a record, or its package is not open to limbeck.nn
     */
    public static Parts ofRecord(Module module) {
        var parts = new Parts();
        for (Method accessor : ACCESSORS.get(module.getClass())) {
            parts.add(accessor.getName(), read(accessor, module));
        }
        return parts;
    }

    /**
     * These parts and one more.
     *
     * @param name its name; without a dot
     * @param parameter the part; null for none
     * @return new parts
     */
    public Parts with(String name, Parameter parameter) {
        return extended(name, parameter);
    }

    /**
     * These parts and one more.
     *
     * @param name its name; without a dot
     * @param buffer the part; null for none
     * @return new parts
     */
    public Parts with(String name, Buffer buffer) {
        return extended(name, buffer);
    }

    /**
     * These parts and one more.
     *
     * @param name its name; without a dot
     * @param module the part; null for none
     * @return new parts
     */
    public Parts with(String name, Module module) {
        return extended(name, module);
    }

    /**
     * These parts and a list of submodules, named {@code name.0}, {@code name.1}, ...
     *
     * @param name the list's name
     * @param list the submodules
     * @return new parts
     */
    public Parts with(String name, List<? extends Module> list) {
        return extended(name, list);
    }

    /**
     * The parameters by name.
     *
     * @return an unmodifiable map in order
     */
    public Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /**
     * The buffers by name.
     *
     * @return an unmodifiable map in order
     */
    public Map<String, Buffer> buffers() {
        return Collections.unmodifiableMap(buffers);
    }

    /**
     * The submodules by name.
     *
     * @return an unmodifiable map in order
     */
    public Map<String, Module> modules() {
        return Collections.unmodifiableMap(modules);
    }

    /** A module and all inside it by path, each instance once, where it is met first. */
    static Map<String, Module> tree(Module root) {
        var tree = new LinkedHashMap<String, Module>();
        walk("", root, tree, Collections.newSetFromMap(new IdentityHashMap<>()));
        return tree;
    }

    private static void walk(String path, Module module, Map<String, Module> tree, Set<Module> seen) {
        if (seen.add(module)) {
            tree.put(path, module);
            module.parts().modules.forEach((name, child) -> walk(join(path, name), child, tree, seen));
        }
    }

    /** One kind of part of a module and all inside it by path, each instance once. */
    static <P> Map<String, P> collect(Module root, Function<Parts, Map<String, P>> kind) {
        var found = new LinkedHashMap<String, P>();
        Set<P> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        tree(root).forEach((path, module) -> kind.apply(module.parts()).forEach((name, part) -> {
            if (seen.add(part)) {
                found.put(join(path, name), part);
            }
        }));
        return found;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private Parts extended(String name, Object part) {
        var parts = new Parts();
        parts.parameters.putAll(parameters);
        parts.buffers.putAll(buffers);
        parts.modules.putAll(modules);
        parts.add(name, part);
        return parts;
    }

    private void add(String name, Object part) {
        switch (part) {
            case Parameter parameter -> put(parameters, name, parameter);
            case Buffer buffer -> put(buffers, name, buffer);
            case Module module -> put(modules, name, module);
            case List<?> list -> addAll(name, list);
            case Object[] array -> addAll(name, Arrays.asList(array));
            case null, default -> {
                // Sizes, keys and what else a record holds are no parts.
            }
        }
    }

    private void addAll(String name, List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            add(name + "." + i, list.get(i));
        }
    }

    private static <P> void put(Map<String, P> parts, String name, P part) {
        if (parts.putIfAbsent(name, part) != null) {
            throw new IllegalArgumentException("parts: two parts are called '" + name + "'; give each its own name");
        }
    }

    private static Method[] accessors(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalStateException("parts: " + type.getName() + " is not a record; make it one, or override parts() to name its "
                    + "parameters, buffers and submodules");
        }
        Method[] accessors = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getAccessor).toArray(Method[]::new);
        for (Method accessor : accessors) {
            if (!accessor.trySetAccessible()) {
                throw new IllegalStateException("parts: the components of record " + type.getName() + " cannot be read; write 'opens "
                        + type.getPackageName() + " to limbeck.nn;' in its module-info.java, or override parts()");
            }
        }
        return accessors;
    }

    private static Object read(Method accessor, Module module) {
        try {
            return accessor.invoke(module);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("parts: reading component '" + accessor.getName() + "' of " + module.getClass().getName()
                    + " failed: " + (e.getCause() == null ? e : e.getCause()), e);
        }
    }
}
