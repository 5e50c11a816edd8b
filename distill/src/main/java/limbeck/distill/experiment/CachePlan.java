package limbeck.distill.experiment;

import java.util.Collections;
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
 * @param numbers the models, counted as they came
 * @param shown by a model's number and by the layers that are looked at, the shapes of one example
 * @param seeds by a model's number, for how many seeds there is one like it
 */
record CachePlan(Workbench bench, Map<Module, Integer> numbers, Map<Integer, Map<Set<Tap>, Views<Shape>>> shown, Map<Integer, Integer> seeds) {
    CachePlan(Workbench bench) {
        this(bench, new IdentityHashMap<>(), new HashMap<>(), new HashMap<>());
    }

    /**
     * A model as a teacher that is listened to.
     *
     * @param model one that teaches
     * @param generation whether it is a student of the generation before, of which every seed has its own
     */
    Teacher of(Module model, boolean generation) {
        int number = numbers.computeIfAbsent(model, _ -> numbers.size());
        seeds.put(number, generation && !isPerSeed() ? bench.settings().count(Setting.SEEDS) : 1);
        var frozen = new Frozen(model);
        return (batch, taps) -> {
            Views<Tensor> views = frozen.observe(batch, taps);
            shown.computeIfAbsent(number, _ -> new HashMap<>()).put(taps, views.map(tensor -> tensor.shape().without(List.of(0), false)));
            return views;
        };
    }

    /** Notes what another training of the same teachers asks for: what both look at is in one file. */
    void add(CachePlan other) {
        other.shown.forEach((number, views) -> shown.computeIfAbsent(number, _ -> new HashMap<>()).putAll(views));
        seeds.putAll(other.seeds);
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
        List<CacheSize> sizes = shown.entrySet().stream().flatMap(model -> model.getValue().values().stream()
                .flatMap(views -> Collections.nCopies(seeds.get(model.getKey()), Cached.size(views, inputs, format)).stream())).toList();
        long each = sizes.stream().mapToLong(CacheSize::example).sum();
        long all = sizes.stream().mapToLong(CacheSize::file).sum();
        return List.of(String.format(Locale.ROOT, "teacher cache in %s: %s, %,d bytes for each of %,d examples%s, %s%s%s",
                settings.text(Setting.TEACHER_CACHE), format, each, inputs.examples(),
                inputs.views() == 1 ? "" : " in " + inputs.views() + " views", size(all),
                sizes.size() == 1 ? "" : " in " + sizes.size() + " files", isPerSeed() ? ", for each seed's teacher" : ""));
    }

    /** Whether all that teaches is there once for each seed. */
    private boolean isPerSeed() {
        Settings settings = bench.settings();
        return settings.text(Setting.TEACHERS).equals("each") && settings.teacherFiles().isEmpty() && settings.count(Setting.SEEDS) > 1;
    }

    private static String size(long bytes) {
        return bytes < 1_000_000 ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : bytes < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6) : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
