package limbeck.distill.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Controller;
import limbeck.distill.Moment;
import limbeck.distill.Term;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Scope;

/**
 * Weighs losses by their gradients (GradNorm; Chen et al., ICML 2018, arXiv 1711.02257), so that each pulls equally hard at the
 * parameters that all of them share, and harder the further it lags behind. With {@code n_i = |d(w_i L_i) / dW|}, where {@code w_i} is
 * the weight that the loss has been given, and factors {@code f_i} that begin at 1:
 * <ul>
 * <li>{@code G_i = f_i n_i}, with the mean {@code G};
 * <li>{@code r_i = (L_i / L_i(0)) / mean_j (L_j / L_j(0))}, how far each loss is behind;
 * <li>{@code sum_i |G_i - G r_i^alpha|} is lowered, where the targets {@code G r_i^alpha} are constants: by one step down its gradient
 * in {@code log f_i}, {@code f_i *= exp(-0.025 sign(G_i - G r_i^alpha) G_i / G)};
 * <li>all factors are divided so that their sum is again the number of losses.
 * </ul>
 * The authors step in {@code f_i} itself, by Adam. In the logarithm the factors stay above 0 and need no optimizer, and losses of which
 * one is a thousand times as large as another are evened out too.
 *
 * <p>The parameters {@code W} are by default the last of the student's layers that all losses reach, found by the first step's
 * gradients: the classifier for losses of logits, the layer of the feature where a feature is compared. Each step costs, for each loss,
 * a backward as far as that layer. A loss whose weight or gradient is 0 in a step takes no part in it. The factors of a step follow from
 * the steps before it.
 *
 * <p>As a schedule its own number is the mean {@code G}; what multiplies a loss is {@link #factor}.
 */
public final class GradNorm implements Controller {
    private static final double RATE = 0.025;

    private final List<Term> terms;
    private final List<Parameter> candidates;
    private final double alpha;
    private final double[] factors;
    private final double[] firstLosses;
    // Losses that have had a gradient: the layer that all of them reach is looked for until each has.
    private final Set<Integer> reaching = new HashSet<>();
    private List<Parameter> shared;
    private Progress progress = Progress.START;
    private double mean;

    /**
     * By the gradients of chosen parameters.
     *
     * @param terms the losses, at least one
     * @param shared what all of them reach, at least one parameter
     * @param alpha how much harder a loss pulls that lags behind, 0 or more; 1.5 in the paper, for losses that are very unlike
     * @throws IllegalArgumentException if there is nothing to weigh or to measure by, or alpha is out of range
     */
    public GradNorm(List<Term> terms, List<Parameter> shared, double alpha) {
        this(terms, List.of(), List.copyOf(shared), alpha);
        if (shared.isEmpty()) {
            throw new IllegalArgumentException("gradnorm: needs at least one parameter that all losses share");
        }
    }

    /**
     * By the gradients of the last of a student's layers that all losses reach.
     *
     * @param terms the losses, at least one
     * @param student the model that learns
     * @param alpha how much harder a loss pulls that lags behind, 0 or more
     * @throws IllegalArgumentException if there is nothing to weigh, or alpha is out of range
     */
    public GradNorm(List<Term> terms, Module student, double alpha) {
        // Biases and the scales of norms have too few elements to stand for a layer.
        this(terms, student.parameters().values().stream().filter(parameter -> parameter.shape().rank() > 1).toList().reversed(), null, alpha);
    }

