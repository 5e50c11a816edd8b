package limbeck.distill;

import java.util.List;
import limbeck.autograd.Parameter;

/**
 * A part of a training with losses, trained parts and a length of its own: FitNets' hint stage, the factor transfer's paraphraser.
 * Each stage has a fresh optimizer, and its schedules count from its beginning.
 *
 * @param name what to call it in reports
 * @param epochs how long it lasts, in passes over the data
 * @param recipe whom from and by which losses
 * @param trained what the optimizer may change, connectors included
 */
public record Stage(String name, int epochs, Recipe recipe, List<Parameter> trained) {
    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is not at least one epoch, or nothing is trained
     */
    public Stage {
        trained = List.copyOf(trained);
        if (epochs < 1 || trained.isEmpty()) {
            throw new IllegalArgumentException("stage '" + name + "': needs at least 1 epoch and something to train, got " + epochs
                    + " epochs and " + trained.size() + " parameters");
        }
    }
}
