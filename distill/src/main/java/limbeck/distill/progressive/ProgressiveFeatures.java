package limbeck.distill.progressive;

import java.util.List;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;

/**
 * Features aligned stage by stage, the lowest first, SSKD (Gao et al., 2018, arXiv 1812.01819): a stage of training for each stage of the
 * student brings its output to that of the teacher's, without labels; what is finished below stays as it is. Then the main stage
 * learns from the labels.
 *
 * <p>The paper's loss is the distance of features, here {@link limbeck.distill.features.Hint}'s with its connector, which is thrown away
 * after its stage; its main stage trains the classifier alone, {@code main=head}. By default all of the student goes on to learn there,
 * since a student whose features are not quite the teacher's has better use for them. Batch norms of parts that are held still go on to
 * follow the data by their running statistics.
 *
 * <p>Each stage has a fresh optimizer, and the learning rate begins anew. The same alignment within one stage, beside the labels, is
 * {@link AlignmentDepth}; {@code alignment-depth(depth=9)} aligns all at once.
 */
public final class ProgressiveFeatures {
    /** Chosen by name. */
    public static final Method METHOD = Growth.options(Method.named("progressive-features", "Gao et al., 2018", Compares.FEATURES)
                    .advice("features from below, then the labels; models of the same kind, and epochs for every stage")
                    .option(FeatureLoss.OPTION, "hint", FeatureLoss.HELP))
            .layers("stages")
            .taughtBy(ProgressiveFeatures::lesson);

    private ProgressiveFeatures() {
    }

    private static Lesson lesson(Setup setup) {
        FeatureLoss loss = FeatureLoss.of(setup);
        List<Pairing> pairs = loss.pairs(setup);
        return new Growth(setup, pairs).lesson("progressive-features", "align", loss.weight(), loss.objectives(setup, pairs));
    }
}
