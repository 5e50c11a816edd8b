package limbeck.distill.peers;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Tensor;

/**
 * Deep mutual learning, DML (Zhang, Xiang, Hospedales and Lu, CVPR 2018, arXiv 1706.00384): K students without a teacher, each with
 * {@code L_i = CE_i + 1 / (K - 1) sum_{j != i} tau^2 / N sum_n KL(p_j || p_i)}. What the others say is a constant; the temperature is 1
 * in the paper.
 *
 * <p>By name the paper's order of steps is {@code order=turns}: each of them has changed before the next one looks.
 * {@code order=together}, the default, lets all learn from what was said in one pass, which costs half as many passes. The first
 * student is the one that is kept.
 *
 * @param temperature tau over time, above 0
 */
public record MutualLearning(Schedule temperature) implements Exchange {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("dml", "Zhang, Xiang, Hospedales, Lu, CVPR 2018", Compares.LOGITS)
            .advice("without a teacher: students that start apart learn from each other; each costs as much as one alone")
            .option(Peers.COUNT, 2, "how many students learn together, the one that is kept among them")
            .option(Peers.ORDER, "together", "together: all learn from one pass; turns (the paper's): each looks after the others have changed")
            .schedule("temperature", 1, Range.POSITIVE, "tau")
            .taughtBy(setup -> Peers.lesson("dml", setup, new MutualLearning(setup.schedule("temperature"))));

    /**
     * With a constant temperature.
     *
     * @param temperature tau, above 0; 1 in the paper
     */
    public MutualLearning(double temperature) {
        this(Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Progress progress, int member, Variable own, List<Tensor> all, Tensor labels) {
        double tau = temperature.at(progress);
        Variable sum = null;
        for (int j = 0; j < all.size(); j++) {
            if (j != member) {
                Variable loss = Losses.distillation(own, all.get(j), tau, Reduction.MEAN);
                sum = sum == null ? loss : sum.add(loss);
            }
        }
        return sum.div(all.size() - 1);
    }
}
