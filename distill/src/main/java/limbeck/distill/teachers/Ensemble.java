package limbeck.distill.teachers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import limbeck.distill.Batch;
import limbeck.distill.Fingerprint;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.nn.Mode;
import limbeck.tensor.Tensor;

/**
 * Several teachers that speak with one voice (Hansen and Salamon, 1990; as a teacher: Hinton, Vinyals and Dean, 2015, arXiv 1503.02531).
 * They may be of any architectures; they need the same classes.
 *
 * {@snippet :
 * Teacher both = new Ensemble(List.of(new Frozen(resnet), new Frozen(cnn)));
 * Teacher sure = new Ensemble(List.of(new Frozen(resnet), new Frozen(cnn)), Mixture.PROBABILITIES, new Confidence());
 * }
 *
 * <p>Layers can be looked at in the first teacher, which leads: taps are its, and the others show logits alone. For a loss of their own
 * for each teacher see {@link Each}.
 *
 * @param members the teachers, the leading one first
 * @param mixture whether logits or probabilities are averaged
 * @param weights how much each counts
 */
public record Ensemble(List<Teacher> members, Mixture mixture, Weights weights) implements Teacher, Stateful {
    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if there is no teacher, or another number of weights
     */
    public Ensemble {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("ensemble: there is no teacher; give at least one");
        }
        weights.check(members.size());
    }

    /**
     * The mean of the logits.
     *
     * @param members the teachers, the leading one first
     * @throws IllegalArgumentException if there is none
     */
    public Ensemble(List<Teacher> members) {
        this(members, Mixture.LOGITS, Fixed.equal(Math.max(1, members.size())));
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        Views<Tensor> leading = members.getFirst().observe(batch, taps);
        Tensor logits = leading.logits().stack(0, logits(members, leading.logits(), batch));
        Tensor mixed = mixture.of(logits, weights.of(logits));
        if (Mode.isTraining()) {
            weights.taught(logits, batch.targets(), mixture);
        }
        return new Views<>(mixed, leading.features());
    }

    /** {@return a name for the teachers and how they are mixed; empty where one of them has none, or the weights are learned} */
    @Override
    public Optional<String> fingerprint() {
        boolean still = weights instanceof Fixed || weights instanceof Confidence;
        return still ? fingerprint(members, mixture + " " + weights) : Optional.empty();
    }

    /** A name for teachers and what is made of them. */
    static Optional<String> fingerprint(List<Teacher> members, String together) {
        List<Optional<String>> prints = members.stream().map(Teacher::fingerprint).toList();
        if (prints.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        var print = new Fingerprint("ensemble").add(together);
        prints.forEach(member -> print.add(member.orElseThrow()));
        return Optional.of(print.hex());
    }

    /** What all but the leading teacher say. */
    static List<Tensor> logits(List<Teacher> members, Tensor leading, Batch batch) {
        List<Tensor> others = members.stream().skip(1).map(member -> member.observe(batch, Set.of()).logits()).toList();
        for (int i = 0; i < others.size(); i++) {
            if (!others.get(i).shape().equals(leading.shape())) {
                throw new IllegalArgumentException("ensemble: the logits of teacher " + (i + 2) + " are " + others.get(i).shape()
                        + ", those of the first are " + leading.shape() + "; all teachers need the same classes");
            }
        }
        return others;
    }

    /** What the teachers remember; learned weights are saved as what they are besides, an action after each step. */
    static Stateful kept(List<Teacher> members) {
        var parts = new LinkedHashMap<String, Stateful>();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i) instanceof Stateful part) {
                parts.put("teacher-" + (i + 1), part);
            }
        }
        return Stateful.all(parts);
    }

    @Override
    public Map<String, Tensor> state() {
        return kept(members).state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        kept(members).restore(state);
    }
}
