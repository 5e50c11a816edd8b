package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Spread;

/**
 * A picture of a run as SVG: test accuracy by epoch, a line for each role through the means over the seeds, in a band from the worst
 * to the best seed; below it what changed over time, such as a temperature. The scale shows the last three quarters of each training
 * whole: the steep beginning, which may lie below, would squeeze what tells the models apart.
 */
final class Curves {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 56;
    private static final int BOTTOM = 52;
    private static final int LEGEND_GAP = 170;
    private static final int LEGEND_STEP = 18;
    /** Beside them is the note about the seeds. */
    private static final int LEGEND_COLUMNS = 3;
    /** At most about so many lines of the grid in each direction. */
    private static final int TICKS = 8;
    /** Of the Okabe-Ito palette, which people with any colour vision can tell apart. */
    private static final Map<Role.Part, String> COLOURS = new EnumMap<>(Map.of(Role.Part.MEMBER, "#a9b1b9", Role.Part.TEACHER, "#56606b",
            Role.Part.ASSISTANT, "#009e73", Role.Part.STUDENT_ALONE, "#e69f00", Role.Part.GENERATION, "#56b4e9",
            Role.Part.STUDENT_DISTILLED, "#0072b2", Role.Part.GENERATIONS, "#cc79a7"));

    private final Map<Role, TreeMap<Integer, Spread>> curves;
    private final ValueStrips strips;
    private final StringBuilder svg = new StringBuilder();
    private final int epochs;
    private final double low;
    private final double step;
    private final double high;
    private final int top;
    private final int height;

    private Curves(List<EpochReport> history) {
        curves = curves(history);
        strips = new ValueStrips(history);
        int more = (curves.size() - 1) / LEGEND_COLUMNS * LEGEND_STEP;
        top = TOP + more;
        height = HEIGHT + more;
        epochs = history.stream().mapToInt(EpochReport::epoch).max().orElse(1);
        double least = history.stream().filter(epoch -> 4 * epoch.epoch() > curves.get(epoch.role()).lastKey())
                .mapToDouble(epoch -> 100 * epoch.testAccuracy()).min().orElse(0);
        double most = history.stream().mapToDouble(epoch -> 100 * epoch.testAccuracy()).max().orElse(100);
        step = step(Math.max(most - least, 0.5) / TICKS);
        low = Math.floor(least / step) * step;
        // Where all seeds agree on a whole tick there still has to be some height.
        high = Math.max(Math.ceil(most / step) * step, low + step);
    }

    /**
     * The whole file.
     *
     * @param history every epoch, in order
     * @param names what each role is called
     */
    static String of(List<EpochReport> history, Function<Role, String> names) {
        var picture = new Curves(history);
        picture.open();
        picture.grid();
        picture.clip();
        picture.curves.forEach(picture::curve);
        picture.add("</g>");
        picture.legend(names);
        picture.svg.append(picture.strips.draw(picture.height, LEFT, WIDTH - RIGHT, picture::x, role -> COLOURS.get(role.part())));
        return picture.svg.append("</svg>\n").toString();
    }

    private static Map<Role, TreeMap<Integer, Spread>> curves(List<EpochReport> history) {
        var values = new TreeMap<Role, TreeMap<Integer, List<Double>>>();
        history.forEach(epoch -> values.computeIfAbsent(epoch.role(), _ -> new TreeMap<>())
                .computeIfAbsent(epoch.epoch(), _ -> new ArrayList<>()).add(100 * epoch.testAccuracy()));
        var curves = new TreeMap<Role, TreeMap<Integer, Spread>>();
        values.forEach((role, byEpoch) -> byEpoch.forEach((epoch, accuracies) ->
                curves.computeIfAbsent(role, _ -> new TreeMap<>()).put(epoch, new Spread(accuracies))));
        return curves;
    }

    /** The next of 1, 2, 5, 10, ... times a power of ten from a number up. */
    static double step(double atLeast) {
        double power = Math.pow(10, Math.floor(Math.log10(atLeast)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= atLeast) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private void open() {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" "
                + "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">",
                WIDTH, height + strips.height(), WIDTH, height + strips.height());
        add("<title>Test accuracy by epoch</title>");
        add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height + strips.height());
    }

