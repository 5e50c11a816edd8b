package limbeck.distill.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import limbeck.distill.Controller;
import limbeck.distill.experiment.Timetable;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;

/**
 * A picture of what changes over time, as SVG: for each training a row for each number, one above the other over the same epochs, with
 * lines where stages end. What listens to training is drawn dashed, at the numbers that it has as long as it hears nothing; what never
 * changes is written below.
 */
final class ScheduleChart {
    private static final int PLOT = 546;
    private static final int LEAST_LEFT = 190;
    /** Of a name's letters, on average, and of the numbers between the names and the plot. */
    private static final double LETTER = 6.6;
    private static final int NUMBERS = 60;
    private static final int RIGHT = 24;
    private static final int TITLE = 44;
    private static final int HEAD = 44;
    private static final int ROW = 74;
    private static final int GAP = 14;
    private static final int AXIS = 44;
    private static final int LINE = 17;
    private static final int TICKS = 16;
    /** A point every so many pixels, or at every step where there are fewer. */
    private static final double RESOLUTION = 0.5;
    /** Of the Okabe-Ito palette, which people with any colour vision can tell apart: for the rate, a weight, anything else. */
    private static final String RATE = "#0072b2";
    private static final String WEIGHT = "#d55e00";
    private static final String OTHER = "#009e73";

    private final StringBuilder svg = new StringBuilder();
    private final int left;
    private final int width;

    /** A number's way through a training: its values by step, NaN where a stage does not have it. */
    private record Curve(String name, double[] values, boolean listens) {
        double least() {
            return extreme(Math::min);
        }

        double most() {
            return extreme(Math::max);
        }

        private double extreme(DoubleBinaryOperator choose) {
            double extreme = Double.NaN;
            for (double value : values) {
                extreme = Double.isNaN(extreme) ? value : Double.isNaN(value) ? extreme : choose.applyAsDouble(extreme, value);
            }
            return extreme;
        }

        /** The same in every step in which it is there. */
        boolean isConstant() {
            return !listens && least() == most();
        }

        String colour() {
            return name.equals("lr") ? RATE : name.endsWith(".weight") ? WEIGHT : OTHER;
        }
    }

    private ScheduleChart(int left) {
        this.left = left;
        this.width = left + PLOT + RIGHT;
    }

    /**
     * The whole file.
     *
     * @param title what the recipe is called
     * @param trainings one below the other
     */
    static String of(String title, List<Timetable> trainings) {
        int longest = trainings.stream().flatMap(training -> training.stages().stream()).flatMap(stage -> stage.schedules().keySet().stream())
                .mapToInt(String::length).max().orElse(0);
        int left = Math.max(LEAST_LEFT, 16 + (int) Math.ceil(LETTER * longest) + NUMBERS);
        var chart = new ScheduleChart(left);
        var body = new ScheduleChart(left);
        int y = TITLE;
        for (Timetable training : trainings) {
            y = body.training(training, y);
        }
        chart.open(title, y);
        return chart.svg.append(body.svg).append("</svg>\n").toString();
    }

