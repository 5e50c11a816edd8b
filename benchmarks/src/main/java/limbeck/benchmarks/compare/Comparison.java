package limbeck.benchmarks.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs the cases, ours and all rivals one after the other, each alone in its JVM: the idle workers of OpenMP spin, and would slow
 * down whoever runs beside them.
 */
final class Comparison {
    /** The limit of arithmetic, as if it were a rival. */
    static final String PEAK = "FMA peak";
    /** The baseline in the same file, for where there are no rivals. */
    static final String PLAIN = "plain Java, 1 thread";
    private static final String SUITES = "limbeck.benchmarks.";
    private static final Set<String> BESIDE_PEAK = Set.of("gemm 512x512x512", "gemm 1024x1024x1024");

    /**
     * One run of one benchmark.
     *
     * @param rival who it is, or null for ourselves, a baseline or the peak
     * @param name what the table calls it
     * @param scale what an operation counts in the unit of the case
     */
    private record Job(Case one, int threads, Rival rival, String name, String benchmark, Map<String, String> parameters, double scale,
            Effort effort) {
    }

    private final Harness harness;
    private final Screen screen;
    private final boolean quickly;
    private final int jvms;
    private final Set<Rival> missing = EnumSet.noneOf(Rival.class);
    private final List<String> failures = new ArrayList<>();
    private final List<String> absences = new ArrayList<>();
    private double planned;
    private double done;
    private double spent;

    /** A comparison that has not begun. */
    Comparison(Harness harness, Screen screen, boolean quickly, int jvms) {
        this.harness = harness;
        this.screen = screen;
        this.quickly = quickly;
        this.jvms = jvms;
    }

    /** What went wrong, a line each: above all results that differ from ours. */
    List<String> failures() {
        return failures;
    }

    /** The rivals that do not run on this machine, a line each. */
    List<String> absences() {
        return absences;
    }

    /**
     * Measures.
     *
     * @param cases which
     * @param rivals who; empty for the baselines in plain Java
     * @return in the order of the cases, by threads
     */
    List<Ratio> run(List<Case> cases, Set<Rival> rivals) {
        var plan = new ArrayList<List<Job>>();
        for (Case one : cases) {
            for (int threads : one.threads(quickly)) {
                List<Job> jobs = jobs(one, threads, rivals);
                if (jobs.size() > 1) {
                    plan.add(jobs);
                }
            }
        }
        planned = plan.stream().flatMap(List::stream).mapToDouble(job -> jvms * job.effort.seconds()).sum();
        screen.note(plan.stream().mapToInt(List::size).sum() + " runs, about " + Screen.time(planned));
        var ratios = new ArrayList<Ratio>();
        for (List<Job> jobs : plan) {
            double[] speeds = measure(jobs);
            for (int i = 1; i < speeds.length; i++) {
                Job job = jobs.get(i);
                if (speeds[0] > 0 && speeds[i] > 0) {
                    ratios.add(new Ratio(job.one.name(), job.threads, speeds[0], speeds[i], job.name, job.one.unit()));
                }
            }
        }
        return ratios;
    }

    /** Ours first. */
    private List<Job> jobs(Case one, int threads, Set<Rival> rivals) {
        var jobs = new ArrayList<Job>();
        var parameters = new TreeMap<>(one.parameters());
        parameters.put("threads", Integer.toString(threads));
        Effort java = Effort.of(one, threads, quickly, false);
        jobs.add(new Job(one, threads, null, "Limbeck", SUITES + one.benchmark(), parameters, one.work(), java));
        if (BESIDE_PEAK.contains(one.name()) && (threads == 1 || !quickly)) {
            jobs.add(new Job(one, threads, null, PEAK, SUITES + "PeakBench.fma", parameters, threads, java));
        }
        if (rivals.isEmpty() && !one.baseline().isEmpty()) {
            jobs.add(new Job(one, threads, null, PLAIN, SUITES + one.family() + "Bench." + one.baseline(), parameters, one.work(), java));
        }
        for (Rival rival : rivals) {
            String benchmark = rival.benchmark(one);
            if (harness.has(benchmark)) {
                Effort effort = Effort.of(one, threads, quickly, rival != Rival.EJML);
                List<String> layouts = harness.values(benchmark, "layout");
                for (String layout : layouts.isEmpty() || !one.is(Case.Trait.IMAGES) ? List.of("") : layouts) {
                    var all = new TreeMap<>(parameters);
                    if (!layouts.isEmpty()) {
                        all.put("layout", layout.isEmpty() ? layouts.getFirst() : layout);
                    }
                    jobs.add(new Job(one, threads, rival, (rival.title() + " " + layout).strip(), benchmark, all, one.work(), effort));
                }
            }
        }
        return jobs;
    }

    /**
     * The median speed of each over the JVMs, 0 if there is none. Ours and theirs take turns: the machine has faster and slower
     * minutes, in which neighbours leave it more or less of the cache and the memory.
     */
    private double[] measure(List<Job> jobs) {
        double[][] speeds = new double[jobs.size()][jvms];
        for (int jvm = 0; jvm < jvms; jvm++) {
            for (int i = 0; i < speeds.length; i++) {
                boolean hopeless = jvm > 0 && speeds[i][jvm - 1] == 0 || i > 0 && speeds[0][jvm] == 0;
                speeds[i][jvm] = hopeless ? skip(jobs.get(i)) : measure(jobs.get(i));
            }
        }
        return Arrays.stream(speeds).mapToDouble(each -> Arrays.stream(each).allMatch(speed -> speed > 0) ? Statistics.median(each) : 0)
                .toArray();
    }

    /** The speed in one JVM, in the unit of the case; 0 if there is none. */
    private double measure(Job job) {
        if (missing.contains(job.rival)) {
            return skip(job);
        }
        double left = (planned - done) * (done > 0 ? spent / done : 1);
        screen.progress(String.format(Locale.ROOT, "%3.0f %%  %s left  %s, %d thread%s: %s", 100 * done / planned, Screen.time(left),
                job.one.name(), job.threads, job.threads == 1 ? "" : "s", job.name));
        long start = System.nanoTime();
        Measurement measured = harness.run(job.benchmark, job.parameters, job.effort);
        spent += (System.nanoTime() - start) * 1e-9;
        done += job.effort.seconds();
        return switch (measured) {
            case Measurement.Speed speed -> speed.perSecond() * job.scale;
            case Measurement.Failure failure -> {
                tell(job, failure);
                yield 0;
            }
        };
    }

    private double skip(Job job) {
        planned -= job.effort.seconds();
        return 0;
    }

    private void tell(Job job, Measurement.Failure failure) {
        if (failure.missing() && job.rival != null) {
            missing.add(job.rival);
            absences.add(job.rival.title() + " is missing: its native library does not load on this machine");
            screen.note(job.rival.title() + " is missing: " + failure.reason());
        } else {
            failures.add(job.one.name() + ", " + job.name + ": " + failure.reason());
            screen.note(failures.getLast());
        }
    }
}
