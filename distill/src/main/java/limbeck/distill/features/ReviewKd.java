package limbeck.distill.features;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.connect.Resize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Distillation with knowledge review (Chen et al., CVPR 2021, arXiv 2104.09044): from the deepest level up, the student's maps are
 * fused with what the deeper levels have made ({@link ReviewFusion}), so that deep layers of the student learn from shallow ones of the
 * teacher, and each level is compared with the teacher's by the hierarchical context loss
 * {@code HCL = [MSE(s, t) + sum_k 2^-k MSE(pool_l(s), pool_l(t))] / (1 + sum_k 2^-k)}, where l is 4, 2, 1 as far as it is smaller than
 * the maps and k = 1, 2, 3 counts those. The levels' losses are summed.
 *
 * <p>Taps maps (N, C, H, W) at all stages, and vectors (N, C) as maps of 1x1: after the ReLUs of the student, before those of the
 * teacher, and the pooled features of both. Sizes may differ: what is fused is resized to the teacher's. Weight 5 between wide residual
 * networks, from 0.6 to 10 in the paper; it rises over the first 20 of 240 epochs.
 *
 * @param pairs the levels, the deepest last
 * @param fusions one for each
 */
public record ReviewKd(List<Pairing> pairs, List<ReviewFusion> fusions) implements Objective {
    private static final int[] POOLS = {4, 2, 1};
    private static final int WIDEST = 512;

    /** Chosen by name. */
    public static final Method METHOD = Method.named("reviewkd", "Chen et al., CVPR 2021", Compares.FEATURES)
            .advice("strong and the most costly of the features: its fusions are as large as a small student")
            .layers("preactivations+pooled")
            .option("student-layers", "stages+pooled", "where to look in the student")
            .weight(5).warmup(1.0 / 12)
            .builtBy(ReviewKd::build);

    /**
     * Checks the levels.
     *
     * @throws IllegalArgumentException if there is none, or not one fusion for each
     */
    public ReviewKd {
        pairs = Places.some("reviewkd", pairs);
        fusions = List.copyOf(fusions);
        if (fusions.size() != pairs.size()) {
            throw new IllegalArgumentException("reviewkd: there are " + pairs.size() + " levels and " + fusions.size()
                    + " fusions; give one for each, such as ReviewKd.of makes");
        }
    }

    /**
     * With first weights.
     *
     * @param pairs the levels, the deepest last
     * @param key where the randomness comes from
     * @return the objective
     */
    public static ReviewKd of(List<Pairing> pairs, Key key) {
        int common = Math.min(WIDEST, pairs.getLast().student().channels());
        var fusions = new ArrayList<ReviewFusion>();
        for (int i = 0; i < pairs.size(); i++) {
            Pairing pair = pairs.get(i);
            fusions.add(ReviewFusion.of(pair.student().channels(), common, pair.teacher().channels(), i == pairs.size() - 1, key.split(i)));
        }
        return new ReviewKd(pairs, fusions);
    }

    private static Objective build(Setup setup) {
        List<Pairing> pairs = setup.pairs();
        for (Pairing pair : pairs) {
            for (Layer layer : List.of(pair.student(), pair.teacher())) {
                if (!layer.isMap() && !layer.isVector()) {
                    throw setup.complaint("compares maps (C, H, W) and vectors (C), but " + layer.path() + " shows " + layer.output()
                            + "; choose another layer");
                }
            }
        }
        var objective = of(pairs, setup.key());
        objective.fusions.forEach(fusion -> fusion.modules().forEach(setup::place));
        return objective;
    }

    @Override
    public Variable loss(Moment moment) {
        Variable total = null;
        Variable deeper = null;
        for (int i = pairs.size() - 1; i >= 0; i--) {
            Tensor target = maps(pairs.get(i).teacher(moment));
            var level = fusions.get(i).apply(maps(pairs.get(i).student(moment)), deeper, target.shape().dim(2), target.shape().dim(3));
            deeper = level.fused();
            Variable loss = hierarchical(level.compared(), target);
            total = total == null ? loss : total.add(loss);
        }
        return total;
    }

    /** Vectors (N, C) as maps (N, C, 1, 1). */
    private static <T extends TensorOps<T>> T maps(T feature) {
        return feature.shape().rank() == 4 ? feature : feature.unsqueeze(2).unsqueeze(3);
    }

    /** The hierarchical context loss of one level. */
    static Variable hierarchical(Variable student, Tensor teacher) {
        Variable loss = Losses.mse(student, teacher, Reduction.MEAN);
        double weight = 1;
        double sum = 1;
        for (int size : POOLS) {
            if (size < Math.min(teacher.shape().dim(2), teacher.shape().dim(3))) {
                weight /= 2;
                sum += weight;
                loss = loss.add(Losses.mse(Resize.pool(student, size, size), Resize.pool(teacher, size, size), Reduction.MEAN).mul(weight));
            }
        }
        return loss.div(sum);
    }

    @Override
    public Set<Tap> taps() {
        return pairs.stream().flatMap(pair -> pair.taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return fusions.stream().flatMap(ReviewFusion::modules).flatMap(module -> module.parameters().values().stream()).toList();
    }
}
