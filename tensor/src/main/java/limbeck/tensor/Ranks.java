package limbeck.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Op;
import limbeck.tensor.spi.Link;
import limbeck.tensor.spi.View;

/**
 * The ranks of {@link Collective#run}, as threads of this process. Tensors go through Java, or over a backend's {@link Link}; either
 * way the ranks meet before, so that a link never waits for a rank that does something else.
 */
final class Ranks {
    /** What a rank shows the others: what it is about to do, and with which tensors. */
    private record Offer(String what, List<Tensor> tensors) {
        private String text() {
            return what + " of " + tensors.stream().map(tensor -> tensor.shape() + " " + tensor.dtype()).toList();
        }
    }

    private final Meeting<Offer> meeting;
    private final List<Device> devices;
    private final List<Link> links;

    private Ranks(List<Device> devices, List<Link> links) {
        this.meeting = new Meeting<>(devices.size());
        this.devices = devices;
        this.links = links;
    }

    static <T> List<T> run(List<Device> devices, boolean linked, Function<Collective, T> body) {
        if (devices.isEmpty()) {
            throw new IllegalArgumentException("collective: there is no device; give one for each rank");
        }
        List<Device> all = List.copyOf(devices);
        List<Link> links = linked ? all.getFirst().backend().connect(all.stream().map(Device::backend).toList()) : List.of();
        try {
            return new Ranks(all, links).run(body);
        } finally {
            links.forEach(Link::close);
        }
    }

    private <T> List<T> run(Function<Collective, T> body) {
        var results = new ArrayList<T>(Collections.nCopies(devices.size(), null));
        var failures = Collections.synchronizedList(new ArrayList<Throwable>());
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < devices.size(); i++) {
            int rank = i;
            threads.add(Thread.ofPlatform().name("limbeck-rank-" + rank).start(() -> {
                try {
                    results.set(rank, body.apply(new Rank(rank)));
                    meeting.leave("collective: rank " + rank + " has ended, and others still wait for it; all must call the same methods", null);
                } catch (Throwable failure) {
                    failures.add(failure);
                    meeting.leave("collective: rank " + rank + " has failed (" + failure.getMessage() + ")", failure);
                }
            }));
        }
        join(threads);
        if (!failures.isEmpty()) {
            throw first(failures);
        }
        return results;
    }

    /** Waits for all, even if interrupted: then they are, too. */
    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first failure; those that it brought about are part of it. */
    private static RuntimeException first(List<Throwable> failures) {
        Throwable first = failures.getFirst();
        failures.stream().skip(1).filter(later -> later.getCause() != first && later != first).forEach(first::addSuppressed);
        return switch (first) {
            case RuntimeException exception -> exception;
            case Error error -> throw error;
            default -> new IllegalStateException(first);
        };
    }

    private final class Rank implements Collective {
        private final int rank;

        Rank(int rank) {
            this.rank = rank;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int size() {
            return devices.size();
        }

        @Override
        public Device device() {
            return devices.get(rank);
        }

        @Override
        public List<Tensor> sum(List<Tensor> tensors) {
            if (links.isEmpty()) {
                List<Offer> offers = offer("sum", tensors);
                return exchange(tensors.size(), i -> tree(offers.stream().map(offer -> offer.tensors().get(i)).toList()));
            }
            List<Tensor> sums = tensors.stream().map(this::copy).toList();
            offer("sum", tensors);
            links.get(rank).sum(views(sums));
            return sums;
        }

        @Override
        public List<Tensor> broadcast(List<Tensor> tensors, int from) {
            if (from < 0 || from >= size()) {
                throw new IllegalArgumentException("collective: there is no rank " + from + " among " + size());
            }
            if (links.isEmpty()) {
                List<Offer> offers = offer("broadcast from rank " + from, tensors);
                return exchange(tensors.size(), i -> copy(offers.get(from).tensors().get(i)));
            }
            List<Tensor> copies = tensors.stream().map(this::copy).toList();
            offer("broadcast from rank " + from, tensors);
            links.get(rank).broadcast(views(copies), from);
            return copies;
        }

        /** Meets the others and checks that all are about to do the same. */
        private List<Offer> offer(String what, List<Tensor> tensors) {
            for (Tensor tensor : tensors) {
                if (tensor.device() != device()) {
                    throw new IllegalArgumentException("collective: rank " + rank + " computes on " + device() + ", and gave a tensor on "
                            + tensor.device() + "; move it with to(device)");
                }
            }
            List<Offer> offers = meeting.meet(rank, new Offer(what, List.copyOf(tensors)));
            String first = offers.getFirst().text();
            for (int other = 1; other < offers.size(); other++) {
                String text = offers.get(other).text();
                if (!text.equals(first)) {
                    throw new IllegalStateException("collective: rank 0 wants the " + first + ", rank " + other + " the " + text
                            + "; all must call the same methods with the same shapes");
                }
            }
            return offers;
        }

        /** Shares the work on a number of tensors: each is made by one rank, and copied by the others before any goes on. */
        private List<Tensor> exchange(int count, Function<Integer, Tensor> make) {
            var mine = new ArrayList<Tensor>();
            for (int i = rank; i < count; i += size()) {
                mine.add(make.apply(i));
            }
            List<Offer> made = meeting.meet(rank, new Offer("", mine));
            var all = new ArrayList<Tensor>(count);
            for (int i = 0; i < count; i++) {
                Tensor one = made.get(i % size()).tensors().get(i / size());
                all.add(i % size() == rank ? one : copy(one));
            }
            meeting.meet(rank, null);
            return all;
        }

        /** A tensor of this rank's own. */
        private Tensor copy(Tensor tensor) {
            return tensor.device() == device() ? tensor.apply(new Copy(Op.Order.ROW_MAJOR), List.of()) : here(tensor);
        }

        private Tensor here(Tensor tensor) {
            return tensor.to(device()).to(tensor.dtype());
        }

        /** Neighbours first, then their sums: an order that depends on the number of ranks alone. */
        private Tensor tree(List<Tensor> addends) {
            try (var scope = Scope.open("sum over ranks")) {
                List<Tensor> level = size() == 1 ? List.of(copy(addends.getFirst())) : addends.stream().map(this::here).toList();
                while (level.size() > 1) {
                    var next = new ArrayList<Tensor>();
                    for (int i = 0; i < level.size(); i += 2) {
                        next.add(i + 1 < level.size() ? level.get(i).add(level.get(i + 1)) : level.get(i));
                    }
                    level = next;
                }
                return scope.keep(level.getFirst());
            }
        }
    }

    private static List<View> views(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::view).toList();
    }
}
