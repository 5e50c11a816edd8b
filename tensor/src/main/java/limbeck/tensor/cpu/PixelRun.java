package limbeck.tensor.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import limbeck.tensor.cpu.Im2col.Axis;

/**
 * Pixels of a line of an image, a stride apart, that the same taps of a strided convolution reach: {@link Col2im} adds up what comes to
 * them in one loop, without asking pixel by pixel.
 *
 * @param x the first of them
 * @param count how many
 * @param taps the kernel's columns
 * @param pixels from which pixel of the gradient's line each of them reaches the first
 */
record PixelRun(int x, int count, int[] taps, int[] pixels) {
    /**
     * All runs of a line.
     *
     * @param axis the kernel along it
     * @param width pixels of the image's line
     * @param gradient pixels of the result's line
     */
    static List<PixelRun> of(Axis axis, int width, int gradient) {
        var all = new ArrayList<PixelRun>();
        for (int phase = 0; phase < Math.min(axis.stride(), width); phase++) {
            int x = phase;
            while (x < width) {
                PixelRun run = at(x, axis, width, gradient);
                all.add(run);
                x += run.count * axis.stride();
            }
        }
        return all;
    }

    private static PixelRun at(int x, Axis axis, int width, int gradient) {
        var taps = new int[axis.taps()];
        var pixels = new int[axis.taps()];
        int length = 0;
        int count = Math.ceilDiv(width - x, axis.stride());
        for (int s = 0; s < axis.taps(); s++) {
            if (axis.meets(x, s)) {
                int pixel = axis.result(x, s);
                if (pixel >= 0 && pixel < gradient) {
                    taps[length] = s;
                    pixels[length++] = pixel;
                }
                // Until it comes, or is gone.
                int change = pixel < 0 ? -pixel : pixel < gradient ? gradient - pixel : count;
                count = Math.min(count, change);
            }
        }
        return new PixelRun(x, count, Arrays.copyOf(taps, length), Arrays.copyOf(pixels, length));
    }
}
