package limbeck.distill.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.data.Dataset;

/**
 * A task of several: which of the logits answer it, and what the right answer is for each class of the data.
 *
 * {@snippet :
 * List<Head> heads = Head.parse("odd=0101010101; size=0001112222", 10);
 * heads.getLast().from();          // 2: after the two answers of the first
 * heads.getLast().answer(9);       // 2
 * }
 *
 * @param name what it is called
 * @param from the place of its first logit
 * @param answers how many answers it has, which is how many logits
 * @param table the answer for each label of the data, from 0; {@link Dataset#UNLABELLED} where the task has none
 */
public record Head(String name, int from, int answers, List<Integer> table) {
    /**
     * Checks the table.
     *
     * @throws IllegalArgumentException if an answer is out of range, or the place is negative
     */
    public Head {
        table = List.copyOf(table);
        for (int answer : table) {
            if (answer < Dataset.UNLABELLED || answer >= answers) {
                throw new IllegalArgumentException("task '" + name + "': " + answer + " is none of its " + answers + " answers, which count from 0");
            }
        }
        if (from < 0 || table.isEmpty()) {
            throw new IllegalArgumentException("task '" + name + "': needs a first logit from 0 on and an answer for each class, got " + from
                    + " and " + table);
        }
    }

    /**
     * Tasks from one line: for each its name and, class by class, a digit or letter for the answer, or whole words joined by commas; a dash
     * for a class about which the task says nothing. Equal signs are the same answer. The heads lie side by side in the order given.
     *
     * @param text such as {@code odd=0101010101; large=0000011111} or {@code kind=top,trouser,top}
     * @param classes how many classes the data has
     * @return at least one head
     * @throws IllegalArgumentException in one sentence, if it cannot be read or does not fit the classes
     */
    public static List<Head> parse(String text, int classes) {
        var heads = new ArrayList<Head>();
        int from = 0;
        for (String task : text.split(";")) {
            int sign = task.indexOf('=');
            if (sign < 1 || task.substring(0, sign).isBlank()) {
                throw new IllegalArgumentException("tasks: need names with an answer for each class, such as odd=0101010101; large=0000011111, "
                        + "got '" + task.strip() + "'");
            }
            String name = task.substring(0, sign).strip();
            if (!name.matches("[\\w-]+") || heads.stream().anyMatch(head -> head.name().equals(name))) {
                throw new IllegalArgumentException("tasks: each needs a name of its own, of letters, digits and dashes, got '" + name + "'");
            }
            Head head = head(name, from, task.substring(sign + 1).strip(), classes);
            heads.add(head);
            from += head.answers();
        }
        return List.copyOf(heads);
    }

    private static Head head(String name, int from, String codes, int classes) {
        List<String> signs = codes.contains(",") ? Arrays.stream(codes.split(",", -1)).map(String::strip).toList()
                : codes.chars().mapToObj(Character::toString).toList();
        if (signs.size() != classes || signs.contains("")) {
            throw new IllegalArgumentException("tasks: '" + name + "' has " + signs.size() + " answers, '" + codes + "', for " + classes
                    + " classes; give one for each class, or a dash for none");
        }
        List<String> answers = signs.stream().filter(sign -> !sign.equals("-")).distinct().sorted().toList();
        if (answers.size() < 2) {
            throw new IllegalArgumentException("tasks: '" + name + "' has one answer for all classes, from which there is nothing to learn; give at "
                    + "least two, such as 0 and 1");
        }
        // A dash is at -1, which is no label.
        return new Head(name, from, answers.size(), signs.stream().map(answers::indexOf).toList());
    }

    /**
     * How many logits several heads have together.
     *
     * @param heads the heads
     * @return the sum of their answers
     */
    public static int width(List<Head> heads) {
        return heads.stream().mapToInt(Head::answers).sum();
    }

    /**
     * The place after its last logit.
     *
     * @return {@code from + answers}
     */
    public int to() {
        return from + answers;
    }

    /**
     * The right answer for a class of the data.
     *
     * @param label the class; {@link Dataset#UNLABELLED} where it is not known
     * @return the answer, from 0; {@link Dataset#UNLABELLED} where the task has none
     */
    public int answer(int label) {
        return label == Dataset.UNLABELLED ? Dataset.UNLABELLED : table.get(label);
    }

    /**
     * How many examples each answer has.
     *
     * @param counts how many each class of the data has
     * @return one count an answer
     */
    public ClassCounts counts(ClassCounts counts) {
        int[] own = new int[answers];
        IntStream.range(0, table.size()).filter(label -> table.get(label) != Dataset.UNLABELLED)
                .forEach(label -> own[table.get(label)] += counts.of(label));
        return new ClassCounts(own);
    }
}
