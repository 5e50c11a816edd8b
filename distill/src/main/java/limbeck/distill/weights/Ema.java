package limbeck.distill.weights;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import limbeck.autograd.Variable;
import limbeck.distill.AfterStep;
import limbeck.distill.Batch;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The mean teacher (Tarvainen and Valpola, NeurIPS 2017, arXiv 1703.01780): a copy of the student that follows it,
 * {@code theta' = d theta' + (1 - d) theta} after each of the optimizer's steps, and is learned from. The decay
 * {@code d = min(1 - 1 / (step + 1), decay)} makes the copy the plain mean of all weights so far while there are few, so that the first
 * ones do not linger. Running statistics of batch norms follow as the parameters do; the authors instead let the copy measure its own,
 * for which it would have to run in training mode.
 *
 * {@snippet :
 * var ema = new Ema(student, copy, 0.999);
 * var recipe = new Recipe(ema, List.of(new Term("ce", 1, new HardLabels()), new Term("ema", 100, new Consistency(1))), List.of(ema));
 * }
 *
 * By name it stands beside the trained teacher, from which other methods go on learning.
 */
public final class Ema implements Teacher, AfterStep, Stateful {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("ema", "Tarvainen, Valpola, NeurIPS 2017", Compares.WEIGHTS)
            .advice("the student learns from its own average; needs no good teacher, but many steps (about 1 / (1 - decay))")
            .schedule("decay", 0.999, Range.BELOW_ONE, "how much of the average stays in each step, from 0 to below 1")
            .option("loss", "consistency", "consistency, or kd, which wants a weight of about 1")
            .schedule("temperature", 1, Range.POSITIVE, "tau of that loss")
            .option("deploy", "student", "which model is used in the end: student or average")
            .weight(Consistency.WEIGHT).warmup(Consistency.WARMUP)
            .taughtBy(Ema::build);

    /** Where the average's logits stand among the trained teacher's features. No layer's path has a space. */
    private static final String PLACE = "ema logits";

    private final Twins twins;
    private final Schedule decay;

    /**
     * A mean teacher. The copy becomes equal to the student at once.
     *
     * @param student the model that learns
     * @param average a model of the same architecture, which belongs to this from now on
     * @param decay how much of the average stays in each step, from 0 to below 1
     * @throws IllegalArgumentException if the models' parameters or buffers differ in names or shapes, or the decay is out of range
     */
    public Ema(Module student, Module average, double decay) {
        this(student, average, Schedule.constant(decay));
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("ema: decay needs a number from 0 to below 1, such as 0.999, got " + decay);
        }
    }

    /**
     * A mean teacher whose decay changes over time. The copy becomes equal to the student at once.
     *
     * @param student the model that learns
     * @param average a model of the same architecture, which belongs to this from now on
     * @param decay how much of the average stays in each step, from 0 to below 1
     * @throws IllegalArgumentException if the models' parameters or buffers differ in names or shapes
     */
    public Ema(Module student, Module average, Schedule decay) {
        this.twins = Twins.of("ema", "the student", student, "the average", average);
        this.decay = decay;
        twins.equalise();
    }

    /**
     * The average, which a user may keep instead of the student.
     *
     * @return the copy that follows
     */
    public Module average() {
        return twins.follower();
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        return new Frozen(average()).observe(batch, taps);
    }

    @Override
    public void after(Progress progress) {
        twins.follow(Math.min(1 - 1.0 / (progress.step() + 1), decay.at(progress)));
    }

    @Override
    public Map<String, Tensor> state() {
        return Stateful.of(average()).state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Stateful.of(average()).restore(state);
    }

    /** A teacher that shows its own and, as one feature more, this one's logits. The average itself is kept as what happens after a step. */
    private record Beside(Teacher other, Ema ema) implements Teacher, Stateful {
        @Override
        public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
            Views<Tensor> views = other.observe(batch, taps);
            var features = new TreeMap<>(views.features());
            features.put(PLACE, ema.observe(batch, Set.of()).logits());
            return new Views<>(views.logits(), features);
        }

        @Override
        public Map<String, Tensor> state() {
            return Stateful.in(other).state();
        }

        @Override
        public void restore(Map<String, Tensor> state) {
            Stateful.in(other).restore(state);
        }
    }

    /** A loss of logits, toward the average's. */
    private record Toward(Objective loss) implements Objective {
        @Override
        public Variable loss(Moment moment) {
            return loss.loss(new Moment(moment.progress(), moment.student(), Views.of(moment.teacher().feature(PLACE)), moment.targets(),
                    moment.ids()));
        }

        @Override
        public void check(Views<Shape> student, Views<Shape> teacher) {
            loss.check(student, Views.of(teacher.feature(PLACE)));
        }
    }

    private static Lesson build(Setup setup) {
        var ema = new Ema(setup.task().student(), setup.task().fresh().get(), setup.schedule("decay"));
        Schedule temperature = setup.schedule("temperature");
        if (setup.text("loss").equals("kd") && !setup.isGiven(Method.WEIGHT)) {
            throw setup.complaint("loss=kd is larger than the usual loss and needs a weight of its own, such as weight=1");
        }
        Objective loss = setup.oneOf("loss", "consistency", "kd").equals("kd") ? new LogitKd(temperature) : new Consistency(temperature);
        Lesson lesson = Lesson.of(new Toward(loss)).after(ema).taughtBy(other -> new Beside(other, ema));
        return setup.oneOf("deploy", "student", "average").equals("average") ? lesson.heir(ema.average()) : lesson;
    }
}
