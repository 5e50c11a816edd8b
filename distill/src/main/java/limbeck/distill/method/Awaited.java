package limbeck.distill.method;

import java.util.function.Function;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;

/** A schedule whose lengths may be parts of a stage: how long that is, is known only when all methods are put together. */
final class Awaited implements Schedule {
    private final Function<Integer, Schedule> maker;
    private Schedule made;

    Awaited(Function<Integer, Schedule> maker) {
        this.maker = maker;
    }

    /** Tells how long the stage is; gives the schedule itself, which may listen to training. */
    Schedule planned(int epochs) {
        made = maker.apply(epochs);
        return made;
    }

    @Override
    public double at(Progress p) {
        return made.at(p);
    }
}
