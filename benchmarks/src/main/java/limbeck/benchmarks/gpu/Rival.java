package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Optional;
import limbeck.tensor.Precision;

/**
 * A library of CUDA that does what we do, on the same device. Operands are given as numbers that are repeated until the operand is full;
 * a device has been opened on the calling thread before.
 */
sealed interface Rival {
    /** Its name and version. */
    String title();

    /** Copies on the device. */
    non-sealed interface Copies extends Rival {
        /** Copies so many bytes from one place to another. */
        Work copy(long bytes, float[] pattern);
    }

    /** Products of square matrices. */
    non-sealed interface Products extends Rival {
        /** All forms of a product that compute as exactly as the precision says; the matrices are in row order. */
        List<Work> products(Precision precision, int size, float[] a, float[] b);
    }

    /** Convolutions and their gradients. */
    non-sealed interface Convolutions extends Rival {
        /**
         * All forms of one part of a convolution that compute as exactly as the precision says; the fastest algorithm has been chosen.
         * Images have their channels last, and so have the weights (out, height, width, in).
         *
         * @param first the image, for its gradient the gradient of the result
         * @param second the weights, for their gradient the gradient of the result
         */
        List<Work> convolutions(Precision precision, Convolution layer, Convolution.Part part, float[] first, float[] second);
    }

    /**
     * A rival, if this machine and this build have it.
     *
     * @param type what it does
     * @param name of its class in this package: only a build with {@code -Pgpu} has it
     * @param figures is told why not
     */
    static <R extends Rival> Optional<R> find(Class<R> type, String name, Figures figures) {
        try {
            R rival = type.cast(Class.forName(Rival.class.getPackageName() + "." + name).getDeclaredConstructor().newInstance());
            figures.remark("beside us: " + rival.title());
            return Optional.of(rival);
        } catch (ClassNotFoundException _) {
            figures.remark(name + " is not measured: this was built without -Pgpu, which brings the bindings");
        } catch (ReflectiveOperationException | LinkageError e) {
            figures.remark(name + " is not measured: " + reason(e));
        }
        return Optional.empty();
    }

    /** The first line of what went wrong at the bottom. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage().lines().findFirst().orElse("");
        // Without the folders, and the list of those that were looked through.
        return said.replaceAll("(?<![\\w/])/\\S*/", "").replaceFirst(" in java\\.library\\.path.*", "").strip();
    }
}
