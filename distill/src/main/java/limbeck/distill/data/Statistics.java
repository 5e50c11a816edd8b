package limbeck.distill.data;

import java.util.Arrays;

/**
 * Mean and standard deviation (of the population) per channel, as used to normalise inputs: {@code (x - mean) / std}. Compute it on
 * the training part and use it for both.
 *
 * @param mean one mean per channel, in the units that {@link Dataset#read} gives (bytes are already divided by 255)
 * @param std  one standard deviation per channel; 0 for a channel that never changes
 */
public record Statistics(float[] mean, float[] std) {
    /**
     * Checks that there is one of each per channel.
     *
     * @throws IllegalArgumentException if the lengths differ
     */
    public Statistics {
        if (mean.length != std.length) {
            throw new IllegalArgumentException("statistics: " + mean.length + " means but " + std.length + " standard deviations");
        }
        mean = mean.clone();
        std = std.clone();
    }

    /**
     * The statistics that change nothing: mean 0, standard deviation 1.
     *
     * @param channels the number of channels
     * @return statistics under which {@link #normalise} is the identity
     */
    public static Statistics identity(int channels) {
        var ones = new float[channels];
        Arrays.fill(ones, 1);
        return new Statistics(new float[channels], ones);
    }

    /** {@link Dataset#statistics}, of a set that is not empty. */
    static Statistics of(Dataset data) {
        int size = data.size();
        int n = (int) data.shape().size();
        int channels = data.shape().rank() == 0 ? 1 : data.shape().dim(0);
        int perChannel = n / channels;
        var mean = new float[channels];
        var std = new float[channels];
        var example = new float[n];
        var sum = new double[channels];
        var squares = new double[channels];
        for (int i = 0; i < size; i++) {
            data.read(i, example, 0);
            for (int c = 0; c < channels; c++) {
                for (int k = c * perChannel; k < (c + 1) * perChannel; k++) {
                    sum[c] += example[k];
                }
            }
        }
        double count = (double) size * perChannel;
        for (int c = 0; c < channels; c++) {
            sum[c] /= count;
        }
        // A second pass around the mean: sum of squares minus square of sum would lose the deviation of a column like a year.
        for (int i = 0; i < size; i++) {
            data.read(i, example, 0);
            for (int c = 0; c < channels; c++) {
                for (int k = c * perChannel; k < (c + 1) * perChannel; k++) {
                    squares[c] += (example[k] - sum[c]) * (example[k] - sum[c]);
                }
            }
        }
        for (int c = 0; c < channels; c++) {
            mean[c] = (float) sum[c];
            std[c] = (float) Math.sqrt(squares[c] / count);
        }
        return new Statistics(mean, std);
    }

    /**
     * The number of channels.
     *
     * @return the number of channels
     */
    public int channels() {
        return mean.length;
    }

    /**
     * Normalises one example in place. A channel with standard deviation 0 is only centred: it carries no information, and dividing
     * would make it infinite.
     *
     * @param values holds the example, channel after channel
     * @param offset where it starts
     * @param size   its number of values, a multiple of the number of channels
     */
    public void normalise(float[] values, int offset, int size) {
        int perChannel = size / mean.length;
        for (int c = 0; c < mean.length; c++) {
            float shift = mean[c];
            float scale = std[c] > 0 ? 1 / std[c] : 1;
            int from = offset + c * perChannel;
            for (int i = from; i < from + perChannel; i++) {
                values[i] = (values[i] - shift) * scale;
            }
        }
    }

    /** {@return a copy of the means, one per channel} */
    @Override
    public float[] mean() {
        return mean.clone();
    }

    /** {@return a copy of the standard deviations, one per channel} */
    @Override
    public float[] std() {
        return std.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Statistics that && Arrays.equals(mean, that.mean) && Arrays.equals(std, that.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    @Override
    public String toString() {
        return "Statistics[mean=" + Arrays.toString(mean) + ", std=" + Arrays.toString(std) + "]";
    }
}
