package limbeck.distill.data;

import java.util.stream.IntStream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;

/**
 * Brings a data set to the training loop in batches: shuffled, augmented, normalised, prepared in the background.
 *
 * <pre>{@code
 * Loader loader = Loader.of(train, 128).shuffle(key).augment(Augment.shift(2), key).normalise(train.statistics()).build();
 * try (Epoch batches = loader.epoch(3)) {
 *     for (Batch batch : batches) distiller.step(batch, progress);
 * }
 * }</pre>
 *
 * <p><b>What is fixed.</b> The order of epoch e is {@code key.split("shuffle").split(e)}, the randomness of an example in it
 * {@code key.split("augment").split(e).split(id)}, where with {@link Builder#views} e is taken modulo their number: the same bits come
 * whatever the number of batches prepared ahead, and a run can be resumed at any batch of any epoch.
 *
 * <p>A loader is immutable; several epochs may run at once.
 */
public final class Loader {
    private final Dataset data;
    private final int batchSize;
    private final Key shuffle;
    private final BalancedOrder balanced;
    private final Augment student;
    private final Key studentKey;
    private final Augment teacher;
    private final Key teacherKey;
    private final int views;
    private final Statistics normalisation;
    private final boolean dropLast;
    private final int prefetch;
    private final Device device;

    private Loader(Builder options) {
        data = options.data;
        batchSize = options.batchSize;
        shuffle = options.shuffle;
        balanced = options.balanced ? new BalancedOrder(options.data) : null;
        student = options.student;
        studentKey = options.studentKey;
        teacher = options.teacher;
        teacherKey = options.teacherKey;
        views = options.views;
        normalisation = options.normalisation;
        dropLast = options.dropLast;
        prefetch = options.prefetch;
        device = options.device == null ? Device.cpu() : options.device;
    }

