package limbeck.distill.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Score;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Losses of several tasks: each looks at its own slice of student's and teacher's logits and at its own answers, and their mean is the loss.
 *
 * {@snippet :
 * List<Head> heads = Head.parse("odd=0101010101; large=0000011111", 10);
 * var teacher = new Frozen(new SideBySide(List.of("odd", "large"), List.of(oddTeacher, largeTeacher)));
 * var recipe = new Recipe(teacher, List.of(
 *     new Term("ce", 0.1, OnHeads.each(heads, new HardLabels())),
 *     new Term("kd", 0.9, OnHeads.each(heads, new LogitKd(4)))));
 * }
 *
 * Taps, parameters and what is looked at are those of all the losses.
 *
 * @param heads the tasks, which do not overlap
 * @param losses a loss for each of them
 */
public record OnHeads(List<Head> heads, List<Objective> losses) implements Objective, Stateful {
    /**
     * Checks the lists.
     *
     * @throws IllegalArgumentException if they are empty or differ in length
     */
    public OnHeads {
        heads = List.copyOf(heads);
        losses = List.copyOf(losses);
        if (heads.isEmpty() || heads.size() != losses.size()) {
            throw new IllegalArgumentException("tasks: there are " + losses.size() + " losses for " + heads.size() + " heads; give one for each");
        }
    }

    /**
     * One loss for all tasks.
     *
     * @param heads the tasks
     * @param loss looks at each of them; one that remembers what it sees, or learns, needs an instance for each
     * @return the loss of all
     */
    public static OnHeads each(List<Head> heads, Objective loss) {
        return new OnHeads(heads, heads.stream().map(_ -> loss).toList());
    }

    @Override
    public Variable loss(Moment moment) {
        // Read once for all heads.
        int[] labels = moment.targets().toInts();
        Variable sum = null;
        for (int i = 0; i < heads.size(); i++) {
            Objective own = losses.get(i);
            Moment seen = of(heads.get(i), moment, labels);
            // A task may have no answer for some classes: what needs one looks at the others alone.
            Variable loss = own.needsLabels() ? seen.ofLabelled(own::loss) : own.loss(seen);
            sum = sum == null ? loss : sum.add(loss);
        }
        return sum.div(heads.size());
    }

    /** One answer for each task and example. */
    @Override
    public Score score(Moment moment) {
        int[] labels = moment.targets().toInts();
        Score all = Score.NONE;
        for (int i = 0; i < heads.size(); i++) {
            all = all.plus(losses.get(i).score(of(heads.get(i), moment, labels)));
        }
        return all;
    }

    private static Moment of(Head head, Moment moment, int[] labels) {
        Views<Variable> student = moment.student();
        Views<Tensor> teacher = moment.teacher();
        Tensor targets = moment.targets().device().tensor(Arrays.stream(labels).map(head::answer).toArray(), labels.length);
        return new Moment(moment.progress(),
                new Views<>(student.logits() == null ? null : student.logits().slice(1, head.from(), head.to()), student.features()),
                new Views<>(teacher.logits() == null ? null : teacher.logits().slice(1, head.from(), head.to()), teacher.features()),
                targets, moment.ids());
    }

    @Override
    public Set<Tap> taps() {
        var taps = new LinkedHashSet<Tap>();
        losses.forEach(loss -> taps.addAll(loss.taps()));
        return taps;
    }

    @Override
    public Set<Tap.Side> looksAt() {
        var sides = new LinkedHashSet<Tap.Side>();
        losses.forEach(loss -> sides.addAll(loss.looksAt()));
        return sides;
    }

    @Override
    public List<Parameter> parameters() {
        var parameters = new LinkedHashSet<Parameter>();
        losses.forEach(loss -> parameters.addAll(loss.parameters()));
        return new ArrayList<>(parameters);
    }

    @Override
    public boolean needsLabels() {
        return IntStream.range(0, heads.size()).anyMatch(i -> losses.get(i).needsLabels());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        for (int i = 0; i < heads.size(); i++) {
            Head head = heads.get(i);
            losses.get(i).check(new Views<>(sliced(head, "student", student.logits()), student.features()),
                    new Views<>(sliced(head, "teacher", teacher.logits()), teacher.features()));
        }
    }

    private Stateful kept() {
        var parts = new LinkedHashMap<String, Stateful>();
        IntStream.range(0, losses.size()).forEach(i -> parts.put(heads.get(i).name(), Stateful.in(losses.get(i))));
        return Stateful.all(parts);
    }

    @Override
    public Map<String, Tensor> state() {
        return kept().state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        kept().restore(state);
    }

    private static Shape sliced(Head head, String whose, Shape logits) {
        if (logits == null) {
            return null;
        }
        if (logits.rank() != 2 || logits.dim(1) < head.to()) {
            throw new IllegalArgumentException("task '" + head.name() + "': its answers are logits " + head.from() + " to " + (head.to() - 1)
                    + ", but the " + whose + "'s logits are " + logits);
        }
        return Shape.of(logits.dim(0), head.answers());
    }
}
