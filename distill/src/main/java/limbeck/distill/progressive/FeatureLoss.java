package limbeck.distill.progressive;

import java.util.List;
import limbeck.distill.Objective;
import limbeck.distill.connect.SameSize;
import limbeck.distill.features.AttentionTransfer;
import limbeck.distill.features.Hint;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.distill.relations.SimilarityPreserving;

/** The losses that align one place of the student with one of the teacher. */
enum FeatureLoss {
    /** Equal features, by a connector where it needs one. */
    HINT(Hint.METHOD),
    /** Equal attention maps. */
    AT(AttentionTransfer.METHOD),
    /** Equal similarities of the examples in a batch. */
    SP(SimilarityPreserving.METHOD);

    static final String OPTION = "loss";
    static final String HELP = "hint: equal features, with connectors; at: equal attention maps; sp: equal similarities of examples; each "
            + "multiplied by the weight of its own method";

    private final Method own;

    FeatureLoss(Method own) {
        this.own = own;
    }

    static FeatureLoss of(Setup setup) {
        return switch (setup.oneOf(OPTION, "hint", "at", "sp")) {
            case "hint" -> HINT;
            case "at" -> AT;
            default -> SP;
        };
    }

    /** The places that the options name. */
    List<Pairing> pairs(Setup setup) {
        return switch (this) {
            case HINT, SP -> setup.pairs();
            case AT -> setup.maps();
        };
    }

    /** A loss for each pair. */
    List<? extends Objective> objectives(Setup setup, List<Pairing> pairs) {
        return switch (this) {
            case HINT -> Hint.between(setup, pairs);
            case AT -> pairs.stream().map(pair -> new AttentionTransfer(List.of(new SameSize(pair)), AttentionTransfer.Form.MEAN, 2)).toList();
            case SP -> pairs.stream().map(SimilarityPreserving::new).toList();
        };
    }

    /** What the literature multiplies it by. */
    double weight() {
        return own.plain().number(Method.WEIGHT);
    }
}
