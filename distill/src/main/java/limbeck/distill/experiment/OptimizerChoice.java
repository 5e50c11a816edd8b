package limbeck.distill.experiment;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.distill.control.Composed;
import limbeck.distill.control.Schedules;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Clipped;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Optimizer;
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

    /**
     * The learning rate over a stage, which counts from its beginning.
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
