package limbeck.distill.control;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Controller;
import limbeck.distill.Moment;
import limbeck.distill.StepReport;
import limbeck.distill.Views;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;

/**
 * A schedule that was made of others, of which some listen to training: what it hears it passes on to them.
 *
 * {@snippet :
 * var plateau = new Plateau(0.5, 3);
 * Schedule rate = Composed.of(plateau.times(0.1).warmup(Schedule.epochs(5)), plateau);
 * }
 */
public final class Composed implements Controller {
    private final Schedule whole;
    private final List<Controller> parts;

    private Composed(Schedule whole, List<Controller> parts) {
        this.whole = whole;
        this.parts = parts;
    }

    /**
     * A schedule as it was made, told of training if one of its parts listens.
     *
     * @param whole what was made
     * @param parts what it was made of
     * @return the schedule itself if it listens already or none of its parts does, else one that does
     */
    public static Schedule of(Schedule whole, Schedule... parts) {
        List<Controller> listening = Stream.of(parts).filter(Controller.class::isInstance).map(Controller.class::cast).distinct().toList();
        return whole instanceof Controller || listening.isEmpty() ? whole : new Composed(whole, listening);
    }

    @Override
    public double at(Progress p) {
        return whole.at(p);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        parts.forEach(part -> part.check(student, teacher));
    }

    @Override
    public void seen(Moment moment) {
        parts.forEach(part -> part.seen(moment));
    }

    @Override
    public void measured(Map<String, Variable> losses, Tape tape) {
        parts.forEach(part -> part.measured(losses, tape));
    }

    @Override
    public void stepped(StepReport report) {
        parts.forEach(part -> part.stepped(report));
    }

    @Override
    public void validated(double loss, double accuracy) {
        parts.forEach(part -> part.validated(loss, accuracy));
    }

    /** {@return for each part how many numbers follow, and these} */
    @Override
    public double[] state() {
        return parts.stream().map(Controller::state).flatMapToDouble(state -> DoubleStream.concat(DoubleStream.of(state.length),
                Arrays.stream(state))).toArray();
    }

    @Override
    public void restore(double[] state) {
        int at = 0;
        for (Controller part : parts) {
            if (at >= state.length || !(state[at] >= 0 && at + 1 + state[at] <= state.length)) {
                throw States.foreign("a composed schedule", state);
            }
            int end = at + 1 + (int) state[at];
            part.restore(Arrays.copyOfRange(state, at + 1, end));
            at = end;
        }
        if (at != state.length) {
            throw States.foreign("a composed schedule", state);
        }
    }
}
