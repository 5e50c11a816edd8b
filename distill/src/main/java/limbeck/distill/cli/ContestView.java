package limbeck.distill.cli;

import java.util.Locale;
import limbeck.distill.experiment.Contest;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Standings;
import limbeck.tensor.Threads;

/** Shows how a contest goes on: on a terminal a line with a bar that is drawn over again, elsewhere a line for each training. */
final class ContestView implements Contest.Watcher {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR = 20;
    private static final int LABEL = 10;
    private static final int WIDTH = 110;

    private final Terminal terminal;
    private final RecipeFile recipe;
    private final double minutes;
    private final StandingsFiles files;
    private String who = "";
    private String place = "";
    private long begin;
    private long lastDrawn;

    /**
     * A view.
     *
     * @param terminal where it shows
     * @param recipe the settings, and what they are called
     * @param minutes the budget; 0 for none
     * @param files takes what is found, after each training
     */
    ContestView(Terminal terminal, RecipeFile recipe, double minutes, StandingsFiles files) {
        this.terminal = terminal;
        this.recipe = recipe;
        this.minutes = minutes;
        this.files = files;
    }

    @Override
    public void prepared(Settings settings) {
        line("Compare", (recipe.name().isEmpty() ? "" : recipe.name() + ": ") + "methods on " + settings.text(Setting.DATA) + ", teacher "
                + settings.text(Setting.TEACHER) + ", student " + settings.text(Setting.STUDENT));
        line("Training", "teacher " + Text.count(settings.count(Setting.TEACHER_EPOCHS), "epoch") + "; batches of "
                + settings.text(Setting.BATCH) + ", " + settings.text(Setting.OPTIMIZER) + ", learning rate " + settings.text(Setting.LR) + " ("
                + settings.text(Setting.SCHEDULE) + "); " + Text.count(settings.count(Setting.SEEDS), "seed") + " from "
                + settings.text(Setting.SEED) + (minutes > 0 ? "; at most " + Text.number(minutes, 0) + " minutes" : ""));
        line("Device", settings.text(Setting.DEVICE) + ", " + Text.count(Threads.count(), "thread"));
    }

    @Override
    public void planned(Contest.Agenda agenda) {
        agenda.data().notes().forEach(note -> Text.wrapped(note, WIDTH - LABEL).forEach(part -> line("", part)));
        int trainings = (agenda.methods().size() + 1) * agenda.seeds().size();
        line("Students", Text.count(agenda.settings().count(Setting.EPOCHS), "epoch") + " on "
                + Text.count(agenda.data().train().size(), "example") + ", " + Text.count(trainings, "training") + ": "
                + Text.count(agenda.methods().size(), "method") + " and the student alone");
        agenda.notes().forEach(note -> Text.wrapped(note, WIDTH - LABEL).forEach(part -> line("", part)));
        terminal.info("");
    }

    private void line(String label, String text) {
        terminal.info(label + " ".repeat(LABEL - label.length()) + text);
    }

    @Override
    public void started(String who, long seed, int run, int runs) {
        this.who = who;
        place = run == 0 ? "" : String.format(Locale.ROOT, "%" + Integer.toString(runs).length() + "d/%d  ", run, runs);
        begin = System.nanoTime();
        terminal.status(place + who + "  training ...");
    }

    @Override
    public void advanced(Listener.Step step, double secondsLeft) {
        long now = System.nanoTime();
        if (!terminal.isLive() || now - lastDrawn < REDRAW_NANOS) {
            return;
        }
        lastDrawn = now;
        double part = (step.epoch() - 1 + (double) step.done() / step.examples()) / step.epochs();
        int full = (int) Math.round(Math.clamp(part, 0, 1) * BAR);
        double rate = part * step.epochs() * step.examples() / ((now - begin) * 1e-9);
        terminal.status(place + who + "  " + "█".repeat(full) + "░".repeat(BAR - full) + "  loss " + Text.number(step.loss(), 4) + "  "
                + Text.count(Math.round(rate)) + " images/s" + (Double.isNaN(secondsLeft) ? "" : "  " + Text.time(secondsLeft) + " left"));
    }

    @Override
    public void advanced(Standings soFar) {
        files.write(soFar);
    }

    @Override
    public void failed(String who, long seed, String reason) {
        show(place + who + ", seed " + seed + ": " + Text.oneLine(reason));
    }

    @Override
    public void finished(String who, long seed, double accuracy, double seconds) {
        show(place + who + ", seed " + seed + ": " + Text.percent(accuracy, 2) + " % right, " + Text.time(seconds));
    }

    private void show(String line) {
        if (terminal.isLive()) {
            terminal.status(line);
        } else {
            terminal.progress(line);
        }
    }
}
