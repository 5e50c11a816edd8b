package limbeck.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.Properties;
import java.util.Set;

/** A library to compare with. Its benchmarks are in {@code src/peers} and only there with the Maven profile {@code peers}. */
enum Rival {
    /** libtorch with MKL and oneDNN: PyTorch's own build for the CPU, driven from Java. */
    LIBTORCH("libtorch", "Libtorch", "org.bytedeco/pytorch"),
    /** Intel's Math Kernel Library. */
    MKL("MKL", "Mkl", "org.bytedeco/mkl"),
    /** OpenBLAS. */
    OPENBLAS("OpenBLAS", "OpenBlas", "org.bytedeco/openblas"),
    /** EJML, in pure Java. */
    EJML("EJML", "Ejml", "org.ejml/ejml-fdense");

    private static final String PACKAGE = "limbeck.benchmarks.peers.";

    private final String title;
    private final String prefix;
    private final String artifact;

    Rival(String title, String prefix, String artifact) {
        this.title = title;
        this.prefix = prefix;
        this.artifact = artifact;
    }

    /** Those of a comparison: a quick one has no time for EJML, which is far behind. */
    static Set<Rival> all(boolean quickly) {
        return quickly ? EnumSet.complementOf(EnumSet.of(EJML)) : EnumSet.allOf(Rival.class);
    }

    /** What the table calls it. */
    String title() {
        return title;
    }

    /** The full name of its benchmark for a case, whether there is one or not. */
    String benchmark(Case one) {
        return PACKAGE + prefix + one.family() + "." + one.rival();
    }

    /** The version on the class path, as Maven wrote it into the jar, or EJML into a class; or the empty text. */
    String version() {
        try (InputStream in = Rival.class.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            if (in == null) {
                return this == EJML ? (String) Class.forName("org.ejml.EjmlVersion").getField("VERSION").get(null) : "";
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "");
        } catch (IOException | ReflectiveOperationException e) {
            return "";
        }
    }
}
