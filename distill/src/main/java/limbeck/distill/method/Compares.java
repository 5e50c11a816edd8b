package limbeck.distill.method;

import java.util.Locale;

/** What a method compares between student and teacher. */
public enum Compares {
    /** The models' outputs. */
    LOGITS,
    /** The outputs of layers inside. */
    FEATURES,
    /** How examples lie to each other. */
    RELATIONS,
    /** The parameters themselves. */
    WEIGHTS,
    /** Nothing: it restrains the student beside another loss. */
    REGULARISER;

    /** {@return such as {@code logits}} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
