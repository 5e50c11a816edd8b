package limbeck.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** A library to compare with. Its benchmarks are in {@code src/peers} and only there with the Maven profile {@code peers}. */
enum Rival {
    /** libtorch with MKL and oneDNN: PyTorch's own build for the CPU, driven from Java. */
    LIBTORCH("libtorch", "Libtorch", "org.bytedeco/pytorch"),
    /** Intel's Math Kernel Library. */
    MKL("MKL", "Mkl", "org.bytedeco/mkl"),
    /** OpenBLAS. */
    OPENBLAS("OpenBLAS", "OpenBlas", "org.bytedeco/openblas"),
    /** EJML, in pure Java. Far behind on products, so the quick selection leaves it out. */
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

    /** What the table calls it. */
    String title() {
        return title;
    }

    /** The full name of its benchmark for a case, whether there is one or not. */
    String benchmark(Case one) {
        return PACKAGE + prefix + one.family() + "." + one.rival();
    }

    /** The version on the class path, as Maven wrote it into the jar; or the empty text. */
    String version() {
        try (InputStream in = Rival.class.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            if (in == null) {
                return "";
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "");
        } catch (IOException e) {
            return "";
        }
    }
}
