package limbeck.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** How tiles of several sizes cover a length: in all little longer than it is, and few. */
final class TileCover {
    private TileCover() {
    }

    /**
     * The tiles that cover a length.
     *
     * @param length what is to be covered
     * @param tiles those that there are, each as often as it is wanted
     * @param size how much of the length one covers
     * @return as many as it takes, one after the other; the last of them may reach beyond the end
     */
    static <T> List<T> of(int length, List<T> tiles, ToIntFunction<T> size) {
        int[] time = new int[length + 1];
        var first = new ArrayList<T>(length + 1);
        first.add(null);
        for (int left = 1; left <= length; left++) {
            time[left] = Integer.MAX_VALUE;
            T best = null;
            for (T tile : tiles) {
                int covered = size.applyAsInt(tile);
                int with = 1 + covered + time[Math.max(0, left - covered)];
                if (with < time[left]) {
                    time[left] = with;
                    best = tile;
                }
            }
            first.add(best);
        }
        var cover = new ArrayList<T>();
        for (int left = length; left > 0; left -= size.applyAsInt(cover.getLast())) {
            cover.add(first.get(left));
        }
        return cover;
    }
}
