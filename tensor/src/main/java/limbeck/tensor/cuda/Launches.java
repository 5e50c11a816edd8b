package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUDA_KERNEL_NODE_PARAMS_v2;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** A few launches in a row, written down with their arguments and not yet handed to the driver. Used again after {@link #clear}. */
final class Launches {
    /** As many as there is room for. */
    static final int MOST = 64;
    /** The numbers that a launch has beside its arguments: its grid, threads and shared memory. */
    private static final int NUMBERS = 5;

    private final Kernel[] kernels = new Kernel[MOST];
    private final int[] numbers = new int[NUMBERS * MOST];
    private final int[] firstByte = new int[MOST + 1];
    private final int[] firstArgument = new int[MOST + 1];
    private final Arguments arguments = new Arguments(MOST);
    private int count;

    Launches() {
        clear();
    }

    int count() {
        return count;
    }

    void clear() {
        // Kernels live as long as their device: there is nothing to let go of.
        count = 0;
        arguments.clear();
        firstByte[0] = arguments.end();
        firstArgument[0] = 0;
    }

    /** Writes one down; there is room for it. */
    void add(Kernel kernel, int gridX, int gridY, int gridZ, int threads, int sharedBytes, Object... args) {
        arguments.add(args);
        kernels[count] = kernel;
        int at = NUMBERS * count;
        numbers[at] = gridX;
        numbers[at + 1] = gridY;
        numbers[at + 2] = gridZ;
        numbers[at + 3] = threads;
        numbers[at + 4] = sharedBytes;
        count++;
        firstByte[count] = arguments.end();
        firstArgument[count] = arguments.count();
    }

    /**
     * What rows of launches have in common that differ in their arguments alone: one graph serves them all.
     *
     * @param place the row's number among those that follow one another
     */
    Form form(int place) {
        return new Form(place, Arrays.copyOf(kernels, count), Arrays.copyOf(numbers, NUMBERS * count), Arrays.copyOf(firstByte, count + 1));
    }

    /** See {@link #form}. */
    static final class Form {
        private final int place;
        private final Kernel[] kernels;
        private final int[] numbers;
        /** Where each launch's values lie; they are compared by bytes. */
        private final int[] firstByte;

        private Form(int place, Kernel[] kernels, int[] numbers, int[] firstByte) {
            this.place = place;
            this.kernels = kernels;
            this.numbers = numbers;
            this.firstByte = firstByte;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Form that && place == that.place && Arrays.equals(numbers, that.numbers)
                    && Arrays.equals(firstByte, that.firstByte) && Arrays.equals(kernels, that.kernels);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * place + Arrays.hashCode(kernels)) + Arrays.hashCode(numbers);
        }
    }

    /** A copy of all arguments' values. */
    byte[] values() {
        return arguments.values().asSlice(firstByte[0], firstByte[count] - firstByte[0]).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Whether a launch has the arguments that a copy remembers. */
    boolean equalsAt(int i, byte[] remembered) {
        return mismatch(remembered, firstByte[i], firstByte[i + 1]) < 0;
    }

    /** Whether all launches have the arguments that a copy remembers. */
    boolean equalsAll(byte[] remembered) {
        return mismatch(remembered, firstByte[0], firstByte[count]) < 0;
    }

    private long mismatch(byte[] remembered, int from, int to) {
        int base = firstByte[0];
        return MemorySegment.mismatch(arguments.values(), from, to, MemorySegment.ofArray(remembered), from - base, to - base);
    }

    /** Brings a copy up to date with one launch. */
    void copyTo(byte[] remembered, int i) {
        MemorySegment.copy(arguments.values(), firstByte[i], MemorySegment.ofArray(remembered), firstByte[i] - firstByte[0],
                firstByte[i + 1] - firstByte[i]);
    }

    /** Describes one launch to the driver; valid until the next is described. */
    void describe(int i, CUDA_KERNEL_NODE_PARAMS_v2 node) {
        int at = NUMBERS * i;
        node.func(kernels[i].function());
        node.gridDimX(numbers[at]).gridDimY(numbers[at + 1]).gridDimZ(numbers[at + 2]);
        node.blockDimX(numbers[at + 3]).blockDimY(1).blockDimZ(1).sharedMemBytes(numbers[at + 4]);
        node.kernelParams(arguments.table(firstArgument[i]));
    }

    /** Launches one after the other. */
    void launchEach(CUstream_st stream) {
        for (int i = 0; i < count; i++) {
            int at = NUMBERS * i;
            int code = cuLaunchKernel(kernels[i].function(), numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3], 1, 1,
                    numbers[at + 4], stream, arguments.table(firstArgument[i]), (PointerPointer<Pointer>) null);
            if (code != 0) {
                check(code, "the launch of " + text(i));
            }
        }
    }

    /** A launch in words, for an error. */
    String text(int i) {
        int at = NUMBERS * i;
        return kernels[i].name() + " with grid (" + numbers[at] + ", " + numbers[at + 1] + ", " + numbers[at + 2] + ") of " + numbers[at + 3]
                + " threads";
    }
}
