package limbeck.distill.cli;

import java.nio.file.Path;
import limbeck.distill.experiment.Standings;

/** The files of a contest, written again after each training: hours of work are not lost with the last of them. */
final class StandingsFiles {
    private final Path folder;
    private boolean written;
    private boolean closed;

    /**
     * Files in a folder.
     *
     * @param folder where; null for nowhere
     */
    StandingsFiles(Path folder) {
        this.folder = folder;
    }

    /** Writes what has been found so far. */
    synchronized void write(Standings standings) {
        if (folder != null && !closed) {
            AtomicFile.write(folder.resolve("compare.json"), StandingsText.json(standings));
            AtomicFile.write(folder.resolve("compare.svg"), GainChart.of(standings));
            written = true;
        }
    }

    /** Waits for a file that is being written, then lets no further one begin. Tells in part of a sentence what there is. */
    synchronized String close() {
        closed = true;
        return folder == null ? "nothing was kept, as --out was not given"
                : written ? folder + " holds what had been found in compare.json and compare.svg" : "no student was trained, so nothing was written";
    }
}
