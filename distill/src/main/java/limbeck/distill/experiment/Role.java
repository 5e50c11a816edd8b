package limbeck.distill.experiment;

import java.util.Locale;

/** The three models of the classic comparison. */
public enum Role {
    /** The large model that is learned from. */
    TEACHER,
    /** The small model, trained on the labels alone: what distillation has to beat. */
    STUDENT_ALONE,
    /** The small model, trained with the teacher. */
    STUDENT_DISTILLED;

    /**
     * The name in files.
     *
     * @return such as {@code student_alone}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The name for people.
     *
     * @return such as {@code student alone}
     */
    public String title() {
        return key().replace('_', ' ');
    }
}
