package limbeck.distill.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Spread;

/**
 * What stands below the curves of a run: each number over time that changed, such as a temperature or a weight, in a strip with a scale of
 * its own, from its least value to its largest. Lines go through the means over the seeds.
 */
final class ValueStrips {
    private static final int STRIP = 84;
    private static final int PLOT = 44;
    /** Numbers that differ by less are the same one, rounded. */
    private static final double SAME = 1e-9;

    /** One number: a line for each role. */
    private record Strip(String name, Map<Role, TreeMap<Integer, Spread>> lines) {
        private List<Double> means() {
            return lines.values().stream().flatMap(line -> line.values().stream()).map(Spread::mean).toList();
        }

        double low() {
            return means().stream().mapToDouble(mean -> mean).min().orElse(0);
        }

        double high() {
            return means().stream().mapToDouble(mean -> mean).max().orElse(0);
        }

        boolean changes() {
            return lines.values().stream().anyMatch(line -> {
                double first = line.firstEntry().getValue().mean();
                return line.values().stream().anyMatch(spread -> Math.abs(spread.mean() - first) > SAME * Math.abs(first));
            });
        }
    }

    private final List<Strip> strips;
    private final StringBuilder svg = new StringBuilder();

    /**
     * Finds what changed.
     *
     * @param history every epoch, in order
     */
    ValueStrips(List<EpochReport> history) {
        var values = new LinkedHashMap<String, Map<Role, TreeMap<Integer, List<Double>>>>();
        history.forEach(epoch -> epoch.values().forEach((name, value) -> {
            if (Double.isFinite(value)) {
                values.computeIfAbsent(name, _ -> new TreeMap<>()).computeIfAbsent(epoch.role(), _ -> new TreeMap<>())
                        .computeIfAbsent(epoch.epoch(), _ -> new ArrayList<>()).add(value);
            }
        }));
        strips = values.entrySet().stream().map(entry -> new Strip(entry.getKey(), spreads(entry.getValue()))).filter(Strip::changes).toList();
    }

    private static Map<Role, TreeMap<Integer, Spread>> spreads(Map<Role, TreeMap<Integer, List<Double>>> values) {
        var spreads = new TreeMap<Role, TreeMap<Integer, Spread>>();
        values.forEach((role, epochs) -> {
            var line = new TreeMap<Integer, Spread>();
            epochs.forEach((epoch, seeds) -> line.put(epoch, new Spread(seeds)));
            spreads.put(role, line);
        });
        return spreads;
    }

    /** How much room they take. */
    int height() {
        return STRIP * strips.size();
    }

    /**
     * Draws them.
     *
     * @param top where they begin
     * @param left where the axis is
     * @param right where it ends
     * @param x where an epoch is
     * @param colours of the roles
     */
    String draw(int top, int left, int right, IntToDoubleFunction x, Function<Role, String> colours) {
        for (int i = 0; i < strips.size(); i++) {
            draw(strips.get(i), top + i * STRIP, left, right, x, colours);
        }
        return svg.toString();
    }

    private void draw(Strip strip, int top, int left, int right, IntToDoubleFunction x, Function<Role, String> colours) {
        double low = strip.low();
        double high = strip.high();
        int bottom = top + 20 + PLOT;
        add("<text x=\"%d\" y=\"%d\" fill=\"#222\">%s</text>", left, top + 10, strip.name());
        for (double value : new double[] {low, high}) {
            int y = value == low ? bottom : bottom - PLOT;
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#e3e6e9\"/>", left, right, y, y);
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\" font-size=\"11\">%s</text>", left - 8, y + 4.0, number(value));
        }
        strip.lines().forEach((role, line) -> {
            String points = line.entrySet().stream().map(point -> String.format(Locale.ROOT, "%.1f,%.1f", x.applyAsDouble(point.getKey()),
                    bottom - (high == low ? 0.5 : (point.getValue().mean() - low) / (high - low)) * PLOT)).collect(Collectors.joining(" "));
            add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"/>", points, colours.apply(role));
        });
    }

    private static String number(double value) {
        var rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
        // Plain as long as that is short.
        return Math.abs(rounded.scale()) > 6 ? rounded.toString() : rounded.toPlainString();
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
