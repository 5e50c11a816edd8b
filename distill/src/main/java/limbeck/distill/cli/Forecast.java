package limbeck.distill.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;

/**
 * How long a run will still take: the epochs that are left, each as long as those of its model have been so far. For a model that has
 * not been trained yet the guess comes from another one's epochs, in proportion to the multiply-adds of an epoch.
 */
final class Forecast {
    private record Job(Role role, int epochs) {
    }

    private final Deque<Job> waiting = new ArrayDeque<>();
    private final Map<Role, List<Double>> measured = new EnumMap<>(Role.class);
    private final Map<Role, Double> work = new EnumMap<>(Role.class);
    private Job current;

    /** A forecast of everything that is planned. */
    Forecast(Plan plan) {
        Settings settings = plan.settings();
        boolean trained = plan.teacher() != null && settings.text(Setting.TEACHER_WEIGHTS).isEmpty();
        for (int i = 0; i < plan.seeds().size(); i++) {
            if (trained && (i == 0 || settings.text(Setting.TEACHERS).equals("each"))) {
                waiting.add(new Job(Role.TEACHER, settings.count(Setting.TEACHER_EPOCHS)));
            }
            waiting.add(new Job(Role.STUDENT_ALONE, settings.count(Setting.EPOCHS)));
            if (plan.teacher() != null) {
                waiting.add(new Job(Role.STUDENT_DISTILLED, settings.count(Setting.EPOCHS)));
            }
        }
        // Backward is about twice forward; a teacher that teaches only goes forward.
        double student = 3.0 * plan.student().multiplyAdds();
        double teacher = plan.teacher() == null ? 0 : plan.teacher().multiplyAdds();
        work.put(Role.TEACHER, 3 * teacher);
        work.put(Role.STUDENT_ALONE, student);
        work.put(Role.STUDENT_DISTILLED, student + teacher);
    }

    /** A model's training begins. */
    void started() {
        current = waiting.poll();
    }

    /** An epoch of the current training took so many seconds, the test after it included. */
    void epoch(double seconds) {
        measured.computeIfAbsent(current.role, _ -> new ArrayList<>()).add(seconds);
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
        return (current.epochs - done - part) * epochSeconds(current.role, part, running);
    }

    /** The seconds that the whole run still takes, as {@link #phase}. */
    double run(int done, double part, double running) {
        double seconds = phase(done, part, running);
        for (Job job : waiting) {
            seconds += job.epochs * epochSeconds(job.role, part, running);
        }
        return seconds;
    }

    private double epochSeconds(Role role, double part, double running) {
        List<Double> own = measured.get(role);
        if (own != null) {
            // The first epoch is slower, as the JVM is still compiling: it counts only while it is the only one.
            return own.stream().skip(own.size() > 1 ? 1 : 0).mapToDouble(Double::doubleValue).average().orElseThrow();
        }
        if (role == current.role) {
            return part > 0 ? running / part : Double.NaN;
        }
        Role other = measured.containsKey(Role.STUDENT_ALONE) ? Role.STUDENT_ALONE : measured.isEmpty() ? current.role
                : measured.keySet().iterator().next();
        return epochSeconds(other, part, running) * work.get(role) / work.get(other);
    }
}
