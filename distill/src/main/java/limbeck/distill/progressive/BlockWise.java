package limbeck.distill.progressive;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.features.Hint;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.tensor.Shape;

/**
 * A student that takes the place of its teacher block by block: the teacher's knowledge is decomposed into its stages, and stage k of the
 * training teaches the student's block k what the teacher's does, while everything else stands still. With the student's blocks up to k,
 * the connector {@code c} to the teacher's shape, and all of the teacher behind its stage k as {@code tail},
 * {@code L = a mean (c(F_s) - F_t)^2 + b tau^2 KL(teacher || tail(c(F_s)))}. The main stage then trains the plain student, which is what
 * is used in the end.
 *
 * <p>After Wang et al., Progressive Blockwise Knowledge Distillation (IJCAI 2018), who turn the blocks of a teacher into smaller ones one
 * after the other, from the input to the output; there a block has its teacher's output size by construction, and stays in the network.
 * Here the student has an architecture of its own, so a connector stands between for the time of its stage, and the loss is ours: Li et al.
 * (DNA, CVPR 2020) have the features alone, {@code logits=0}, and feed each block what the teacher's one before it shows.
 *
 * <p>The tail runs in evaluation mode and is never changed, but the gradient passes through it; so it runs where a cache answers for the
 * teacher, too. The parts of the teacher have to come one after the other, see {@link Layers#after}; with {@code logits=0} any model will
 * do. Of several teachers the leading one is meant.
 *
 * @param place the ends of the student's block and the teacher's, and the connector
 * @param tail the teacher behind its place; null if b is 0
 * @param temperature tau, above 0
 * @param features a, the weight of the features
 * @param logits b, the weight of the answers
 */
public record BlockWise(Connected place, Module tail, double temperature, double features, double logits) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Growth.options(Method.named("block-wise", "after Wang et al., IJCAI 2018", Compares.FEATURES)
                    .advice("the student replaces the teacher's stages one by one; models of the same kind, and epochs for every block")
                    .option("features", 1, "weight of the difference of features at the block's end")
                    .option("logits", 1, "weight of the answers through the rest of the teacher; 0 for features alone")
                    .option("temperature", 4, "tau of the answers"))
            .layers("stages")
            .taughtBy(BlockWise::lesson);

    private static Lesson lesson(Setup setup) {
        double features = atLeast0(setup, "features");
        double logits = atLeast0(setup, "logits");
        if (features + logits == 0) {
            throw setup.complaint("features and logits are both 0; give one of them a weight");
        }
        List<Pairing> pairs = setup.pairs();
        List<BlockWise> losses = Hint.between(setup, pairs).stream().map(Hint::place).map(place -> new BlockWise(place,
                logits == 0 ? null : tail(setup, place.pair()), setup.positive("temperature"), features, logits)).toList();
        return new Growth(setup, pairs).lesson("block-wise", "block", 1, losses);
    }

    private static Module tail(Setup setup, Pairing pair) {
        try {
            return setup.task().teachers().after(pair.teacher());
        } catch (IllegalArgumentException e) {
            throw setup.complaint(e.getMessage().replaceFirst("^layers: ", "") + ", or logits=0, which needs no cut");
        }
    }

    private static double atLeast0(Setup setup, String option) {
        double value = setup.number(option);
        if (value < 0) {
            throw setup.complaint(option + " needs a number of 0 or more, got '" + setup.text(option) + "'");
        }
        return value;
    }

    @Override
    public Variable loss(Moment moment) {
        Variable seen = place.student(moment);
        Variable near = features == 0 ? null : Losses.mse(seen, place.teacher(moment), Reduction.MEAN).mul(features);
        if (logits == 0) {
            return near;
        }
        Variable answers = Mode.evaluate(() -> tail.apply(seen));
        Variable alike = Losses.distillation(answers, moment.teacher().logits(), temperature, Reduction.MEAN).mul(logits);
        return near == null ? alike : near.add(alike);
    }

    @Override
    public Set<Tap> taps() {
        return place.pair().taps();
    }

    /** {@return the connector's; the rest of the teacher is never trained} */
    @Override
    public List<Parameter> parameters() {
        return place.parameters();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        if (teacher.logits() == null) {
            throw new IllegalArgumentException("block-wise: there is no teacher to learn from; give the recipe one, such as new Frozen(model)");
        }
        place.check("block-wise", student, teacher);
    }
}
