package limbeck.distill.logits;

import java.util.Arrays;
import limbeck.tensor.Tensor;

/** The order of each row's entries from the largest to the smallest, of equal ones the first first. */
final class Descending {
    private Descending() {
    }

    /**
     * Of rows (N, C) the columns in order, row after row. Sorting is done on the host and by
     * floats, whatever the type: no gradient flows through an order.
     */
    static int[] order(Tensor rows) {
        int classes = rows.shape().dim(1);
        float[] values = rows.toFloats();
        int[] order = new int[values.length];
        long[] keys = new long[classes];
        for (int row = 0; row < values.length; row += classes) {
            for (int column = 0; column < classes; column++) {
                keys[column] = (long) rising(-values[row + column]) << Integer.SIZE | column;
            }
            Arrays.sort(keys);
            for (int column = 0; column < classes; column++) {
                order[row + column] = (int) keys[column];
            }
        }
        return order;
    }

    /** An integer that rises as the number does: the bits of negative ones run backwards. */
    private static int rising(float value) {
        // Adding 0 makes 0 of -0, which is equal to it.
        int bits = Float.floatToIntBits(value + 0f);
        return bits ^ (bits >> Integer.SIZE - 1 & Integer.MAX_VALUE);
    }
}
