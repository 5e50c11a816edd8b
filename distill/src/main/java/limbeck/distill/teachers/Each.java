package limbeck.distill.teachers;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Several teachers of which each has a loss of its own: the student's loss is the weighted mean of the losses toward each. Of {@code kd}
 * that has the gradient of one loss toward the mean of the softened probabilities, since {@code KL(p || q)} is linear in p but for its
 * entropy; other losses differ. The first teacher leads: its logits and features are what anything else sees.
 *
 * {@snippet :
 * var each = new Each(List.of(new Frozen(resnet), new Frozen(cnn)), Fixed.equal(2));
 * var recipe = new Recipe(each, List.of(
 *     new Term("ce", 0.1, new HardLabels()),
 *     new Term("kd", 0.9, each.toward(new LogitKd(4)))));
 * }
 *
 * @param members the teachers, the leading one first
 * @param weights how much the loss toward each counts
 */
public record Each(List<Teacher> members, Fixed weights) implements Teacher, Stateful {
    /**
     * Checks the weights.
     *
     * @throws IllegalArgumentException if there is no teacher, or another number of weights
     */
    public Each {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("ensemble: there is no teacher; give at least one");
        }
        weights.check(members.size());
    }

    /** Where a teacher's logits stand among the leading one's features. No layer's path has a space. */
    private static String place(int member) {
        return "logits of teacher " + (member + 1);
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        Views<Tensor> leading = members.getFirst().observe(batch, taps);
        List<Tensor> others = Ensemble.logits(members, leading.logits(), batch);
        var features = new TreeMap<>(leading.features());
        for (int i = 0; i < others.size(); i++) {
            features.put(place(i + 1), others.get(i));
        }
        return new Views<>(leading.logits(), features);
    }

    /** {@return a name for the teachers; empty where one of them has none} */
    @Override
    public Optional<String> fingerprint() {
        return Ensemble.fingerprint(members, "each");
    }

    /**
     * The mean of a loss toward each teacher.
     *
     * @param loss a loss of logits: one that looks into the teacher's layers has only the leading one's
     * @return its weighted mean over the teachers
     */
    public Objective toward(Objective loss) {
        return new Toward(loss, weights);
    }

    /**
     * A recipe in which each loss toward the teacher's logits is one toward each teacher's. Losses that look into the teacher's layers, or
     * not at the teacher, stay as they are.
     *
     * @param recipe with these teachers, or a decorator of them, as its teacher
     * @return a new recipe
     */
    public Recipe in(Recipe recipe) {
        List<Term> terms = recipe.terms().stream().map(term -> isShared(term.objective())
                ? new Term(term.name(), term.weight(), toward(term.objective())) : term).toList();
        return new Recipe(recipe.teacher(), terms, recipe.after(), recipe.values());
    }

    /**
     * Whether a loss can be had toward each teacher.
     *
     * @param loss any
     * @return true if it looks at the teacher, but not into its layers
     */
    public static boolean isShared(Objective loss) {
        return loss.looksAt().contains(Tap.Side.TEACHER) && loss.taps().stream().noneMatch(tap -> tap.side() == Tap.Side.TEACHER);
    }

    @Override
    public Map<String, Tensor> state() {
        return Ensemble.kept(members).state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Ensemble.kept(members).restore(state);
    }

    private record Toward(Objective loss, Fixed weights) implements Objective, Stateful {
        @Override
        public Variable loss(Moment moment) {
            double[] shares = weights.normalised();
            Variable total = loss.loss(moment).mul(shares[0]);
            for (int i = 1; i < shares.length; i++) {
                Views<Tensor> teacher = views(moment.teacher(), i);
                total = total.add(loss.loss(new Moment(moment.progress(), moment.student(), teacher, moment.targets(), moment.ids())).mul(shares[i]));
            }
            return total;
        }

        @Override
        public boolean needsLabels() {
            return loss.needsLabels();
        }

        private static <T> Views<T> views(Views<T> leading, int member) {
            return new Views<>(leading.feature(place(member)), leading.features());
        }

        @Override
        public void check(Views<Shape> student, Views<Shape> teacher) {
            for (int i = 1; i < weights.shares().size(); i++) {
                if (!teacher.features().containsKey(place(i))) {
                    throw new IllegalArgumentException("ensemble: each teacher is to have a loss of its own, but a method brings another teacher in"
                            + " their place; take the mean of logits or of probabilities, or leave that method out");
                }
            }
            loss.check(student, teacher);
        }

        @Override
        public Set<Tap> taps() {
            return loss.taps();
        }

        @Override
        public Set<Tap.Side> looksAt() {
            return loss.looksAt();
        }

        @Override
        public List<Parameter> parameters() {
            return loss.parameters();
        }

        @Override
        public Map<String, Tensor> state() {
            return loss instanceof Stateful kept ? kept.state() : Map.of();
        }

        @Override
        public void restore(Map<String, Tensor> state) {
            if (loss instanceof Stateful kept) {
                kept.restore(state);
            }
        }
    }
}
