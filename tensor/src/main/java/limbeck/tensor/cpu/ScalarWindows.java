package limbeck.tensor.cpu;

/** Pooling without vectors, channel by channel. */
final class ScalarWindows implements Windows {
    @Override
    public void max(int height, int width, int row, int c, float[] x, int at, float[] z, int zi) {
        max(height, width, row, 0, c, x, at, z, zi);
    }

    @Override
    public void pick(int height, int width, int row, int c, float[] x, int at, float[] values, int vi, float[] z, int zi) {
        pick(height, width, row, 0, c, x, at, values, vi, z, zi);
    }

    @Override
    public void scatter(int height, int width, int row, int c, float[] x, int at, float[] g, int gi, float[] z, int zi) {
        scatter(height, width, row, 0, c, x, at, g, gi, z, zi);
    }

    @Override
    public void sum(int height, int width, int row, int c, float scale, float[] x, int at, float[] z, int zi) {
        sum(height, width, row, 0, c, scale, x, at, z, zi);
    }

    @Override
    public void spread(int height, int width, int row, int c, float scale, float[] g, int gi, float[] z, int zi) {
        spread(height, width, row, 0, c, scale, g, gi, z, zi);
    }

    // The same for the channels from one on, which is what the vector loops leave over.

    void max(int height, int width, int row, int first, int c, float[] x, int at, float[] z, int zi) {
        for (int k = first; k < c; k++) {
            z[zi + k] = x[at + place(height, width, row, c, x, at + k) + k];
        }
    }

    void pick(int height, int width, int row, int first, int c, float[] x, int at, float[] values, int vi, float[] z, int zi) {
        for (int k = first; k < c; k++) {
            z[zi + k] = values[vi + place(height, width, row, c, x, at + k) + k];
        }
    }

    void scatter(int height, int width, int row, int first, int c, float[] x, int at, float[] g, int gi, float[] z, int zi) {
        for (int k = first; k < c; k++) {
            z[zi + place(height, width, row, c, x, at + k) + k] += g[gi + k];
        }
    }

    /** Where in a window one channel's largest element is. */
    private static int place(int height, int width, int row, int c, float[] x, int at) {
        float best = x[at];
        int place = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                float v = x[at + i * row + j * c];
                // A NaN wins once; after it nothing does.
                if (v > best || v != v && best == best) {
                    best = v;
                    place = i * row + j * c;
                }
            }
        }
        return place;
    }

    void sum(int height, int width, int row, int first, int c, float scale, float[] x, int at, float[] z, int zi) {
        for (int k = first; k < c; k++) {
            float sum = 0;
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    sum += x[at + i * row + j * c + k];
                }
            }
            z[zi + k] = sum * scale;
        }
    }

    void spread(int height, int width, int row, int first, int c, float scale, float[] g, int gi, float[] z, int zi) {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int to = zi + i * row + j * c;
                for (int k = first; k < c; k++) {
                    z[to + k] += g[gi + k] * scale;
                }
            }
        }
    }
}
