package limbeck.distill.experiment;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import limbeck.distill.Frozen;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.cache.CacheFormat;
import limbeck.distill.cache.CacheSize;
import limbeck.distill.cache.Cached;
import limbeck.distill.data.TeacherInputs;
import limbeck.nn.Module;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Notes in the dry run what the teachers are asked to show, and tells how large the caches of it will be.
 *
 * @param bench the data and settings
 * @param shown by model and by the layers that are looked at, the shapes of one example
 */
record CachePlan(Workbench bench, Map<Module, Map<Set<Tap>, Views<Shape>>> shown) {
    CachePlan(Workbench bench) {
        this(bench, new IdentityHashMap<>());
    }

    /** A model as a teacher that is listened to. */
    Teacher of(Module model) {
        var frozen = new Frozen(model);
        return (batch, taps) -> {
            Views<Tensor> views = frozen.observe(batch, taps);
            shown.computeIfAbsent(model, _ -> new HashMap<>()).put(taps, views.map(tensor -> tensor.shape().without(List.of(0), false)));
            return views;
        };
    }

    /**
     * What the plan says about the cache.
     *
     * @return at most one part of a sentence
     * @throws IllegalArgumentException if what is shown cannot be kept
     */
    List<String> notes() {
        Settings settings = bench.settings();
        if (!TeacherCache.isWanted(settings)) {
            return List.of();
        }
        if (shown.isEmpty()) {
            return List.of("no loss looks at the teacher, so nothing is cached");
        }
        TeacherInputs inputs = TeacherCache.inputs(bench);
        CacheFormat format = TeacherCache.format(settings);
        List<CacheSize> sizes = shown.values().stream().flatMap(sets -> sets.values().stream())
                .map(views -> Cached.size(views, inputs, format)).toList();
        long each = sizes.stream().mapToLong(CacheSize::example).sum();
        long all = sizes.stream().mapToLong(CacheSize::file).sum();
        boolean several = settings.text(Setting.TEACHERS).equals("each") && settings.count(Setting.SEEDS) > 1;
        return List.of(String.format(Locale.ROOT, "teacher cache in %s: %s, %,d bytes for each of %,d examples%s, %s%s%s",
                settings.text(Setting.TEACHER_CACHE), format, each, inputs.examples(),
                inputs.views() == 1 ? "" : " in " + inputs.views() + " views", size(all),
                sizes.size() == 1 ? "" : " in " + sizes.size() + " files", several ? ", for each seed's teacher" : ""));
    }

    private static String size(long bytes) {
        return bytes < 1_000_000 ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : bytes < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6) : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
