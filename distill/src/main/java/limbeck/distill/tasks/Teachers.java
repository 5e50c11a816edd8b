package limbeck.distill.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import limbeck.distill.Batch;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.tensor.Tensor;

/**
 * Several teachers as one, whose logits are theirs one after the other: one for each {@link Head}. Unlike {@link SideBySide} they may be
 * anything that teaches, such as caches or averages. They show logits alone.
 *
 * @param teachers a teacher for each task, in the order of the heads
 */
public record Teachers(List<Teacher> teachers) implements Teacher, Stateful {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Teachers {
        teachers = List.copyOf(teachers);
        if (teachers.isEmpty()) {
            throw new IllegalArgumentException("tasks: there is no teacher; give one for each head");
        }
    }

    /**
     * The logits of all.
     *
     * @throws IllegalArgumentException if layers are tapped, since nobody could tell whose
     */
    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        if (!taps.isEmpty()) {
            throw new IllegalArgumentException("tasks: of several teachers no layers can be tapped, got " + taps + "; take losses of logits");
        }
        var logits = new ArrayList<Tensor>();
        teachers.forEach(teacher -> logits.add(teacher.observe(batch, Set.of()).logits()));
        return Views.of(logits.getFirst().concat(1, logits.subList(1, logits.size())));
    }

    private Stateful kept() {
        var parts = new LinkedHashMap<String, Stateful>();
        IntStream.range(0, teachers.size()).forEach(i -> parts.put(Integer.toString(i), Stateful.in(teachers.get(i))));
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
}