    private void open(String title, int height) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                + "font-size=\"12\">", width, height, width, height);
        add("<title>Schedules of %s</title>", escaped(title));
        add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", width, height);
        add("<text x=\"16\" y=\"28\" fill=\"#222\" font-size=\"16\">%s</text>", escaped(title));
    }

    /** Draws a training, and says where the next one begins. */
    private int training(Timetable training, int top) {
        List<Curve> curves = curves(training);
        List<Curve> rows = curves.stream().filter(curve -> !curve.isConstant()).toList();
        add("<text x=\"16\" y=\"%d\" fill=\"#222\" font-size=\"14\">%s</text>", top + 18,
                escaped(Text.title(training.role(), false) + ": " + training.architecture()));
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#777\" font-size=\"11\">%s</text>", width - RIGHT, top + 18,
                escaped(Text.count(training.epochs(), "epoch") + " of " + Text.count(training.stepsPerEpoch(), "step")));
        int y = top + HEAD;
        int bottom = y + rows.size() * ROW - GAP;
        if (!rows.isEmpty()) {
            epochs(training, y, bottom);
            for (Curve curve : rows) {
                row(training, curve, y);
                y += ROW;
            }
            stages(training, top + HEAD, bottom);
            y = bottom + AXIS;
        }
        List<Curve> constants = curves.stream().filter(Curve::isConstant).toList();
        if (!constants.isEmpty()) {
            String text = "Constant: " + constants.stream().map(curve -> curve.name() + " " + number(curve.most()) + where(training, curve.name()))
                    .collect(Collectors.joining(", "));
            for (String line : Text.wrapped(text, 110)) {
                add("<text x=\"16\" y=\"%d\" fill=\"#444\">%s</text>", y + 12, escaped(line));
                y += LINE;
            }
        }
        return y + 12;
    }

    /** The stages that have a number, if not all of them do. */
    private static String where(Timetable training, String name) {
        List<String> stages = training.stages().stream().filter(stage -> stage.schedules().containsKey(name)).map(Timetable.Part::name).toList();
        return stages.size() == training.stages().size() ? "" : stages.stream().collect(Collectors.joining(" and ", " (in ", ")"));
    }

    private static String number(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
        return Math.abs(value) >= 1e-4 || value == 0 ? rounded.toPlainString() : rounded.toString();
    }

    private static List<Curve> curves(Timetable training) {
        Set<String> names = new LinkedHashSet<>();
        training.stages().forEach(stage -> names.addAll(stage.schedules().keySet()));
        return names.stream().map(name -> curve(training, name)).toList();
    }

    private static Curve curve(Timetable training, String name) {
        long steps = (long) training.epochs() * training.stepsPerEpoch();
        int points = (int) Math.min(steps, Math.round(PLOT / RESOLUTION));
        var values = new double[points];
        boolean listens = false;
        for (int i = 0; i < points; i++) {
            long step = steps * i / points;
            Timetable.Part stage = stage(training, step);
            Schedule schedule = stage.schedules().get(name);
            listens |= schedule instanceof Controller;
            long counted = step - before(training, stage) + (long) stage.begun() * training.stepsPerEpoch();
            values[i] = schedule == null ? Double.NaN : schedule.at(Progress.of(counted, training.stepsPerEpoch()));
            if (schedule != null && !Double.isFinite(values[i])) {
                throw new IllegalArgumentException("schedule: " + name + " is " + values[i] + " at step " + step + ", which no training can follow; "
                        + "give it a bound, such as atmost(10, SCHEDULE)");
            }
        }
        return new Curve(name, values, listens);
    }

    private static Timetable.Part stage(Timetable training, long step) {
        long end = 0;
        for (Timetable.Part stage : training.stages()) {
            end += (long) stage.epochs() * training.stepsPerEpoch();
            if (step < end) {
                return stage;
            }
        }
        return training.stages().getLast();
    }

    private static long before(Timetable training, Timetable.Part stage) {
        return training.stages().stream().takeWhile(other -> other != stage).mapToLong(Timetable.Part::epochs).sum() * training.stepsPerEpoch();
    }

    /** Lines from row to row, and the epochs below. */
    private void epochs(Timetable training, int top, int bottom) {
        int every = (int) Math.max(1, Curves.step((double) training.epochs() / TICKS));
        for (int epoch = 0; epoch <= training.epochs(); epoch += every) {
            double x = x(training, epoch);
            add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#eef0f2\"/>", x, x, top, bottom);
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%d</text>", x, bottom + 17, epoch);
        }
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#222\">epoch</text>", left + PLOT / 2, bottom + 33);
    }

    private void stages(Timetable training, int top, int bottom) {
        if (training.stages().size() == 1) {
            return;
        }
        int epoch = 0;
        for (Timetable.Part stage : training.stages()) {
            double from = x(training, epoch);
            double to = x(training, epoch + stage.epochs());
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\" font-size=\"11\">%s</text>", (from + to) / 2, top - 8,
                    escaped(fitting(stage.name(), to - from)));
            if (epoch > 0) {
                add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#888\" stroke-dasharray=\"2 3\"/>", from, from, top - 16, bottom);
            }
            epoch += stage.epochs();
        }
    }

    /** At about six pixels a letter. */
    private static String fitting(String name, double width) {
        int letters = (int) (width / 6);
        return name.length() <= letters ? name : letters < 2 ? "" : name.substring(0, letters - 1) + "…";
    }

    private void row(Timetable training, Curve curve, int top) {
        int height = ROW - GAP;
        double least = curve.least();
        double most = curve.most();
        // From 0 where that costs little height.
        double low = least >= 0 && least < 0.6 * most ? 0 : least;
        double high = most > low ? most : low + Math.max(Math.abs(low), 1);
        low = most > least ? low : Math.min(low, 0);
        double from = low;
        double to = high;
        ToDoubleFunction<Double> y = value -> top + height - 4 - (value - from) / (to - from) * (height - 8);
        add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#d5d9dd\"/>", left, top, PLOT, height);
        add("<text x=\"16\" y=\"%.1f\" fill=\"#222\">%s</text>", top + (curve.listens() ? 27.0 : 34.0), escaped(curve.name()));
        if (curve.listens()) {
            add("<text x=\"16\" y=\"%d\" fill=\"#777\" font-size=\"11\">%s</text>", top + 42,
                    curve.name().startsWith("balance.") ? "listens, and changes weights" : "listens to training");
        }
        for (double tick : least == most ? new double[] {least} : new double[] {low, high}) {
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\" font-size=\"11\">%s</text>", left - 8, y.applyAsDouble(tick) + 4,
                    number(tick));
        }
        for (String points : lines(training, curve, y)) {
            add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"%s/>", points, curve.colour(),
                    curve.listens() ? " stroke-dasharray=\"6 4\"" : "");
        }
    }

    /** The points of each part in which there are numbers. A number holds until the next one, and to the end. */
    private List<String> lines(Timetable training, Curve curve, ToDoubleFunction<Double> y) {
        Map<Integer, List<String>> parts = new LinkedHashMap<>();
        int part = 0;
        double[] values = curve.values();
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                part++;
                continue;
            }
            List<String> points = parts.computeIfAbsent(part, _ -> new ArrayList<>());
            boolean turn = i == 0 || i == values.length - 1 || values[i] != values[i - 1] || values[i] != values[i + 1];
            if (turn) {
                points.add(point(x(training, (double) training.epochs() * i / values.length), y.applyAsDouble(values[i])));
            }
            if (i == values.length - 1) {
                points.add(point(x(training, training.epochs()), y.applyAsDouble(values[i])));
            }
        }
        return parts.values().stream().map(points -> String.join(" ", points)).toList();
    }

    private static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
    }

    private double x(Timetable training, double epoch) {
        return left + epoch / training.epochs() * PLOT;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