    private void grid() {
        int digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
        long lines = Math.round((high - low) / step);
        for (long i = 0; i <= lines; i++) {
            double accuracy = low + i * step;
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e3e6e9\"/>", LEFT, WIDTH - RIGHT, y(accuracy),
                    y(accuracy));
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\">%s</text>", LEFT - 8, y(accuracy) + 4.5,
                    Text.number(accuracy, digits));
        }
        int every = (int) Math.max(1, step((double) epochs / (2 * TICKS)));
        for (int epoch = 1; epoch <= epochs; epoch++) {
            if (epoch == 1 || epoch % every == 0) {
                add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%d</text>", x(epoch), height - BOTTOM + 20,
                        epoch);
            }
        }
        add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#888\"/>", LEFT, WIDTH - RIGHT, height - BOTTOM,
                height - BOTTOM);
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#222\">epoch</text>", (LEFT + WIDTH - RIGHT) / 2, height - 12);
        int middle = (top + height - BOTTOM) / 2;
        add("<text x=\"16\" y=\"%d\" text-anchor=\"middle\" fill=\"#222\" "
                + "transform=\"rotate(-90 16 %d)\">test accuracy (%%)</text>", middle, middle);
    }

    private void clip() {
        // Half a dot's height below the axis, so that dots on it are whole.
        add("<clipPath id=\"plot\"><rect x=\"%d\" y=\"0\" width=\"%d\" height=\"%d\"/></clipPath>", LEFT, WIDTH - RIGHT - LEFT,
                height - BOTTOM + 4);
        add("<g clip-path=\"url(#plot)\">");
    }

    private void curve(Role role, TreeMap<Integer, Spread> curve) {
        String colour = COLOURS.get(role.part());
        var upper = new ArrayList<String>();
        var lower = new ArrayList<String>();
        var line = new ArrayList<String>();
        curve.forEach((epoch, spread) -> {
            line.add(point(epoch, spread.mean()));
            upper.add(point(epoch, spread.values().stream().mapToDouble(v -> v).max().orElseThrow()));
            lower.addFirst(point(epoch, spread.values().stream().mapToDouble(v -> v).min().orElseThrow()));
        });
        boolean band = curve.values().stream().anyMatch(spread -> spread.values().size() > 1);
        if (band) {
            add("<polygon points=\"%s %s\" fill=\"%s\" fill-opacity=\"0.18\"/>", String.join(" ", upper), String.join(" ", lower),
                    colour);
        }
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"%s/>",
                String.join(" ", line), colour, dashes(role));
        curve.forEach((epoch, spread) -> add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\"/>", x(epoch), y(spread.mean()),
                epochs > 40 ? "1.5" : "3", colour));
    }

    private void legend(Function<Role, String> names) {
        int place = 0;
        for (Role role : curves.keySet()) {
            int x = LEFT + place % LEGEND_COLUMNS * LEGEND_GAP;
            int y = 30 + place / LEGEND_COLUMNS * LEGEND_STEP;
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"%s/>", x, x + 24, y, y,
                    COLOURS.get(role.part()), dashes(role));
            add("<text x=\"%d\" y=\"%.1f\" fill=\"#222\">%s</text>", x + 32, y + 4.5, names.apply(role));
            place++;
        }
        if (curves.values().stream().flatMap(curve -> curve.values().stream()).anyMatch(spread -> spread.values().size() > 1)) {
            add("<text x=\"%d\" y=\"34.5\" text-anchor=\"end\" fill=\"#777\" font-size=\"11\">mean, worst and best seed</text>",
                    WIDTH - RIGHT);
        }
    }

    /** Tells those of one colour apart. */
    private static String dashes(Role role) {
        return role.number() < 2 ? "" : " stroke-dasharray=\"" + Math.max(2, 11 - 3 * role.number()) + " 3\"";
    }

    private String point(int epoch, double accuracy) {
        return String.format(Locale.ROOT, "%.1f,%.1f", x(epoch), y(accuracy));
    }

    /** A single epoch stands in the middle. */
    private double x(int epoch) {
        double part = epochs == 1 ? 0.5 : (epoch - 1.0) / (epochs - 1);
        return LEFT + 12 + part * (WIDTH - RIGHT - LEFT - 24);
    }

    private double y(double accuracy) {
        return height - BOTTOM - (accuracy - low) / (high - low) * (height - BOTTOM - top);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
