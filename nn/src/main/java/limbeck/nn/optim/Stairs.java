package limbeck.nn.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * Numbers that hold until given points, which are counted from the start of training. {@link Schedule#stairs} makes one.
 *
 * {@snippet :
 * Schedule temperature = Schedule.stairs(10).until(Schedule.epochs(5)).then(5).until(Schedule.epochs(15)).then(3);
 * }
 *
 * At a point itself the next number holds: 10 up to the last step of the fifth epoch, 5 from the first step of the sixth.
 */
public final class Stairs implements Schedule {
    /** A number and where it ends. */
    private record Stair(double value, Length end) {
    }

    private final List<Stair> stairs;
    private final double last;

    private Stairs(List<Stair> stairs, double last) {
        this.stairs = List.copyOf(stairs);
        this.last = last;
    }

    static Stairs of(double value) {
        return new Stairs(List.of(), value);
    }

    /** Where the last number so far ends; what follows it is to be said. */
    public final class Until {
        private final Length end;

        private Until(Length end) {
            this.end = end;
        }

        /**
         * The next number.
         *
         * @param value holds from here on
         * @return the longer stairs
         */
        public Stairs then(double value) {
            var more = new ArrayList<>(stairs);
            more.add(new Stair(last, end));
            return new Stairs(more, value);
        }
    }

    /**
     * Ends the last number.
     *
     * @param end where, counted from the start of training
     * @return what waits for the next number
     * @throws IllegalArgumentException if it is no later than the end before it
     */
    public Until until(Length end) {
        Length before = stairs.isEmpty() ? null : stairs.getLast().end();
        if (before != null && before.unit() == end.unit() && before.amount() >= end.amount()) {
            throw new IllegalArgumentException("schedule: stairs end one after the other, got " + before + " and then " + end
                    + "; put them in order");
        }
        return new Until(end);
    }

    @Override
    public double at(Progress p) {
        for (Stair stair : stairs) {
            if (!stair.end().isOver(p)) {
                return stair.value();
            }
        }
        return last;
    }
}
