package limbeck.benchmarks.gpu;

import static limbeck.benchmarks.gpu.Blocks.check;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;

import limbeck.benchmarks.gpu.Blocks.Address;

/** The driver's copy on the device: what its memory gives. */
final class DriverCopy implements Rival.Copies {
    @Override
    public String title() {
        return "a copy by the driver";
    }

    @Override
    public Work copy(long bytes, float[] pattern) {
        var blocks = new Blocks();
        return new Copy(blocks, blocks.floats(bytes / 4, pattern), blocks.empty(bytes), bytes);
    }

    private record Copy(Blocks blocks, Address from, Address to, long bytes) implements Work {
        @Override
        public String who() {
            return "copy";
        }

        @Override
        public void launch() {
            check(cuMemcpyDtoDAsync(to.value(), from.value(), bytes, blocks.stream()), "cuMemcpyDtoDAsync");
        }

        @Override
        public void await() {
            blocks.await();
        }

        @Override
        public float[] result(int count) {
            return blocks.read(to, count);
        }

        @Override
        public void close() {
            blocks.close();
        }
    }
}
