package limbeck.distill.relations;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/**
 * Draws examples of other classes to contrast with. It learns the examples and their classes as it meets them.
 *
 * <p>An example that has not been met counts as of another class: its row in the memory banks is still the random start, which says
 * as little about one class as about another, so that excluding the right ones would draw from the same distribution.
 */
final class Negatives {
    private static final int UNKNOWN = Integer.MIN_VALUE;
    /** The pool's size is a multiple of this part of the negatives. */
    private static final int GRAINS = 8;

    private final Map<Long, Integer> rows = new HashMap<>();
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private final int[] labels;

    Negatives(int examples) {
        labels = new int[examples];
        Arrays.fill(labels, UNKNOWN);
    }

    /**
     * What a step contrasts with.
     *
     * @param pool the rows that were drawn, each once, and others
     * @param counts (N, pool): how often each is a negative of each example, 0 for the others; every row sums to K
     */
    record Draw(int[] pool, float[] counts) {
    }

    /** The rows of a batch's examples; those that are new get the next free ones, and a class by their position and row. */
    int[] meet(long[] ids, IntBinaryOperator classOf) {
        var met = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            Integer known = rows.get(ids[i]);
            if (known == null) {
                known = rows.size();
                if (known == labels.length) {
                    throw new IllegalArgumentException("crd: got example " + ids[i] + ", but the memory banks already hold the "
                            + labels.length + " examples that they were made for; ids must be the same in every epoch, and the number of "
                            + "examples right");
                }
                rows.put(ids[i], known);
                labels[known] = classOf.applyAsInt(i, known);
                sizes.merge(labels[known], 1, Integer::sum);
            }
            met[i] = known;
        }
        return met;
    }

    /** The ids that have been met as (n, 3): their high and low halves and their classes, in the order of their rows. */
    Tensor met() {
        var values = new int[3 * rows.size()];
        rows.forEach((id, row) -> {
            values[3 * row] = (int) (id >> Integer.SIZE);
            values[3 * row + 1] = id.intValue();
            values[3 * row + 2] = labels[row];
        });
        return Device.cpu().tensor(values, rows.size(), 3);
    }

    /** Meets them again; nothing has been met here so far. */
    void restore(Tensor met) {
        int[] values = met.toInts();
        for (int row = 0; row < values.length / 3; row++) {
            long id = (long) values[3 * row] << Integer.SIZE | values[3 * row + 1] & 0xffffffffL;
            int label = values[3 * row + 2];
            meet(new long[] {id}, (_, _) -> label);
        }
    }

    /**
     * Draws uniformly with replacement, until each example has as many of other classes as are wanted: its negatives are the first of
     * the draws that are not of its class. To one example this is the same as draws of its own; the examples of a batch share theirs, so
     * that the scores are one matrix product with the rows drawn.
     */
    Draw draw(Key key, int[] batch, int wanted) {
        var own = new HashMap<Integer, Integer>();
        for (int row : batch) {
            if (sizes.get(labels[row]) == labels.length) {
                throw new IllegalArgumentException("crd: all " + labels.length + " examples are of class " + labels[row]
                        + "; there must be others to contrast with");
            }
            own.put(labels[row], 0);
        }
        int[] drawn = new int[2 * wanted];
        int total = 0;
        for (int most = 0; total - most < wanted; total++) {
            if (total == drawn.length) {
                drawn = Arrays.copyOf(drawn, 2 * total);
            }
            drawn[total] = key.below(labels.length, total);
            Integer count = own.computeIfPresent(labels[drawn[total]], (_, before) -> before + 1);
            most = count == null ? most : Math.max(most, count);
        }
        return collect(Arrays.copyOf(drawn, total), batch, wanted);
    }

    private Draw collect(int[] drawn, int[] batch, int wanted) {
        var places = new int[labels.length];
        Arrays.fill(places, -1);
        int distinct = 0;
        for (int row : drawn) {
            if (places[row] < 0) {
                places[row] = distinct++;
            }
        }
        // Rounded up by rows that count 0 times: with a size of its own each step would ask for memory that no other can use again.
        int grain = Math.max(1, wanted / GRAINS);
        var pool = new int[Math.ceilDiv(distinct, grain) * grain];
        for (int row : drawn) {
            pool[places[row]] = row;
        }
        var counts = new float[batch.length * pool.length];
        var first = new HashMap<Integer, Integer>();
        for (int i = 0; i < batch.length; i++) {
            int label = labels[batch[i]];
            Integer same = first.putIfAbsent(label, i);
            int at = i * pool.length;
            if (same != null) {
                System.arraycopy(counts, same * pool.length, counts, at, pool.length);
                continue;
            }
            for (int k = 0, left = wanted; left > 0; k++) {
                if (labels[drawn[k]] != label) {
                    counts[at + places[drawn[k]]]++;
                    left--;
                }
            }
        }
        return new Draw(pool, counts);
    }
}
