package limbeck.tensor;

import java.util.List;
import java.util.function.Function;

/**
 * One of several ranks that compute together, each on a thread and a device of its own: what data-parallel training needs to keep
 * replicas of a model alike.
 *
 * {@snippet :
 * List<Double> losses = Collective.run(List.of(Device.cuda(0), Device.cuda(1)), rank -> {
 *     Module replica = model(key);                              // the same key: the same weights on all ranks
 *     replica.to(rank.device());
 *     Optimizer optimizer = new Averaged(Adam.of(groups(replica), rate), rank);
 *     return train(replica, optimizer, shard(rank.rank(), rank.size()));
 * });
 * }
 *
 * All ranks call the same methods in the same order, with tensors of the same shapes. Where they do not, or one of them fails or ends
 * early, whoever waits for it gets an error instead of waiting for ever.
 */
public interface Collective {
    /**
     * Which one this is.
     *
     * @return from 0 to {@link #size} - 1
     */
    int rank();

    /**
     * How many there are.
     *
     * @return at least 1
     */
    int size();

    /**
     * Where this rank computes.
     *
     * @return its device
     */
    Device device();

    /**
     * The sums over all ranks, element by element. All ranks get the same bits, whoever comes first.
     *
     * @param tensors this rank's addends, on its device; they stay as they are
     * @return as many tensors of the same shapes
     * @throws IllegalStateException if the ranks do not agree on what to do, or another one has failed or ended
     */
    List<Tensor> sum(List<Tensor> tensors);

    /**
     * One rank's tensors on all of them.
     *
     * @param tensors those of this rank, which are looked at for their shapes where they are not the ones to be sent
     * @param from the rank to send
     * @return as many tensors of the same shapes
     * @throws IllegalArgumentException if there is no such rank
     * @throws IllegalStateException if the ranks do not agree on what to do, or another one has failed or ended
     */
    List<Tensor> broadcast(List<Tensor> tensors, int from);

    /**
     * Runs a body on each of several ranks at once, and waits for them all. Different GPUs exchange tensors by NCCL, which takes
     * the library {@code libnccl.so.2}; all else goes through Java.
     *
     * @param <T> what the body makes
     * @param devices one for each rank; a device may serve several
     * @param body what a rank does, on a thread of its own
     * @return what the bodies have made, by rank
     * @throws IllegalArgumentException if there is no device
     * @throws IllegalStateException if NCCL is needed and cannot be used, saying what is missing
     * @throws RuntimeException what the first body that failed has thrown
     */
    static <T> List<T> run(List<Device> devices, Function<Collective, T> body) {
        return Ranks.run(devices, true, body);
    }

    /**
     * Like {@link #run}, but between GPUs through Java too: slow, and without NCCL.
     *
     * @param <T> what the body makes
     * @param devices one for each rank
     * @param body what a rank does
     * @return what the bodies have made, by rank
     * @throws IllegalArgumentException if there is no device
     * @throws RuntimeException what the first body that failed has thrown
     */
    static <T> List<T> runThroughJava(List<Device> devices, Function<Collective, T> body) {
        return Ranks.run(devices, false, body);
    }
}
