package limbeck.tensor.cpu;

/**
 * Loops over vectors that C2 has to compile by themselves, because their bodies call methods of ours, such as {@link VectorMath#exp}.
 *
 * <p>Inlined into one method with others, such a loop may find the compiler's budget of nodes spent (NodeCountInliningCutoff). The methods
 * that are then called, rather than inlined as well, take their vectors on the heap: exp took 15 times as long, tanh 35 times, in a process
 * that had used sigmoid, too, and for as long as it lived. The methods of the Vector API are exempt, and so are loops that call nothing else.
 */
final class Alone {
    private static final Loop FIRST = (_, _, _, _, _, _, _, _) -> { };
    private static final Loop SECOND = (_, _, _, _, _, _, _, _) -> { };

    /** A loop: on some elements, or on a row. */
    @FunctionalInterface
    interface Loop {
        /**
         * Does the work.
         *
         * @param n how many elements
         * @param x operand
         * @param xi where its elements begin
         * @param g second operand, where there is one
         * @param gi where its elements begin
         * @param z takes the result
         * @param zi where that begins
         * @param lanes room for a vector, for loops that sum
         */
        void run(int n, float[] x, int xi, float[] g, int gi, float[] z, int zi, float[] lanes);
    }

    private Alone() {
    }

    /**
     * Runs a loop without inlining it. C2 inlines what a place calls as long as it has seen no more than two classes there, so this place
     * calls two empty loops first.
     *
     * @param loop read from a field or an array: one that C2 knew for a constant it would inline all the same
     */
    static void run(Loop loop, int n, float[] x, int xi, float[] g, int gi, float[] z, int zi, float[] lanes) {
        for (int i = 0; i < 3; i++) {
            Loop next = i == 0 ? FIRST : i == 1 ? SECOND : loop;
            next.run(n, x, xi, g, gi, z, zi, lanes);
        }
    }
}