    private GradNorm(List<Term> terms, List<Parameter> candidates, List<Parameter> shared, double alpha) {
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("gradnorm: there is no loss to weigh");
        }
        this.terms = List.copyOf(terms);
        this.candidates = candidates;
        this.shared = shared;
        this.alpha = alpha(alpha);
        factors = new double[terms.size()];
        Arrays.fill(factors, 1);
        firstLosses = new double[terms.size()];
    }

    static double alpha(double alpha) {
        if (!(alpha >= 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gradnorm: alpha needs a number of 0 or more, such as 1.5, got " + alpha);
        }
        return alpha;
    }

    /**
     * What a loss is multiplied by, besides the weight that it has been given.
     *
     * @param term its name
     * @return the factor over time
     * @throws IllegalArgumentException if there is no such loss
     */
    public Schedule factor(String term) {
        int i = terms.stream().map(Term::name).toList().indexOf(term);
        if (i < 0) {
            throw new IllegalArgumentException("gradnorm: there is no loss '" + term + "'; there are " + terms.stream().map(Term::name).toList());
        }
        return p -> factors[i];
    }

    @Override
    public void seen(Moment moment) {
        progress = moment.progress();
    }

    @Override
    public void measured(Map<String, Variable> losses, Tape tape) {
        try (var _ = Scope.open("gradnorm")) {
            List<Variable> values = terms.stream().map(term -> losses.get(term.name())).toList();
            if (isOpen()) {
                choose(values, tape);
            }
            var norms = new double[terms.size()];
            var measured = new double[terms.size()];
            for (int i = 0; i < norms.length; i++) {
                measured[i] = values.get(i).item();
                norms[i] = terms.get(i).weight().at(progress) * norm(tape.gradients(values.get(i), List.copyOf(shared)));
            }
            follow(measured, norms);
        }
    }

    private boolean isOpen() {
        return !candidates.isEmpty() && (shared == null || reaching.size() < terms.size());
    }

    /** The last layer where every loss that has a gradient at all has one. */
    private void choose(List<Variable> losses, Tape tape) {
        var reached = new ArrayList<boolean[]>();
        for (int i = 0; i < losses.size(); i++) {
            List<Variable> gradients = tape.gradients(losses.get(i), List.copyOf(candidates));
            var found = new boolean[candidates.size()];
            for (int k = 0; k < found.length; k++) {
                found[k] = norm(List.of(gradients.get(k))) > 0;
            }
            if (IntStream.range(0, found.length).anyMatch(k -> found[k])) {
                reaching.add(i);
                reached.add(found);
            }
        }
        int last = IntStream.range(0, candidates.size()).filter(k -> reached.stream().allMatch(found -> found[k])).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("gradnorm: no layer of the student is reached by all of "
                        + terms.stream().map(Term::name).toList() + "; choose another balance"));
        shared = List.of(candidates.get(last));
    }

    private static double norm(List<Variable> gradients) {
        return Math.sqrt(gradients.stream().mapToDouble(gradient -> gradient.tensor().square().sum().item()).sum());
    }

    /** A step's arithmetic. */
    void follow(double[] losses, double[] norms) {
        for (int i = 0; i < losses.length; i++) {
            if (firstLosses[i] == 0 && losses[i] > 0) {
                firstLosses[i] = losses[i];
            }
        }
        int[] active = IntStream.range(0, norms.length).filter(i -> norms[i] > 0 && losses[i] > 0).toArray();
        mean = IntStream.of(active).mapToDouble(i -> factors[i] * norms[i]).average().orElse(0);
        double behind = IntStream.of(active).mapToDouble(i -> losses[i] / firstLosses[i]).average().orElse(1);
        for (int i : active) {
            double pull = factors[i] * norms[i];
            double target = mean * Math.pow(losses[i] / firstLosses[i] / behind, alpha);
            factors[i] *= Math.exp(-RATE * Math.signum(pull - target) * pull / mean);
        }
        double sum = DoubleStream.of(factors).sum();
        for (int i = 0; i < factors.length; i++) {
            factors[i] *= factors.length / sum;
        }
    }

    @Override
    public double at(Progress p) {
        return mean;
    }

    /** {@return the mean, the factors, the first losses, and which candidate is shared with which losses reach it} */
    @Override
    public double[] state() {
        var state = new double[2 + 3 * factors.length];
        state[0] = mean;
        state[1] = shared == null || candidates.isEmpty() ? -1 : candidates.indexOf(shared.getFirst());
        for (int i = 0; i < factors.length; i++) {
            state[2 + 3 * i] = factors[i];
            state[3 + 3 * i] = firstLosses[i];
            state[4 + 3 * i] = reaching.contains(i) ? 1 : 0;
        }
        return state;
    }

    @Override
    public void restore(double[] state) {
        States.require("gradnorm of " + factors.length + " losses", state, 2 + 3 * factors.length);
        mean = state[0];
        if (!candidates.isEmpty()) {
            shared = state[1] < 0 ? null : List.of(candidates.get((int) state[1]));
        }
        reaching.clear();
        for (int i = 0; i < factors.length; i++) {
            factors[i] = state[2 + 3 * i];
            firstLosses[i] = state[3 + 3 * i];
            if (state[4 + 3 * i] == 1) {
                reaching.add(i);
            }
        }
    }
}
