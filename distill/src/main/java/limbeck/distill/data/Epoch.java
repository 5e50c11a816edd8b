package limbeck.distill.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import limbeck.distill.Batch;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The batches of one pass over a data set, in order; iterable once, and to be closed.
 *
 * <p>A background thread fills host arrays, which go round between two queues and are used again; the tensors are made from them by
 * the thread that asks, so they belong to its open {@link limbeck.tensor.Scope}. A failure in the background is thrown by
 * {@link #next}. The thread ends with the last batch or with {@link #close}, whichever is first.
 */
public final class Epoch implements Iterable<Batch>, Iterator<Batch>, AutoCloseable {
    private final Loader loader;
    private final int number;
    private final int[] order;
    private final BlockingQueue<Prepared> free;
    private final BlockingQueue<Prepared> ready;
    private final Thread worker;
    private final View view;          // for the thread that prepares: the worker, or without one whoever asks
    private final long teacherSeed;
    private int next;
    private boolean closed;

    /** Host arrays of one batch, or what went wrong instead. */
    private static final class Prepared {
        private final float[] inputs;
        private final float[] teacherInputs;
        private final int[] labels;
        private final float[] targets;
        private long[] ids;
        private Throwable failure;

        Prepared(Loader loader, int examples) {
            Dataset data = loader.data();
            int values = Math.multiplyExact(examples, (int) data.shape().size());
            inputs = new float[values];
            teacherInputs = loader.teacher() == null ? null : new float[values];
            labels = new int[data.isRegression() ? 0 : examples];
            targets = new float[examples * data.targetWidth()];
        }
    }

    Epoch(Loader loader, int number, int[] order, int firstBatch) {
        this.loader = loader;
        this.number = number;
        this.order = order;
        this.next = firstBatch;
        this.view = new View(loader, number);
        Key teacherKey = loader.teacherKey(number);
        this.teacherSeed = teacherKey == null ? 0 : teacherKey.value();
        int slots = Math.max(1, loader.prefetch());
        int examples = Math.min(loader.batchSize(), Math.max(1, order.length));
        free = new ArrayBlockingQueue<>(slots);
        ready = new ArrayBlockingQueue<>(slots);
        for (int i = 0; i < slots; i++) {
            free.add(new Prepared(loader, examples));
        }
        worker = loader.prefetch() == 0 ? null
            : Thread.ofPlatform().daemon().name("limbeck-loader").unstarted(() -> prepareFrom(firstBatch));
        if (worker != null) {
            worker.start();
        }
    }

    /** The background thread: one batch after the other, as long as arrays are free. */
    private void prepareFrom(int firstBatch) {
        try {
            for (int batch = firstBatch; batch < loader.batches(); batch++) {
                Prepared slot = free.take();
                try {
                    fill(slot, batch);
                } catch (RuntimeException | Error e) {
                    slot.failure = e;
                }
                ready.put(slot);
                if (slot.failure != null) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // Closed early: nobody waits for what is left.
        }
    }

    private void fill(Prepared slot, int batch) {
        Dataset data = loader.data();
        int n = (int) data.shape().size();
        int from = batch * loader.batchSize();
        int count = Math.min(loader.batchSize(), order.length - from);
        slot.ids = new long[count];
        for (int k = 0; k < count; k++) {
            int i = order[from + k];
            slot.ids[k] = data.id(i);
            view.student(i, slot.inputs, k * n);
            if (slot.teacherInputs != null) {
                view.teacher(i, slot.teacherInputs, k * n);
            }
            if (!data.isRegression()) {
                slot.labels[k] = data.label(i);
            }
            for (int j = 0; j < data.targetWidth(); j++) {
                slot.targets[k * data.targetWidth() + j] = data.target(i, j);
            }
        }
    }

    @Override
    public boolean hasNext() {
        return !closed && next < loader.batches();
    }

    /**
     * The next batch. Its tensors belong to the innermost scope open on this thread.
     *
     * @return the batch
     * @throws NoSuchElementException if there is none left, or this is closed
     * @throws IllegalStateException  if this thread was interrupted while it waited
     */
    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException(closed ? "the epoch is closed" : "the epoch is over after " + next + " batches");
        }
        Prepared slot = prepared();
        next++;
        try {
            return batch(slot);
        } finally {
            free.add(slot);
        }
    }

    private Batch batch(Prepared slot) {
        Dataset data = loader.data();
        int count = slot.ids.length;
        Shape shape = data.shape().prepend(count);
        Tensor inputs = loader.device().tensor(slot.inputs, shape);
        Tensor teacherInputs = slot.teacherInputs == null ? inputs : loader.device().tensor(slot.teacherInputs, shape);
        Tensor targets = data.isRegression() ? loader.device().tensor(slot.targets, Shape.of(count, data.targetWidth()))
            : loader.device().tensor(count == slot.labels.length ? slot.labels : Arrays.copyOf(slot.labels, count), count);
        return new Batch(slot.ids, inputs, teacherInputs, targets, teacherSeed);
    }

    private Prepared prepared() {
        if (worker == null) {
            Prepared slot = free.remove();
            fill(slot, next);
            return slot;
        }
        try {
            Prepared slot = ready.take();
            if (slot.failure == null) {
                return slot;
            }
            closed = true;   // the background thread has ended, so waiting for more would be for ever
            if (slot.failure instanceof Error e) {
                throw e;
            }
            throw (RuntimeException) slot.failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for batch " + next + " of epoch " + number, e);
        }
    }

    @Override
    public Iterator<Batch> iterator() {
        return this;
    }

    /** Stops the background thread and waits for it to end. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        if (worker == null) {
            return;
        }
        worker.interrupt();
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
