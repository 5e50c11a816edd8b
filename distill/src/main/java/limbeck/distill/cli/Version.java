package limbeck.distill.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which version this is, as Maven wrote it into the jar. */
final class Version {
    private static final String PROPERTIES = "/META-INF/maven/io.github.limbeck/limbeck-distill/pom.properties";

    /** Such as {@code 0.1.0}; {@code development} outside a jar. */
    static final String TEXT = read();

    private Version() {
    }

    private static String read() {
        try (InputStream in = Version.class.getResourceAsStream(PROPERTIES)) {
            if (in == null) {
                return "development";
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "development");
        } catch (IOException e) {
            return "development";
        }
    }
}
