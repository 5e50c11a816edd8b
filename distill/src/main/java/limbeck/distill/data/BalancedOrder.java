package limbeck.distill.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import limbeck.tensor.Key;

/**
 * Draws classes evenly: an epoch has as many positions as the set, and of each class as many as of any other, up to one. A class with fewer
 * examples than that shows all of them again and again, each equally often up to one; of a class with more, some are left out, others in
 * each epoch. Classes without an example are not drawn.
 */
final class BalancedOrder {
    private final int[][] members;     // the positions of each class that has any
    private final int size;

    /**
     * The order of a set.
     *
     * @throws IllegalArgumentException if an example has no label
     */
    BalancedOrder(Dataset data) {
        if (data.isRegression()) {
            throw new IllegalArgumentException("loader: classes cannot be drawn evenly, since " + data.name() + " has numbers as targets");
        }
        int[] labels = data.labels();
        if (Arrays.stream(labels).anyMatch(label -> label < 0)) {
            throw new IllegalArgumentException("loader: to draw classes evenly every example needs a label, and "
                    + Arrays.stream(labels).filter(label -> label < 0).count() + " of " + labels.length + " have none");
        }
        members = IntStream.range(0, data.classes()).mapToObj(c -> IntStream.range(0, labels.length).filter(i -> labels[i] == c).toArray())
                .filter(own -> own.length > 0).toArray(int[][]::new);
        size = labels.length;
    }

    /** The positions of an epoch, shuffled. */
    int[] draw(Key key) {
        var drawn = new int[size];
        int[] lucky = key.split("remainder").permutation(members.length);
        int at = 0;
        for (int rank = 0; rank < lucky.length; rank++) {
            int share = size / members.length + (rank < size % members.length ? 1 : 0);
            Key own = key.split("class").split(lucky[rank]);
            int[] positions = members[lucky[rank]];
            for (int round = 0; share > 0; round++) {
                int[] order = own.split(round).permutation(positions.length);
                int count = Math.min(share, order.length);
                for (int k = 0; k < count; k++) {
                    drawn[at++] = positions[order[k]];
                }
                share -= count;
            }
        }
        int[] order = key.split("order").permutation(size);
        return Arrays.stream(order).map(i -> drawn[i]).toArray();
    }
}
