package limbeck.distill.relations;

import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/**
 * What a network last made of each example: a table of vectors that follow it slowly (Wu et al., CVPR 2018). It lies in the host's
 * memory, since a step uses few of its rows: only those go to the device.
 */
final class MemoryBank {
    private final float[] rows;
    private final int width;

    /** With random rows, uniform with the variance of vectors of length 1. */
    MemoryBank(int count, int width, Key key) {
        if ((long) count * width > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("crd: memory banks of " + count + " examples times " + width
                    + " dimensions are too large; give fewer dimensions");
        }
        this.width = width;
        this.rows = new float[count * width];
        key.uniform(rows, 0, rows.length, 0);
        float bound = (float) (1 / Math.sqrt(width / 3.0));
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (2 * rows[i] - 1) * bound;
        }
    }

    /** All rows (count, width). */
    Tensor all() {
        return Device.cpu().tensor(rows, rows.length / width, width);
    }

    /** Puts all rows back. */
    void restore(Tensor all) {
        if (all.shape().size() != rows.length) {
            throw new IllegalArgumentException("crd: the memory bank has " + rows.length / width + " rows of " + width + ", the kept one is "
                    + all.shape());
        }
        System.arraycopy(all.toFloats(), 0, rows, 0, rows.length);
    }

    /** Some rows (count, width), in that order. */
    Tensor rows(Device device, int[] wanted) {
        var values = new float[wanted.length * width];
        for (int i = 0; i < wanted.length; i++) {
            System.arraycopy(rows, wanted[i] * width, values, i * width, width);
        }
        return device.tensor(values, wanted.length, width);
    }

    /** {@code row <- normalize(momentum row + (1 - momentum) v)} for some rows. */
    void follow(int[] changed, float[] vectors, double momentum) {
        for (int i = 0; i < changed.length; i++) {
            int at = changed[i] * width;
            double squares = 0;
            for (int d = 0; d < width; d++) {
                rows[at + d] = (float) (momentum * rows[at + d] + (1 - momentum) * vectors[i * width + d]);
                squares += (double) rows[at + d] * rows[at + d];
            }
            double length = Math.max(Math.sqrt(squares), 1e-12);
            for (int d = 0; d < width; d++) {
                rows[at + d] = (float) (rows[at + d] / length);
            }
        }
    }
}