    /**
     * Starts the description of a loader that gives all examples in their order, unchanged, to the CPU, the last batch possibly
     * smaller, with two batches prepared ahead.
     *
     * @param data      the examples
     * @param batchSize the number of examples to a batch, at least 1
     * @return a description to refine and {@link Builder#build}
     * @throws IllegalArgumentException if the batch size is not positive
     */
    public static Builder of(Dataset data, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("loader: batch size " + batchSize + ", expected 1 or more");
        }
        return new Builder(data, batchSize);
    }

    /**
     * The number of batches of an epoch.
     *
     * @return the number of batches; 0 for an empty set
     */
    public int batches() {
        return dropLast ? data.size() / batchSize : Math.ceilDiv(data.size(), batchSize);
    }

    /**
     * One pass over the examples.
     *
     * @param epoch its number, which decides order and augmentation
     * @return the batches, to be closed
     */
    public Epoch epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /**
     * The rest of a pass, as it would have gone on.
     *
     * @param epoch      its number
     * @param firstBatch the batch to start at, 0 to {@link #batches}
     * @return the batches from there, to be closed
     * @throws IllegalArgumentException if there is no such batch
     */
    public Epoch epoch(int epoch, int firstBatch) {
        if (firstBatch < 0 || firstBatch > batches()) {
            throw new IllegalArgumentException("loader: there is no batch " + firstBatch + " among " + batches());
        }
        return new Epoch(this, epoch, order(epoch), firstBatch);
    }

    private int[] order(int epoch) {
        if (balanced != null) {
            return balanced.draw(shuffle.split("balanced").split(epoch));
        }
        return shuffle == null ? IntStream.range(0, data.size()).toArray()
            : shuffle.split("shuffle").split(epoch).permutation(data.size());
    }

    Dataset data() {
        return data;
    }

    int batchSize() {
        return batchSize;
    }

    int prefetch() {
        return prefetch;
    }

    Device device() {
        return device;
    }

    Augment student() {
        return student;
    }

    /** The teacher's augmentation, or null where teacher and student see the same. */
    Augment teacher() {
        return teacher;
    }

    Statistics normalisation() {
        return normalisation;
    }

    /** The key of what the student sees in an epoch; null where its view is not augmented. */
    Key studentKey(int epoch) {
        return student == Augment.NONE ? null : studentKey.split("augment").split(view(epoch));
    }

    /** The key of what the teacher sees in an epoch; null where its view is not augmented. */
    Key teacherKey(int epoch) {
        if (teacher == null) {
            return studentKey(epoch);
        }
        return teacher == Augment.NONE ? null : teacherKey.split("teacher augment").split(view(epoch));
    }

    private int view(int epoch) {
        return views == 0 ? epoch : epoch % views;
    }

    /** In how many ways the teacher sees an example, over all epochs; 0 where each epoch has its own. */
    int teacherViews() {
        return teacherKey(0) == null ? 1 : views;
    }

    /**
     * All that a teacher is ever shown, for whoever keeps what it answers.
     *
     * @return the examples in all their views
     * @throws IllegalArgumentException if the teacher's view is augmented anew in each epoch, without {@link Builder#views}
     */
    public TeacherInputs teacherInputs() {
        return TeacherInputs.of(this);
    }

    /** The description of a {@link Loader}. */
    public static final class Builder {
        private final Dataset data;
        private final int batchSize;
        private Key shuffle;
        private boolean balanced;
        private Augment student = Augment.NONE;
        private Key studentKey;
        private Augment teacher;
        private Key teacherKey;
        private int views;
        private Statistics normalisation;
        private boolean dropLast;
        private int prefetch = 2;
        private Device device;

        private Builder(Dataset data, int batchSize) {
            this.data = data;
            this.batchSize = batchSize;
        }

        /**
         * Gives the examples in another random order each epoch.
         *
         * @param key where the randomness comes from
         * @return this description
         */
        public Builder shuffle(Key key) {
            shuffle = key;
            return this;
        }

        /**
         * Draws classes evenly, for imbalanced data: an epoch is as long as ever and has of each class as many examples as of any other, up
         * to one. Those of small classes come several times, and with the same augmentation within an epoch; of large classes some are left
         * out, others in each epoch. Needs {@link #shuffle}.
         *
         * @return this description
         */
        public Builder balanced() {
            balanced = true;
            return this;
        }

        /**
         * Changes each example at random, anew in each epoch, for student and teacher alike.
         *
         * @param augment the change
         * @param key     where the randomness comes from
         * @return this description
         */
        public Builder augment(Augment augment, Key key) {
            student = augment;
            studentKey = key;
            return this;
        }

        /**
         * Shows the teacher another view than the student, changed by its own augmentation with its own randomness; with
         * {@link Augment#NONE}, the example itself.
         *
         * @param augment the change for the teacher
         * @param key     where the randomness comes from; it may be the student's, the views differ all the same
         * @return this description
         */
        public Builder teacherAugment(Augment augment, Key key) {
            teacher = augment;
            teacherKey = key;
            return this;
        }

        /**
         * Has so many augmented views of each example, in place of a fresh one in each epoch: epoch e shows those of epoch
         * {@code e mod count}, to student and teacher both, in an order of its own all the same.
         *
         * @param count how many; 0 for a fresh view in each epoch
         * @return this description
         * @throws IllegalArgumentException if negative
         */
        public Builder views(int count) {
            if (count < 0) {
                throw new IllegalArgumentException("loader: " + count + " views, expected 0 (a fresh one in each epoch) or more");
            }
            views = count;
            return this;
        }

        /**
         * Normalises each channel, after augmentation.
         *
         * @param statistics mean and standard deviation, of the training part
         * @return this description
         * @throws IllegalArgumentException if the number of channels is another
         */
        public Builder normalise(Statistics statistics) {
            int channels = data.shape().rank() == 0 ? 1 : data.shape().dim(0);
            if (statistics.channels() != channels) {
                throw new IllegalArgumentException("loader: statistics of " + statistics.channels()
                    + " channels for examples of shape " + data.shape()
                    + ", expected " + channels);
            }
            normalisation = statistics;
            return this;
        }

        /**
         * Leaves out the last batch where it would be smaller.
         *
         * @return this description
         */
        public Builder dropLast() {
            dropLast = true;
            return this;
        }

        /**
         * Prepares this many batches ahead on a background thread.
         *
         * @param batches how many; 0 prepares each when it is asked for, on the thread that asks
         * @return this description
         * @throws IllegalArgumentException if negative
         */
        public Builder prefetch(int batches) {
            if (batches < 0) {
                throw new IllegalArgumentException("loader: prefetch " + batches + ", expected 0 or more batches");
            }
            prefetch = batches;
            return this;
        }

        /**
         * Puts the tensors on a device.
         *
         * @param where the device
         * @return this description
         */
        public Builder on(Device where) {
            device = where;
            return this;
        }

        /**
         * The loader.
         *
         * @return the loader
         * @throws IllegalArgumentException if an augmentation for images is asked for examples that are none, or classes are to be drawn
         *     evenly without a key or where examples have no labels
         */
        public Loader build() {
            if (balanced && shuffle == null) {
                throw new IllegalArgumentException("loader: to draw classes evenly give it a key, as in shuffle(key).balanced()");
            }
            boolean images = student.needsImages() || teacher != null && teacher.needsImages();
            if (images && data.shape().rank() != 3) {
                throw new IllegalArgumentException("loader: this augmentation needs images of shape (channels, height, width), but these are "
                    + data.shape());
            }
            return new Loader(this);
        }
    }
}
