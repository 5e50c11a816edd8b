package limbeck.benchmarks.gpu;

import java.nio.file.Path;
import java.util.List;
import limbeck.tensor.Precision;

/**
 * What the measuring programs are told.
 *
 * @param device such as {@code cuda:0}
 * @param quick whether sizes are toys: to try the programs, not the device
 * @param out the file that figures are added to; null for none
 * @param precisions which of them are measured
 */
record Options(String device, boolean quick, Path out, List<Precision> precisions) {
    /**
     * Reads {@code [--device NAME] [--quick] [--out FILE] [--precision NAME]}.
     *
     * @param usual the precisions where none is named
     * @throws IllegalArgumentException if there is anything else
     */
    static Options parse(List<Precision> usual, String... args) {
        var options = new Options("cuda:0", false, null, usual);
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            if (name.equals("--quick")) {
                options = new Options(options.device, true, options.out, options.precisions);
                continue;
            }
            if (!List.of("--device", "--out", "--precision").contains(name)) {
                throw new IllegalArgumentException("'" + name
                        + "' is unknown; known are --device NAME, --quick, --out FILE and --precision NAME");
            }
            if (++i == args.length) {
                throw new IllegalArgumentException(name + " needs a value behind it");
            }
            options = switch (name) {
                case "--device" -> new Options(args[i], options.quick, options.out, options.precisions);
                case "--out" -> new Options(options.device, options.quick, Path.of(args[i]), options.precisions);
                default -> new Options(options.device, options.quick, options.out, List.of(Precision.of(args[i])));
            };
        }
        return options;
    }
}
