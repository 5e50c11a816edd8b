package limbeck.distill.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One of the commands, such as {@code limbeck distill}. */
interface Command {
    /** Its name, options and help. */
    CommandSpec spec();

    /**
     * Runs it.
     *
     * @param arguments what was given, already checked against {@link #spec}
     * @param terminal where it talks to
     */
    void run(ParseResult arguments, Terminal terminal);
}
