package limbeck.distill.peers;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Tensor;

/**
 * Collaborative learning, KDCL (Guo et al., CVPR 2020): K students and one target that is made of what all of them say, a constant:
 * {@code L_i = CE_i + tau^2 / N sum_n KL(softmax(z_t / tau) || softmax(z_i / tau))}, tau 2. In the paper each student sees the examples
 * moved and cut in a way of its own; here the others see what a teacher would see (setting {@code teacher-view}), by default the same.
 *
 * @param target how {@code z_t} is made
 * @param temperature tau over time, above 0
 */
public record CollaborativeLearning(Target target, Schedule temperature) implements Exchange {
    /** How many students' logits become one. */
    public enum Target {
        /** For each example those of the student with the smallest cross-entropy with its label: the paper's naive way. */
        NAIVE,
        /**
         * For each class the least of {@code z_i[c] - z_i[y]}: what the label's class is 0 in. Its cross-entropy with the label is at most
         * that of the best student.
         */
        MINLOGIT,
        /** Their mean, which needs no label: a plain ensemble, which the paper compares with. */
        MEAN
    }

    /** Chosen by name. */
    public static final Method METHOD = Method.named("kdcl", "Guo et al., CVPR 2020", Compares.LOGITS)
            .advice("without a teacher, like dml, but all learn from one ensemble, which is surer of the label than any of them")
            .option(Peers.COUNT, 2, "how many students learn together, the one that is kept among them")
            .option(Peers.ORDER, "together", "together: all learn from one pass; turns: each looks after the others have changed")
            .option("target", "minlogit", "minlogit, naive (the best student of each example) or mean")
            .schedule("temperature", 2, Range.POSITIVE, "tau")
            .taughtBy(CollaborativeLearning::build);

    /**
     * With a constant temperature.
     *
     * @param target how {@code z_t} is made
     * @param temperature tau, above 0; 2 in the paper
     */
    public CollaborativeLearning(Target target, double temperature) {
        this(target, Schedule.constant(temperature));
    }

    private static Lesson build(Setup setup) {
        Target target = switch (setup.oneOf("target", "minlogit", "naive", "mean")) {
            case "minlogit" -> Target.MINLOGIT;
            case "naive" -> Target.NAIVE;
            default -> Target.MEAN;
        };
        return Peers.lesson("kdcl", setup, new CollaborativeLearning(target, setup.schedule("temperature")));
    }

    @Override
    public Variable loss(Progress progress, int member, Variable own, List<Tensor> all, Tensor labels) {
        return Losses.distillation(own, ensemble(all, labels), temperature.at(progress), Reduction.MEAN);
    }

    /**
     * What all learn from.
     *
     * @param all everybody's logits (N, classes)
     * @param labels I32 (N); {@link Target#MEAN} does not look at them
     * @return logits (N, classes)
     */
    public Tensor ensemble(List<Tensor> all, Tensor labels) {
        return switch (target) {
            case NAIVE -> best(all, labels);
            case MINLOGIT -> all.stream().map(logits -> logits.sub(logits.gather(1, labels.unsqueeze(1)))).reduce(Tensor::minimum).orElseThrow();
            case MEAN -> all.stream().reduce(Tensor::add).orElseThrow().div(all.size());
        };
    }

    private static Tensor best(List<Tensor> all, Tensor labels) {
        Tensor best = all.getFirst();
        Tensor least = Losses.crossEntropy(best, labels, 0, Reduction.NONE);
        for (Tensor logits : all.subList(1, all.size())) {
            Tensor loss = Losses.crossEntropy(logits, labels, 0, Reduction.NONE);
            best = loss.lt(least).unsqueeze(1).where(logits, best);
            least = loss.minimum(least);
        }
        return best;
    }

    @Override
    public boolean needsLabels() {
        return target != Target.MEAN;
    }
}
