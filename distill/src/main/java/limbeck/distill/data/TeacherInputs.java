package limbeck.distill.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import limbeck.distill.Fingerprint;
import limbeck.tensor.Key;

/**
 * All that a teacher is ever shown by a {@link Loader}: a number of examples, each in a number of views. Every one of them has a place, from
 * which a cache finds what the teacher answered; the places are the same for any order of the epochs.
 */
public final class TeacherInputs {
    /** Of so many examples the fingerprint takes a look at what the teacher sees, beside that of the data. */
    private static final int SAMPLES = 16;

    private final int[] ids;
    private final long[] seeds;
    private final int batchSize;
    private final String fingerprint;

    private TeacherInputs(int[] ids, long[] seeds, int batchSize, String fingerprint) {
        this.ids = ids;
        this.seeds = seeds;
        this.batchSize = batchSize;
        this.fingerprint = fingerprint;
    }

    static TeacherInputs of(Loader loader) {
        int views = loader.teacherViews();
        if (views == 0) {
            throw new IllegalArgumentException("views: the teacher sees another augmentation in each epoch, so nothing that it showed could "
                    + "be used again; set views to a number, such as 4, or show the teacher the examples as they are (teacher-view none)");
        }
        Dataset data = loader.data();
        int[] ids = IntStream.range(0, data.size()).map(data::id).sorted().distinct().toArray();
        if ((long) ids.length * views > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("views: " + views + " of " + ids.length + " examples are more than can be counted; set fewer");
        }
        var seeds = new long[views];
        var print = new Fingerprint("teacher inputs").add(data.fingerprint()).add(Arrays.toString(ids));
        for (int view = 0; view < views; view++) {
            Key key = loader.teacherKey(view);
            seeds[view] = key == null ? 0 : key.value();
            sample(loader, view, print);
        }
        return new TeacherInputs(ids, seeds, loader.batchSize(), print.add(Arrays.toString(seeds)).hex());
    }

    /** An augmentation may be any function, so it has no name: what it does tells it apart. */
    private static void sample(Loader loader, int epoch, Fingerprint print) {
        int size = loader.data().size();
        var view = new View(loader, epoch);
        var seen = new float[(int) loader.data().shape().size()];
        for (int k = 0; k < Math.min(SAMPLES, size); k++) {
            int example = (int) ((long) k * size / Math.min(SAMPLES, size));
            if (loader.teacher() == null) {
                view.student(example, seen, 0);
            } else {
                view.teacher(example, seen, 0);
            }
            print.add(seen);
        }
    }

    /**
     * How many examples there are, each counted once.
     *
     * @return the number of examples
     */
    public int examples() {
        return ids.length;
    }

    /**
     * In how many ways the teacher sees each.
     *
     * @return 1 where nothing is augmented
     */
    public int views() {
        return seeds.length;
    }

    /**
     * How many examples the teacher sees together, in all batches but perhaps the last.
     *
     * @return the batch size
     */
    public int batchSize() {
        return batchSize;
    }

    /**
     * A name for exactly these inputs: SHA-256 over the data, the examples' ids and augmentation seeds, and what the teacher sees of some of
     * them after augmentation and normalisation.
     *
     * @return 64 hexadecimal digits
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * The place of an example in one view: those of the first view come first, in order of the ids.
     *
     * @param id the example's lasting number
     * @param augmentationSeed the batch's
     * @return from 0 to {@code examples() * views() - 1}
     * @throws IllegalArgumentException if it is none of these inputs
     */
    public int place(long id, long augmentationSeed) {
        int view = 0;
        while (view < seeds.length && seeds[view] != augmentationSeed) {
            view++;
        }
        int rank = (int) id == id ? Arrays.binarySearch(ids, (int) id) : -1;
        if (view == seeds.length || rank < 0) {
            throw new IllegalArgumentException("teacher inputs: there is no example " + id + " with augmentation seed " + augmentationSeed
                    + " among " + ids.length + " examples in " + seeds.length + (seeds.length == 1 ? " view" : " views")
                    + "; take the batches from the loader that these inputs are of");
        }
        return view * ids.length + rank;
    }
}
