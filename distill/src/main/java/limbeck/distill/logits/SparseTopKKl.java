package limbeck.distill.logits;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The divergence over the teacher's k most likely classes, {@code sum_{c in top k} p_t (log p_t - log p_s)}, by which language
 * models are distilled from teachers whose distributions are too large to keep (DistillKit; Arcee AI, 2024). The other classes are lumped
 * into one, {@code r = 1 - sum_{c in top k} p}, for which {@code r_t (log r_t - log r_s)} is added, or ignored.
 *
 * <p>Lumped it is a divergence: not negative, 0 between equals, and all of {@link GeneralizedJsd} at beta 0 for k = C. Ignored it is
 * neither: it may be negative, and between equals it still pulls the student toward the k classes. Both sides' probabilities are those
 * among all classes, at temperature 1; {@code log r} is the log-sum-exp of the other classes, so that nothing cancels.
 *
 * <p>Logits are (N, C), or (N, T, V) of sequences with targets (N, T): positions with a negative target are padding and do not count.
 *
 * @param k how many classes; all of them where there are fewer
 * @param lumped whether the others count as one class
 */
public record SparseTopKKl(int k, boolean lumped) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("topk-kl", "DistillKit, Arcee AI, 2024", Compares.LOGITS)
            .advice("for very many classes, or a teacher whose unlikely classes are noise")
            .option("k", 5, "how many of the teacher's most likely classes")
            .option("remainder", "lump", "the other classes: lump them into one, or ignore them")
            .builtBy(setup -> new SparseTopKKl(setup.count("k"), setup.oneOf("remainder", "lump", "ignore").equals("lump")));

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not at least 1
     */
    public SparseTopKKl {
        if (k < 1) {
            throw new IllegalArgumentException("topk-kl: k needs at least 1 class, got " + k);
        }
    }

    @Override
    public Variable loss(Moment moment) {
        Variable logits = moment.student().logits();
        Shape shape = logits.shape();
        int classes = shape.dim(-1);
        Tensor teacher = moment.teacher().logits().reshape(-1, classes).logSoftmax(-1);
        Variable student = logits.reshape(-1, classes).logSoftmax(-1);
        int[] order = Descending.order(teacher);
        Tensor ranked = teacher.device().tensor(order, order.length / classes, classes);
        Variable theirs = kept(Variable.of(teacher.gather(1, ranked)));
        Variable rows = Divergence.kl(theirs, kept(student.gather(1, Variable.of(ranked))));
        return Tokens.mean(rows.reshape(shape.without(List.of(shape.rank() - 1), false)), moment.targets());
    }

    /** Of ranked log-probabilities the first k, and what the others have together. */
    private Variable kept(Variable ranked) {
        int classes = ranked.shape().dim(1);
        Variable top = ranked.slice(1, 0, Math.min(k, classes));
        if (!lumped || k >= classes) {
            return top;
        }
        return top.concat(1, List.of(ranked.slice(1, k, classes).logSumExp(List.of(1), true)));
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("topk-kl", student, teacher);
    }
}
