package limbeck.distill;

import java.util.List;
import limbeck.autograd.Parameter;

/**
 * A part of a training with losses, trained parts and a length of its own: FitNets' hint stage, the factor transfer's paraphraser.
 * Each stage has a fresh optimizer, whose learning rate counts from the stage's beginning. So do the recipe's schedules, unless the stage
 * is a later part of a training that other parts have begun: then they go on.
 *
 * @param name what to call it in reports
 * @param epochs how long it lasts, in passes over the data
 * @param recipe whom from and by which losses
 * @param trained what the optimizer may change, connectors included
 * @param begun how many epochs the recipe's schedules have behind them when it begins
 */
public record Stage(String name, int epochs, Recipe recipe, List<Parameter> trained, int begun) {
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
        if (begun < 0) {
            throw new IllegalArgumentException("stage '" + name + "': needs 0 or more epochs before it, got " + begun);
        }
    }

    /**
     * A stage whose schedules count from its beginning.
     *
     * @param name what to call it in reports
     * @param epochs how long it lasts, in passes over the data
     * @param recipe whom from and by which losses
     * @param trained what the optimizer may change, connectors included
     */
    public Stage(String name, int epochs, Recipe recipe, List<Parameter> trained) {
        this(name, epochs, recipe, trained, 0);
    }

    /**
     * The same stage by another recipe.
     *
     * @param other whom from and by which losses
     * @return a new stage
     */
    public Stage by(Recipe other) {
        return new Stage(name, epochs, other, trained, begun);
    }
}
