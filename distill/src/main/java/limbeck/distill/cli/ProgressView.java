package limbeck.distill.cli;

import java.util.List;
import java.util.Locale;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Evaluation;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Role;
import limbeck.distill.teachers.Spokesman;
import limbeck.nn.Module;

/**
 * Shows how a run goes on. On a terminal: a line with a bar, drawn over again at most ten times a second, which becomes a line that
 * stays once a model is finished. Elsewhere: a line an epoch, and every half minute in a long one.
 *
 * <p>Written by hand, since a progress-bar library draws in units of its own task and knows nothing of the time left in the runs
 * after it, and the usual one brings a native terminal library, about which the JVM prints warnings, for one line of text.
 */
final class ProgressView implements Listener {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long LINE_NANOS = 30_000_000_000L;
    private static final int WIDE = 108;
    private static final int LONGEST_BAR = 30;
    private static final int SHORTEST_BAR = 4;

    private final Terminal terminal;
    private final boolean single;
    private Forecast forecast;
    private int seeds;
    private int width = 80;
    private Role role;
    private long seed;
    private long phaseStart;
    private long epochStart;
    private long lastDrawn;
    private int epochs;
    private int epochsDone;
    private int examples;
    private String lastFile = "";

    /**
     * A view.
     *
     * @param terminal where it shows
     * @param single whether there is only one model, which then is not called by its role
     */
    ProgressView(Terminal terminal, boolean single) {
        this.terminal = terminal;
        this.single = single;
    }

    @Override
    public void planned(Plan plan) {
        forecast = new Forecast(plan);
        seeds = plan.seeds().size();
    }

    @Override
    public void downloading(String file, long done, long total) {
        long now = System.nanoTime();
        boolean fresh = !file.equals(lastFile);
        if (!terminal.isLive()) {
            if (fresh) {
                terminal.progress("downloading " + file + ", " + megabytes(total));
            }
        } else if (fresh || done == total || now - lastDrawn >= REDRAW_NANOS) {
            width = fresh ? Terminal.width() : width;
            draw("downloading " + file + "  ", (double) done / total, "  " + megabytes(done) + " of " + megabytes(total), now);
        }
        lastFile = file;
    }

    private static String megabytes(long bytes) {
        return Text.number(bytes / 1e6, 1) + " MB";
    }

    @Override
    public void started(Role role, long seed, String what) {
        this.role = role;
        this.seed = seed;
        if (what.equals("training")) {
            forecast.started();
            phaseStart = System.nanoTime();
            epochStart = phaseStart;
            lastDrawn = phaseStart;
            epochsDone = 0;
        }
        if (terminal.isLive()) {
            width = Terminal.width();
            terminal.status(who(false) + "  " + what + " ...");
        }
    }

    @Override
    public void resumed(List<EpochReport> done) {
        done.forEach(report -> forecast.epoch(report.seconds()));
        epochsDone = done.getLast().epoch();
        // What it took before counts as well.
        phaseStart -= Math.round(1e9 * done.stream().mapToDouble(EpochReport::seconds).sum());
        String line = who(false) + ": the run before did " + Text.count(epochsDone, "epoch");
        if (terminal.isLive()) {
            terminal.info(line);
        } else {
            terminal.progress(line);
        }
    }

