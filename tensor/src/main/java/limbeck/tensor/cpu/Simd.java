package limbeck.tensor.cpu;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Whether this process computes with the Vector API, and how wide: decided once, before any class that names the API
 * is linked. The module {@code jdk.incubator.vector} is optional; without it all loops are scalar.
 */
final class Simd {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int BITS = choose();

    private Simd() {
    }

    /** True if the vector classes may be linked. */
    static boolean available() {
        return BITS != 0;
    }

    /** Bits of a vector: 128, 256 or 512; 0 for scalar loops. */
    static int bits() {
        return BITS;
    }

    private static int choose() {
        // The property forces a width, for tests and for processors that run faster below their widest.
        Integer forced = Integer.getInteger("limbeck.vector.bits");
        if (forced != null && forced == 0) {
            return 0;
        }
        Logger log = System.getLogger("limbeck.tensor");
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            log.log(Level.WARNING, "the cpu device computes in scalar loops, several times slower: start java with --add-modules "
                    + MODULE);
            return 0;
        }
        if (forced != null) {
            if (forced == 128 || forced == 256 || forced == 512) {
                return forced;
            }
            log.log(Level.WARNING, "limbeck.vector.bits is " + forced + "; expected 128, 256, 512, or 0 for scalar loops: ignored");
        }
        return Math.clamp(Preferred.bits(), 128, 512);
    }

    /** Apart, so that {@link Simd} itself can be linked without the module. */
    private static final class Preferred {
        static int bits() {
            return jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }
}
