package limbeck.distill.experiment;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.distill.Stage;
import limbeck.distill.control.Composed;
import limbeck.distill.control.Schedules;
import limbeck.distill.method.Range;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Clipped;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;

/**
 * The optimizer that the settings choose for a role.
 *
 * @param settings the choices
 * @param role teacher and students have learning rates, weight decays and epochs of their own
 */
record OptimizerChoice(Settings settings, Role role) {
    /** What the learning rate may be over time, by a word. */
    static final Set<String> RATES = Set.of("cosine", "linear", "constant", "step");

    private Setting of(Setting teacher, Setting student) {
        return role.isTeacher() ? teacher : student;
    }

    /** Of all stages together. */
    int epochs() {
        return settings.count(of(Setting.TEACHER_EPOCHS, Setting.EPOCHS));
    }

    /** The learning rate of a stage, which counts from the stage's beginning also where the other schedules go on. */
    Schedule rate(Stage stage) {
        Schedule rate = rate(stage.epochs());
        return stage.begun() == 0 ? rate : Composed.of(rate.after(Schedule.epochs(stage.begun())), rate);
    }

    /**
     * The learning rate over so many epochs.
     *
     * @param epochs the stage's length; the warm-up takes the same part of it as of all epochs
     */
    Schedule rate(int epochs) {
        double peak = settings.number(of(Setting.TEACHER_LR, Setting.LR));
        var all = Schedule.epochs(epochs);
        String text = settings.text(Setting.SCHEDULE);
        Schedule rate = switch (text) {
            case "cosine" -> Schedule.cosine(peak, 0, all);
            case "linear" -> Schedule.linear(peak, 0, all);
            case "constant" -> Schedule.constant(peak);
            case "step" -> Schedule.table(peak, 0.1, Schedule.epochs(epochs * 0.5), Schedule.epochs(epochs * 0.75));
            default -> {
                Schedule factor = Schedules.parse(text, epochs);
                yield Composed.of(factor.times(peak), factor);
            }
        };
        double warmup = settings.number(Setting.WARMUP) * ((double) epochs / epochs());
        return warmup == 0 ? rate : Composed.of(rate.warmup(Schedule.epochs(warmup)), rate);
    }

    /**
     * Refuses a learning rate that falls below 0 or ends nowhere, before anything is trained.
     *
     * @param epochs the stage's length
     * @param batches how many there are in an epoch
     * @throws IllegalArgumentException saying where
     */
    void check(int epochs, int batches) {
        long steps = (long) epochs * batches;
        Schedule rate = rate(epochs);
        Range.NOT_NEGATIVE.left(rate, epochs, steps).ifPresent(step -> {
            throw new IllegalArgumentException("schedule: a learning rate needs " + Range.NOT_NEGATIVE + " at all times, but that of '"
                    + settings.text(Setting.SCHEDULE) + "' is " + rate.at(Progress.of(step, batches)) + " at step " + step);
        });
    }

    /** What the optimizer is called, such as {@code sgd}. */
    String name() {
        String teachers = settings.text(Setting.TEACHER_OPTIMIZER);
        return role.isTeacher() && !teachers.equals("same") ? teachers : settings.text(Setting.OPTIMIZER);
    }

    /** A fresh optimizer for a stage of so many epochs. */
    Optimizer optimizer(List<Parameter> parameters, int epochs) {
        return optimizer(parameters, rate(epochs));
    }

    /** A fresh optimizer that follows a {@link #rate}. */
    Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
        double decay = settings.number(of(Setting.TEACHER_WEIGHT_DECAY, Setting.WEIGHT_DECAY));
        List<Group> groups = Group.decaying(parameters, decay);
        double momentum = settings.number(Setting.MOMENTUM);
        Optimizer optimizer = switch (name()) {
            case "sgd" -> new Sgd(groups, rate, momentum, momentum > 0);
            case "adam" -> Adam.of(groups, rate);
            default -> Adam.w(groups, rate);
        };
        double clip = settings.number(Setting.CLIP);
        return clip == 0 ? optimizer : new Clipped(optimizer, clip);
    }
}
