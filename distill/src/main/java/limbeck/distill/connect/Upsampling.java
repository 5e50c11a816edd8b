package limbeck.distill.connect;

/** How an axis of a feature map is made longer. Output i of n looks at {@code (i + 0.5) m / n - 0.5} of m inputs. */
public enum Upsampling {
    /** Takes the input in whose cell it falls. */
    NEAREST,
    /** Takes both neighbours, the nearer with the larger weight; beyond the first and last input their values go on. */
    BILINEAR;

    /**
     * The weights of all inputs for all outputs.
     *
     * @param from the number of inputs
     * @param to the number of outputs
     * @return row-major (to, from); every row sums to 1
     */
    double[] weights(int from, int to) {
        double[] weights = new double[to * from];
        for (int i = 0; i < to; i++) {
            int row = i * from;
            switch (this) {
                case NEAREST -> weights[row + (int) ((2L * i + 1) * from / (2L * to))] = 1;
                case BILINEAR -> {
                    double place = Math.clamp((i + 0.5) * from / to - 0.5, 0, from - 1);
                    int below = Math.min((int) place, from - 1);
                    int above = Math.min(below + 1, from - 1);
                    weights[row + below] += 1 - (place - below);
                    weights[row + above] += place - below;
                }
            }
        }
        return weights;
    }
}
