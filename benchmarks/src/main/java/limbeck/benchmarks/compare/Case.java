package limbeck.benchmarks.compare;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Something that is compared: a benchmark of this library with its parameters. Its rivals are the benchmarks of the same name
 * in the classes of the same family: {@code GemmBench.matmul} meets {@code MklGemm.matmul} and {@code LibtorchGemm.matmul}.
 *
 * @param name what the table calls it, such as {@code gemm 512x512x512}
 * @param benchmark class and method, such as {@code GemmBench.matmul}
 * @param baseline the method in plain Java beside it, for where there are no rivals; or the empty text
 * @param rival the method of the rivals, usually that of the benchmark
 * @param parameters of the benchmark, its threads apart; others take the first value that it declares
 * @param unit such as {@code GFLOP/s}: always more is better
 * @param work what one operation counts in that unit
 * @param traits what else there is to know of it
 */
record Case(String name, String benchmark, String baseline, String rival, Map<String, String> parameters, String unit, double work,
        Set<Trait> traits) {
    /** How a case is run. */
    enum Trait {
        /** It is not part of the quick selection. */
        SLOW,
        /** It works on images, of which libtorch knows two layouts in memory. */
        IMAGES,
        /** It is a whole step or model, which takes its time to warm up. */
        WHOLE
    }

    /** A case of the quick selection. */
    static Case of(String name, String benchmark, String baseline, String unit, double work) {
        String method = benchmark.substring(benchmark.indexOf('.') + 1);
        return new Case(name, benchmark, baseline, method, Map.of(), unit, work, Set.of());
    }

    /** A case that counts calls a second. */
    static Case calls(String name, String benchmark, String baseline) {
        return of(name, benchmark, baseline, "calls/s", 1);
    }

    /** One of the benchmark's parameters has this value. */
    Case with(String parameter, String value) {
        var all = new TreeMap<>(parameters);
        all.put(parameter, value);
        return new Case(name, benchmark, baseline, rival, Map.copyOf(all), unit, work, traits);
    }

    /** It is this, too. */
    Case as(Trait trait) {
        var all = EnumSet.of(trait);
        all.addAll(traits);
        return new Case(name, benchmark, baseline, rival, parameters, unit, work, Set.copyOf(all));
    }

    /** The rivals have another method for it. */
    Case against(String method) {
        return new Case(name, benchmark, baseline, method, parameters, unit, work, traits);
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** The family: {@code Gemm} of {@code GemmBench.matmul}. */
    String family() {
        return benchmark.substring(0, benchmark.indexOf("Bench."));
    }

    /** The threads it is run with: in a quick comparison two only where they matter most. */
    List<Integer> threads(boolean quickly) {
        boolean both = !quickly || is(Trait.WHOLE) || family().equals("Gemm") || family().equals("Conv");
        return both ? List.of(1, 2) : List.of(1);
    }
}
