package limbeck.benchmarks.gpu;

/** Work of a rival that is ready to run: its operands are on the device. */
interface Work extends AutoCloseable {
    /** Who does it, and how: {@code cuBLAS from bfloat16}. */
    String who();

    /** Queues it. */
    void launch();

    /** Waits for all that was queued. */
    void await();

    /** The first numbers of the result. */
    float[] result(int count);

    /** Gives the memory back. */
    @Override
    void close();
}
