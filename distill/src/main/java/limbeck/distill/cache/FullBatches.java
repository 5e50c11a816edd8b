package limbeck.distill.cache;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import limbeck.distill.Batch;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.tensor.Tensor;

/**
 * Shows a teacher batches of one size: a smaller one, as the last of an epoch may be, is filled up with its own examples again. What is
 * shown of an example then depends on the example alone. Without this its last bits may depend on how many others are beside it, since
 * matrix products and convolutions choose their algorithm by the size of the work, and so on the epoch in which it happens to come last.
 *
 * @param teacher one that shows of each example the same whatever the others are, as a model in evaluation mode does
 * @param size how many examples a batch has
 */
public record FullBatches(Teacher teacher, int size) implements Teacher {
    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        int count = batch.size();
        if (count >= size || count == 0) {
            return teacher.observe(batch, taps);
        }
        var ids = new long[size];
        for (int i = 0; i < size; i++) {
            ids[i] = batch.ids()[i % count];
        }
        Tensor inputs = filled(batch.teacherInputs(), count);
        Tensor targets = batch.targets() == null ? null : filled(batch.targets(), count);
        return teacher.observe(new Batch(ids, inputs, inputs, targets, batch.augmentationSeed()), taps).map(shown -> shown.slice(0, 0, count));
    }

    private Tensor filled(Tensor rows, int count) {
        return rows.concat(0, Collections.nCopies(Math.ceilDiv(size, count) - 1, rows)).slice(0, 0, size);
    }

    @Override
    public Optional<String> fingerprint() {
        return teacher.fingerprint();
    }
}
