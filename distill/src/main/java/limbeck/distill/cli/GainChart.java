package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Spread;
import limbeck.distill.experiment.Standing;
import limbeck.distill.experiment.Standings;
import limbeck.distill.method.Compares;

/**
 * A picture of a contest as SVG: a bar for each method, as long as its mean gain over the student alone, to the right where it helped
 * and to the left where it hurt, with one standard deviation over the seeds as whiskers.
 */
final class GainChart {
    private static final int PLOT = 500;
    private static final int ROW = 18;
    private static final int LEAST_LEFT = 190;
    private static final int LONGEST = 64;
    private static final double LETTER = 6.3;
    private static final int RIGHT = 70;
    private static final int TOP = 74;
    private static final int BOTTOM = 48;
    private static final int TICKS = 8;
    /** Of the Okabe-Ito palette, which people with any colour vision can tell apart. */
    private static final Map<Compares, String> COLOURS = new EnumMap<>(Map.of(Compares.LOGITS, "#0072b2", Compares.FEATURES, "#e69f00",
            Compares.RELATIONS, "#009e73", Compares.WEIGHTS, "#cc79a7", Compares.REGULARISER, "#56606b"));

    private final List<Standing> bars;
    private final List<String> names;
    private final int left;
    private final int width;
    private final StringBuilder svg = new StringBuilder();
    private final double low;
    private final double high;
    private final double step;

    private GainChart(Standings standings) {
        bars = standings.methods().stream().filter(Standing::ran).toList();
        names = names(bars);
        left = Math.max(LEAST_LEFT, 20 + (int) Math.ceil(LETTER * names.stream().mapToInt(String::length).max().orElse(0)));
        width = left + PLOT + RIGHT;
        double least = Math.min(0, bars.stream().mapToDouble(bar -> 100 * (bar.gain().mean() - bar.gain().std())).min().orElse(0));
        double most = Math.max(0, bars.stream().mapToDouble(bar -> 100 * (bar.gain().mean() + bar.gain().std())).max().orElse(0));
        step = Curves.step(Math.max(most - least, 0.1) / TICKS);
        low = Math.floor(least / step) * step;
        high = Math.max(Math.ceil(most / step) * step, low + step);
    }

    /** The whole file. */
    static String of(Standings standings) {
        var chart = new GainChart(standings);
        chart.open(standings);
        chart.grid();
        for (int i = 0; i < chart.bars.size(); i++) {
            chart.bar(i, chart.bars.get(i));
        }
        chart.legend();
        return chart.svg.append("</svg>\n").toString();
    }

    private int height() {
        return TOP + bars.size() * ROW + BOTTOM;
    }

    private void open(Standings standings) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                + "font-size=\"12\">", width, height(), width, height());
        add("<title>Gain of each method over the student alone</title>");
        add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", width, height());
        Settings settings = standings.agenda().settings();
        add("<text x=\"%d\" y=\"22\" fill=\"#222\" font-size=\"14\">%s</text>", 16, settings.text(Setting.DATA) + ": "
                + settings.text(Setting.STUDENT) + " taught by " + settings.text(Setting.TEACHER) + ", "
                + Text.count(settings.count(Setting.EPOCHS), "epoch") + ", " + Text.count(standings.agenda().seeds().size(), "seed")
                + "; alone " + Text.spread(standings.alone(), 100, 2) + " %, teacher " + Text.percent(standings.teacher(), 2) + " %");
    }

    private void grid() {
        int digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
        int bottom = height() - BOTTOM;
        for (long i = 0; i <= Math.round((high - low) / step); i++) {
            double gain = low + i * step;
            boolean zero = Math.abs(gain) < step / 2;
            add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/>", x(gain), x(gain), TOP - 6, bottom, zero ? "#555" : "#e3e6e9");
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%s</text>", x(gain), bottom + 16,
                    (gain > step / 2 ? "+" : "") + Text.number(zero ? 0 : gain, digits));
        }
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#222\">gain in test accuracy over the student alone (points)</text>",
                (left + width - RIGHT) / 2, height() - 10);
    }

    private void bar(int row, Standing standing) {
        Spread gain = standing.gain();
        double mean = 100 * gain.mean();
        double y = TOP + row * ROW;
        double middle = y + ROW / 2.0 - 1;
        add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", Math.min(x(0), x(mean)), y + 2,
                Math.max(0.5, Math.abs(x(mean) - x(0))), ROW - 6, COLOURS.get(standing.choice().method().compares()));
        if (gain.values().size() > 1) {
            double from = x(mean - 100 * gain.std());
            double to = x(mean + 100 * gain.std());
            add("<path d=\"M%.1f %.1fH%.1fM%.1f %.1fv6M%.1f %.1fv6\" stroke=\"#222\" fill=\"none\"/>", from, middle, to, from, middle - 3, to,
                    middle - 3);
        }
        add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#222\">%s</text>", left - 10, middle + 4.5, escaped(names.get(row)));
        add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\">%s%s</text>", width - 14, middle + 4.5, mean >= 0 ? "+" : "",
                Text.number(mean, 2));
    }

    /** Whole names, so that one method with different options can be told apart; very long ones are cut and numbered. */
    private static List<String> names(List<Standing> bars) {
        var names = new ArrayList<String>();
        for (Standing standing : bars) {
            String name = standing.choice().toString();
            String brief = name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
            int same = 2;
            for (String numbered = brief; names.contains(brief); same++) {
                brief = numbered + " " + same;
            }
            names.add(brief);
        }
        return names;
    }

    private static String escaped(String name) {
        return name.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void legend() {
        int x = 16;
        for (Map.Entry<Compares, String> entry : COLOURS.entrySet()) {
            if (bars.stream().anyMatch(bar -> bar.choice().method().compares() == entry.getKey())) {
                add("<rect x=\"%d\" y=\"36\" width=\"14\" height=\"12\" fill=\"%s\"/>", x, entry.getValue());
                add("<text x=\"%d\" y=\"46.5\" fill=\"#222\">%s</text>", x + 20, entry.getKey());
                x += 100;
            }
        }
        if (bars.stream().anyMatch(bar -> bar.gain().values().size() > 1)) {
            add("<text x=\"%d\" y=\"46.5\" text-anchor=\"end\" fill=\"#777\" font-size=\"11\">whiskers: one standard deviation</text>", width - 14);
        }
    }

    private double x(double gain) {
        return left + (gain - low) / (high - low) * (width - RIGHT - left);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
