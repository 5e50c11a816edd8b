package limbeck.distill.control;

import java.util.Arrays;

/** Checks of what controllers are restored from. */
final class States {
    private States() {
    }

    /** The same numbers, if there are so many. */
    static double[] require(String what, double[] state, int count) {
        if (state.length != count) {
            throw foreign(what, state);
        }
        return state;
    }

    /** They are of another controller. */
    static IllegalArgumentException foreign(String what, double[] state) {
        return new IllegalArgumentException("restore: these are not the kept numbers of " + what + ", got " + Arrays.toString(state)
                + "; was the run saved with other settings?");
    }
}
