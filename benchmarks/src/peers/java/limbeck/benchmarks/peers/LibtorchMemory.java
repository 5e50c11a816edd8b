package limbeck.benchmarks.peers;

import limbeck.benchmarks.compare.MemoryReport;
import limbeck.nn.models.Models;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a training step takes of memory in libtorch: the counterpart of {@link MemoryReport}. */
public final class LibtorchMemory {
    private static final int STEPS = 20;

    private LibtorchMemory() {
    }

    /**
     * Trains and prints the figures.
     *
     * @param args how images lie in memory
     */
    public static void main(String[] args) {
        Libtorch.load(Threads.count());
        var task = new LibtorchStep.Task("resnet20", Models.build("resnet20", LibtorchStep.example("resnet20"), 10, Key.of(1)), args[0]);
        System.out.println(MemoryReport.resident(args[0] + ", resident before the first step", "VmRSS"));
        for (int i = 0; i < STEPS; i++) {
            try (var _ = new PointerScope()) {
                task.optimizer.zero_grad();
                Tensor loss = torch.cross_entropy_loss(task.net.forward(task.images, true), task.labels);
                loss.backward();
                task.optimizer.step();
            }
        }
        System.out.println(MemoryReport.resident(args[0] + ", resident at its most", "VmHWM"));
    }
}
