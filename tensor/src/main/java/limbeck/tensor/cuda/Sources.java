package limbeck.tensor.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CUDA texts among this package's resources. The compiler sees one text: a line {@code #include "name"} is replaced here. */
final class Sources {
    private Sources() {
    }

    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"([a-z_.]+)\"$");

    /** A source with {@code common.cuh} in front of it, and what it includes in place. */
    static String of(String file) {
        return read("common.cuh") + "\n#line 1 \"" + file + "\"\n" + included(file);
    }

    private static String included(String file) {
        var text = new StringBuilder();
        String source = read(file);
        int from = 0;
        Matcher include = INCLUDE.matcher(source);
        while (include.find()) {
            String name = include.group(1);
            int next = 2 + (int) source.substring(0, include.start()).lines().count();
            text.append(source, from, include.start()).append("#line 1 \"").append(name).append("\"\n").append(included(name))
                    .append("#line ").append(next).append(" \"").append(file).append('"');
            from = include.end();
        }
        return text.append(source.substring(from)).toString();
    }

    private static String read(String file) {
        try (InputStream in = Sources.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("cuda: this build of limbeck-tensor lacks its kernels in " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cuda: cannot read " + file, e);
        }
    }
}
