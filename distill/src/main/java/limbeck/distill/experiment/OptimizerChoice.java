package limbeck.distill.experiment;

import java.util.List;
import limbeck.autograd.Parameter;
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
    private Setting of(Setting teacher, Setting student) {
        return role == Role.TEACHER ? teacher : student;
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
        Schedule rate = switch (settings.text(Setting.SCHEDULE)) {
            case "cosine" -> Schedule.cosine(peak, 0, all);
            case "linear" -> Schedule.linear(peak, 0, all);
            case "step" -> Schedule.table(peak, 0.1, Schedule.epochs(epochs * 0.5), Schedule.epochs(epochs * 0.75));
            default -> Schedule.constant(peak);
        };
        double warmup = settings.number(Setting.WARMUP) * ((double) epochs / epochs());
        return warmup == 0 ? rate : rate.warmup(Schedule.epochs(warmup));
    }

    /** What the optimizer is called, such as {@code sgd}. */
    String name() {
        String teachers = settings.text(Setting.TEACHER_OPTIMIZER);
        return role == Role.TEACHER && !teachers.equals("same") ? teachers : settings.text(Setting.OPTIMIZER);
    }

    /** A fresh optimizer for a stage of so many epochs. */
    Optimizer optimizer(List<Parameter> parameters, int epochs) {
        double decay = settings.number(of(Setting.TEACHER_WEIGHT_DECAY, Setting.WEIGHT_DECAY));
        List<Group> groups = Group.decaying(parameters, decay);
        double momentum = settings.number(Setting.MOMENTUM);
        Optimizer optimizer = switch (name()) {
            case "sgd" -> new Sgd(groups, rate(epochs), momentum, momentum > 0);
            case "adam" -> Adam.of(groups, rate(epochs));
            default -> Adam.w(groups, rate(epochs));
        };
        double clip = settings.number(Setting.CLIP);
        return clip == 0 ? optimizer : new Clipped(optimizer, clip);
    }
}
