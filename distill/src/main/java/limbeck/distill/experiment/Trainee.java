package limbeck.distill.experiment;

import java.util.List;
import limbeck.nn.Summary;

/**
 * A model that an experiment is going to train for a seed, or to read.
 *
 * @param role what it is
 * @param name its architecture
 * @param summary its layers, parameters and multiply-adds
 * @param stages the lengths in epochs of the stages in which it is trained; empty if it is read
 */
public record Trainee(Role role, String name, Summary summary, List<Integer> stages) {
    /** Copies the list. */
    public Trainee {
        stages = List.copyOf(stages);
    }
}