    @Override
    public void advanced(Step step) {
        long now = System.nanoTime();
        epochs = step.epochs();
        examples = step.examples();
        if (step.epoch() == 0 || now - lastDrawn < (terminal.isLive() ? REDRAW_NANOS : LINE_NANOS)) {
            return;
        }
        double running = (now - epochStart) * 1e-9;
        String rate = Text.count(Math.round(step.done() / running));
        double part = (double) step.done() / step.examples();
        if (terminal.isLive()) {
            boolean wide = width >= WIDE;
            String number = String.format(Locale.ROOT, "%" + Integer.toString(epochs).length() + "d/%d", step.epoch(), epochs);
            String epoch = wide ? "  epoch " + number + "  " : " " + number + " ";
            String gap = wide ? "  " : " ";
            String figures = gap + "loss " + Text.number(step.loss(), wide ? 4 : 3) + gap + Text.percent(step.accuracy(), 1) + " %"
                    + gap + rate + (wide ? " images/s" : "/s") + gap + left(step.epoch() - 1, part, running);
            draw(who(!wide) + epoch, (step.epoch() - 1 + part) / step.epochs(), figures, now);
        } else {
            terminal.progress(who(false) + ", epoch " + step.epoch() + "/" + epochs + " at " + Text.percent(part, 0) + " %: loss "
                    + Text.number(step.loss(), 4) + ", training " + Text.percent(step.accuracy(), 2) + " %, " + rate
                    + " images/s, " + left(step.epoch() - 1, part, running));
            lastDrawn = now;
        }
    }

    private String left(int epochs, double part, double running) {
        double phase = forecast.phase(epochs, part, running);
        double run = forecast.run(epochs, part, running);
        // One model and one seed: both are the same.
        return Text.time(phase) + " left" + (run > phase ? ", run " + Text.time(run) : "");
    }

    @Override
    public void epochEnded(EpochReport report, Module model) {
        long now = System.nanoTime();
        forecast.epoch((now - epochStart) * 1e-9);
        epochStart = now;
        epochsDone = report.epoch();
        if (!terminal.isLive()) {
            terminal.progress(who(false) + ", epoch " + report.epoch() + "/" + epochs + ": loss " + Text.number(report.loss(), 4)
                    + ", training "
                    + Text.percent(report.trainAccuracy(), 2) + " %, test " + Text.percent(report.testAccuracy(), 2) + " %, "
                    + Text.count(Math.round(examples / report.seconds())) + " images/s, " + left(epochsDone, 0, 0));
            lastDrawn = now;
        }
    }

    @Override
    public void trusted(Role role, long seed, double accuracy, double linear) {
        String who = role.number() == 0 ? "the " + role.title() : role.title();
        String line = String.format(Locale.ROOT, "%-17s%s  %6s %% right: %s is better and may teach", "linear model",
                seeds > 1 ? " ".repeat(("  seed " + seed).length()) : "", Text.percent(linear, 2), who);
        if (terminal.isLive()) {
            terminal.info(line);
        } else {
            terminal.progress(line);
        }
    }

    @Override
    public void finished(Role role, long seed, Module model, Evaluation evaluation) {
        String trained = model instanceof Spokesman together ? together.models().size() + " as one" : epochsDone == 0 ? "read from its file" : Text.count(epochsDone, "epoch") + " in "
                + Text.time((System.nanoTime() - phaseStart) * 1e-9);
        String line = String.format(Locale.ROOT, "%-" + (single ? 5 : 17) + "s%s  %6s %% right, %s of %s wrong  (%s)",
                Text.title(role, single),
                seeds > 1 ? "  seed " + seed : "", Text.percent(evaluation.accuracy(), 2), Text.count(evaluation.errors()),
                Text.count(evaluation.labels().length), trained);
        if (terminal.isLive()) {
            terminal.info(line);
            terminal.status("measuring ...");
        } else {
            terminal.progress(line);
        }
        epochsDone = 0;
    }

    private String who(boolean brief) {
        String title = Text.title(role, single);
        String name = brief ? title.substring(title.lastIndexOf(' ') + 1) : title;
        return name + (seeds > 1 ? (brief ? " " : ", seed ") + seed : "");
    }

    private void draw(String before, double fraction, String after, long now) {
        int room = Math.min(LONGEST_BAR, width - 1 - before.length() - after.length());
        int full = (int) Math.round(Math.clamp(fraction, 0, 1) * room);
        String bar = room < SHORTEST_BAR ? "" : "█".repeat(full) + "░".repeat(room - full);
        terminal.status(before + bar + after);
        lastDrawn = now;
    }
}
