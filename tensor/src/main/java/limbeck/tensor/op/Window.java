package limbeck.tensor.op;

import limbeck.tensor.ShapeException;

/**
 * How pooling cuts one axis into windows: window o covers the elements from {@code start(o)} (inclusive) to
 * {@code end(o)} (exclusive), both already limited to the axis.
 */
public sealed interface Window {
    /**
     * The number of windows on an axis.
     *
     * @param extent the axis' extent
     * @return at least 1
     * @throws ShapeException if the axis is too short for one window
     */
    int count(int extent);

    /**
     * The first element of a window.
     *
     * @param window the window's number
     * @param extent the axis' extent
     * @return at least 0
     */
    int start(int window, int extent);

    /**
     * One past the last element of a window.
     *
     * @param window the window's number
     * @param extent the axis' extent
     * @return at most the extent
     */
    int end(int window, int extent);

    /**
     * What an average over the window divides by on this axis.
     *
     * @param window the window's number
     * @param extent the axis' extent
     * @return the kernel size for sliding windows (padding counts as zeros, as in PyTorch), else the window's length
     */
    int divisor(int window, int extent);

    /**
     * Windows of one size at equal steps.
     *
     * @param kernel the size of a window
     * @param stride the step from one window to the next
     * @param padding elements of border on both sides; at most half the kernel
     */
    record Sliding(int kernel, int stride, int padding) implements Window {
        /**
         * Checks the numbers.
         *
         * @throws ShapeException if the kernel or stride is below 1, or the padding more than half the kernel
         */
        public Sliding {
            if (kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2) {
                throw new ShapeException("pool: kernel " + kernel + ", stride " + stride + ", padding " + padding
                        + " do not make windows; need kernel >= 1, stride >= 1 and 0 <= padding <= kernel / 2");
            }
        }

        @Override
        public int count(int extent) {
            // An empty axis has no element for a window of padding alone.
            if (extent < 1 || extent + 2 * padding < kernel) {
                throw new ShapeException("pool: extent " + extent + " with padding " + padding + " is too short for the kernel " + kernel
                        + "; use a smaller kernel or more padding");
            }
            return (extent + 2 * padding - kernel) / stride + 1;
        }

        @Override
        public int start(int window, int extent) {
            return Math.max(0, window * stride - padding);
        }

        @Override
        public int end(int window, int extent) {
            return Math.min(extent, window * stride - padding + kernel);
        }

        @Override
        public int divisor(int window, int extent) {
            return kernel;
        }
    }

    /**
     * As many windows as asked for, as equal as the extent allows: window o covers {@code floor(o n / windows)} to
     * {@code ceil((o + 1) n / windows)}.
     *
     * @param windows the number of windows
     */
    record Adaptive(int windows) implements Window {
        /**
         * Checks the number.
         *
         * @throws ShapeException if it is below 1
         */
        public Adaptive {
            if (windows < 1) {
                throw new ShapeException("pool: an adaptive pool needs at least 1 window, got " + windows);
            }
        }

        @Override
        public int count(int extent) {
            if (extent < 1) {
                throw new ShapeException("pool: cannot cut an empty axis into " + windows + " windows");
            }
            return windows;
        }

        @Override
        public int start(int window, int extent) {
            return (int) ((long) window * extent / windows);
        }

        @Override
        public int end(int window, int extent) {
            return (int) Math.ceilDiv((window + 1L) * extent, (long) windows);
        }

        @Override
        public int divisor(int window, int extent) {
            return end(window, extent) - start(window, extent);
        }
    }
}
