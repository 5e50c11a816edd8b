package limbeck.distill.experiment;

import java.util.Comparator;
import java.util.Locale;

/**
 * What a model is in a comparison. Three are always there; the others where several teachers, assistants or generations are asked for.
 *
 * @param part what it does
 * @param number which of several it is, from 1; 0 where there is just one
 */
public record Role(Part part, int number) implements Comparable<Role> {
    /** What a model does. */
    public enum Part {
        /** One of several teachers. */
        MEMBER,
        /** The large model that is learned from, or all {@link #MEMBER}s as one. */
        TEACHER,
        /** A model between teacher and student: taught by the one before it, then teaching. */
        ASSISTANT,
        /** The small model, trained on the labels alone. */
        STUDENT_ALONE,
        /** A student that was taught and teaches the next one. */
        GENERATION,
        /** The small model, trained with the teacher. */
        STUDENT_DISTILLED,
        /** All generations and the last student as one. */
        GENERATIONS
    }

    /** The large model that is learned from; several of them as one. */
    public static final Role TEACHER = new Role(Part.TEACHER, 0);
    /** The small model, trained on the labels alone: what distillation has to beat. */
    public static final Role STUDENT_ALONE = new Role(Part.STUDENT_ALONE, 0);
    /** The small model, trained with the teacher. */
    public static final Role STUDENT_DISTILLED = new Role(Part.STUDENT_DISTILLED, 0);
    /** The mean of all generations' logits. */
    public static final Role GENERATIONS = new Role(Part.GENERATIONS, 0);

    /**
     * One of several teachers.
     *
     * @param number from 1
     * @return its role
     */
    public static Role member(int number) {
        return new Role(Part.MEMBER, number);
    }

    /**
     * A model between teacher and student.
     *
     * @param number from 1, beside the teacher
     * @return its role
     */
    public static Role assistant(int number) {
        return new Role(Part.ASSISTANT, number);
    }

    /**
     * A student that teaches the next one; the last is {@link #STUDENT_DISTILLED}.
     *
     * @param number from 1
     * @return its role
     */
    public static Role generation(int number) {
        return new Role(Part.GENERATION, number);
    }

    /**
     * Whether it is a teacher's, with the settings for teachers.
     *
     * @return true of teachers, false of all that are taught
     */
    public boolean isTeacher() {
        return part == Part.TEACHER || part == Part.MEMBER;
    }

    /**
     * The name in files.
     *
     * @return such as {@code student_alone} or {@code teacher_2}
     */
    public String key() {
        String name = (part == Part.MEMBER ? Part.TEACHER : part).name().toLowerCase(Locale.ROOT);
        return number == 0 ? name : name + "_" + number;
    }

    /**
     * The name for people.
     *
     * @return such as {@code student alone} or {@code teacher 2}
     */
    public String title() {
        return key().replace('_', ' ');
    }

    @Override
    public int compareTo(Role other) {
        return Comparator.comparing(Role::part).thenComparingInt(Role::number).compare(this, other);
    }
}
