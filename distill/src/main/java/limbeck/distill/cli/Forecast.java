package limbeck.distill.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Trainee;

/**
 * How long a run will still take: the epochs that are left, each as long as those of its model have been so far. For a model that has
 * not been trained yet the guess comes from another one's epochs, in proportion to the multiply-adds of an epoch.
 */
final class Forecast {
    /** A model's training: the lengths of its stages in epochs. */
    private record Job(Role role, List<Integer> stages) {
        /** The stage of an epoch, which counts from 0. */
        int stage(int epoch) {
            int stage = 0;
            for (int end = stages.getFirst(); epoch >= end && stage + 1 < stages.size(); end += stages.get(stage)) {
                stage++;
            }
            return stage;
        }
    }

    /** A stage of a model's training: its epochs are alike. */
    private record Part(Role role, int stage) {
    }

    private final Deque<Job> waiting = new ArrayDeque<>();
    private final Map<Part, List<Double>> measured = new LinkedHashMap<>();
    private final Map<Role, Double> work = new TreeMap<>();
    private Job current;
    private int done;

    /** A forecast of everything that is planned. */
    Forecast(Plan plan) {
        // Teachers that are read are so once, and so are the assistants trained.
        boolean each = plan.settings().text(Setting.TEACHERS).equals("each") && plan.settings().text(Setting.TEACHER_WEIGHTS).isEmpty();
        for (int i = 0; i < plan.seeds().size(); i++) {
            for (Trainee trainee : plan.trainees()) {
                boolean teaches = trainee.role().isTeacher() || trainee.role().part() == Role.Part.ASSISTANT;
                if (!trainee.stages().isEmpty() && (i == 0 || each || !teaches)) {
                    waiting.add(new Job(trainee.role(), trainee.stages()));
                }
            }
        }
        // Backward is about twice forward; a teacher that teaches only goes forward.
        double teacher = plan.teacher() == null ? 0 : plan.teacher().multiplyAdds();
        for (Trainee trainee : plan.trainees()) {
            double own = trainee.summary().multiplyAdds();
            boolean alone = trainee.role().isTeacher() || trainee.role().equals(Role.STUDENT_ALONE);
            work.put(trainee.role(), alone ? 3 * own : 3 * own + teacher);
            teacher = alone ? teacher : own;
        }
    }

    /** A model's training begins. */
    void started() {
        current = waiting.poll();
        done = 0;
    }

    /** An epoch of the current training took so many seconds, the test after it included. */
    void epoch(double seconds) {
        measured.computeIfAbsent(now(), _ -> new ArrayList<>()).add(seconds);
        done++;
    }

    private Part now() {
        return new Part(current.role, current.stage(done));
    }

    /**
     * The seconds that the current training still takes.
     *
     * @param done how many epochs of it are over
     * @param part how much of the one after them is, from 0 to 1
     * @param running the seconds that one has run
     * @return NaN while there is nothing to tell by
     */
    double phase(int done, double part, double running) {
        return seconds(current, done + part, part, running);
    }

    /** The seconds that the whole run still takes, as {@link #phase}. */
    double run(int done, double part, double running) {
        return phase(done, part, running) + waiting.stream().mapToDouble(job -> seconds(job, 0, part, running)).sum();
    }

    /** What is left of a training of which some epochs are over. */
    private double seconds(Job job, double over, double part, double running) {
        double seconds = 0;
        int end = 0;
        for (int stage = 0; stage < job.stages.size(); stage++) {
            end += job.stages.get(stage);
            double left = Math.clamp(end - over, 0, job.stages.get(stage));
            seconds += left == 0 ? 0 : left * epochSeconds(new Part(job.role, stage), part, running);
        }
        return seconds;
    }

    private double epochSeconds(Part wanted, double part, double running) {
        List<Double> own = measured.get(wanted);
        if (own != null) {
            // The first epoch is slower, as the JVM is still compiling: it counts only while it is the only one.
            return own.stream().skip(own.size() > 1 ? 1 : 0).mapToDouble(Double::doubleValue).average().orElseThrow();
        }
        if (wanted.equals(now()) && part > 0) {
            return running / part;
        }
        if (wanted.stage > 0) {
            return epochSeconds(new Part(wanted.role, wanted.stage - 1), part, running);
        }
        if (wanted.role.equals(current.role)) {
            return Double.NaN;
        }
        var alone = new Part(Role.STUDENT_ALONE, 0);
        Part other = measured.containsKey(alone) ? alone : measured.isEmpty() ? new Part(current.role, 0) : measured.keySet().iterator().next();
        return epochSeconds(other, part, running) * work.get(wanted.role) / work.get(other.role);
    }
}
