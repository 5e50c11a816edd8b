package limbeck.tensor.cpu;

/** What is done to the pixels of a convolution's result as soon as they are there, while they are still in the cache. */
@FunctionalInterface
interface Finish {
    /** Nothing. */
    Finish NONE = (first, count) -> { };

    /**
     * Finishes some pixels, on the thread that has computed them.
     *
     * @param first the first pixel's number in the order of memory: all images, all lines
     * @param count how many follow one another
     */
    void pixels(int first, int count);
}
