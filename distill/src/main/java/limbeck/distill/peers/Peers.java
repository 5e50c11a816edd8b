package limbeck.distill.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.AfterStep;
import limbeck.distill.Batch;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Setup;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Op;

/**
 * Students that learn beside the one that is kept, in the same steps and on the same batches: by the labels, and by what an
 * {@link Exchange} lets all of them learn from each other. What one says is a constant to the others.
 *
 * {@snippet :
 * var peers = new Peers("dml", student, List.of(new Peers.Peer(other, optimizer)), new MutualLearning(1), new HardLabels(),
 *         Schedule.constant(1), Schedule.constant(1), Peers.Order.TOGETHER);
 * var recipe = new Recipe(peers.beside(Teacher.NONE), List.of(
 *         new Term("ce", 1, new HardLabels()),
 *         new Term("dml", 1, peers.objective())), List.of(peers));
 * }
 *
 * All run in training mode, and look at what a teacher would look at: the student's own inputs, unless the batch has others for the teacher.
 * Outside of training steps, as in the dry run, nothing is learned.
 */
public final class Peers implements AfterStep, Stateful {
    static final String COUNT = "peers";
    static final String ORDER = "order";

    /**
     * A student that learns beside the one that is kept.
     *
     * @param model of any architecture that knows the same classes
     * @param optimizer changes its parameters
     */
    public record Peer(Module model, Optimizer optimizer) {
    }

    /** When one of them learns. */
    public enum Order {
        /** All from what was said in one pass over the batch. */
        TOGETHER,
        /**
         * The student, then one peer after the other, each from what the ones before it say after they have changed. All of them run
         * twice a step for this, and so a batch norm's running statistics move twice toward the same batch's.
         */
        TURNS
    }

    /** What a peer said of a batch, and how. */
    private record Said(Tape tape, Variable logits) {
    }

    private final String name;
    private final Module student;
    private final List<Peer> peers;
    private final Exchange exchange;
    private final Objective labels;
    private final Schedule ce;
    private final Schedule weight;
    private final Order order;
    // Of the step that is being done.
    private Batch batch;
    private final List<Said> said = new ArrayList<>();
    private final List<Tensor> all = new ArrayList<>();

    /**
     * Peers of a student. A loss is {@code ce labels + weight exchange} for each of them; the student's own is what the recipe says.
     *
     * @param name what to call the method in errors
     * @param student the model that is kept
     * @param peers the others, at least one
     * @param exchange what each learns from the others
     * @param labels the peers' loss of the labels
     * @param ce its weight over time
     * @param weight the weight of the exchange in the peers' losses over time
     * @param order when each of them learns
     * @throws IllegalArgumentException if there is no peer, or one begins with the weights of another: it would never differ
     */
    public Peers(String name, Module student, List<Peer> peers, Exchange exchange, Objective labels, Schedule ce, Schedule weight,
            Order order) {
        this.name = name;
        this.student = student;
        this.peers = List.copyOf(peers);
        this.exchange = exchange;
        this.labels = labels;
        this.ce = ce;
        this.weight = weight;
        this.order = order;
        if (peers.isEmpty()) {
            throw new IllegalArgumentException(name + ": there is no peer to learn with; give at least one");
        }
        var models = new ArrayList<Module>(List.of(student));
        for (Peer peer : peers) {
            if (models.stream().anyMatch(model -> isSame(model, peer.model()))) {
                throw new IllegalArgumentException(name + ": peer " + models.size() + " begins with the same weights as another student, from "
                        + "which it would never differ; make it with a key of its own");
            }
            models.add(peer.model());
        }
    }

    private static boolean isSame(Module one, Module other) {
        Map<String, Parameter> own = one.parameters();
        Map<String, Parameter> others = other.parameters();
        return own.keySet().equals(others.keySet()) && own.keySet().stream().allMatch(
                path -> own.get(path).shape().equals(others.get(path).shape())
                        && Arrays.equals(own.get(path).tensor().toDoubles(), others.get(path).tensor().toDoubles()));
    }

    /** Where a peer's logits stand among the teacher's features. No layer's path has a space. */
    private String place(int peer) {
        return name + " peer " + (peer + 1);
    }

    /**
     * The teacher that a recipe with these peers needs.
     *
     * @param other whom else the student learns from; {@link Teacher#NONE} for nobody
     * @return a teacher that shows what the other one shows and, as features more, the peers' logits
     */
    public Teacher beside(Teacher other) {
        return new Beside(this, other);
    }

    private record Beside(Peers peers, Teacher other) implements Teacher, Stateful {
        @Override
        public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
            Views<Tensor> views = other.observe(batch, taps);
            var features = new TreeMap<>(views.features());
            List<Tensor> logits = peers.observe(batch);
            IntStream.range(0, logits.size()).forEach(i -> features.put(peers.place(i), logits.get(i)));
            return new Views<>(views.logits(), features);
        }

        /** The other's: the peers are kept as what happens after each step. */
        @Override
        public Map<String, Tensor> state() {
            return Stateful.in(other).state();
        }

        @Override
        public void restore(Map<String, Tensor> state) {
            Stateful.in(other).restore(state);
        }
    }

    private List<Tensor> observe(Batch batch) {
        forget();
        if (!Mode.isTraining()) {
            return peers.stream().map(peer -> run(peer.model(), batch.teacherInputs()).tensor()).toList();
        }
        this.batch = batch;
        for (Peer peer : peers) {
            var tape = new Tape();
            said.add(new Said(tape, order == Order.TOGETHER ? tape.record(() -> run(peer.model(), batch.teacherInputs()))
                    : run(peer.model(), batch.teacherInputs())));
        }
        return said.stream().map(one -> copy(one.logits())).toList();
    }

    private static Variable run(Module model, Tensor inputs) {
        return model.apply(Variable.of(inputs));
    }

    /** A backward gives the memory of what it walks over back, so what others look at later is copied. */
    private static Tensor copy(Variable logits) {
        return logits.tensor().apply(new Copy(Op.Order.ROW_MAJOR), List.of());
    }

    /**
     * What the student learns from its peers.
     *
     * @return the loss, of which the labels are no part
     */
    public Objective objective() {
        return new Objective() {
            @Override
            public Variable loss(Moment moment) {
                Variable own = moment.student().logits();
                all.clear();
                all.add(copy(own));
                IntStream.range(0, peers.size()).forEach(i -> all.add(moment.teacher().feature(place(i))));
                return exchange.loss(moment.progress(), 0, own, List.copyOf(all), moment.targets());
            }

            /** Not at the trained teacher. */
            @Override
            public Set<Tap.Side> looksAt() {
                return Set.of(Tap.Side.STUDENT);
            }

            @Override
            public boolean needsLabels() {
                return exchange.needsLabels();
            }

            @Override
            public void check(Views<Shape> student, Views<Shape> teacher) {
                for (int i = 0; i < peers.size(); i++) {
                    if (!teacher.feature(place(i)).equals(student.logits())) {
                        throw new IllegalArgumentException(name + ": the student's logits are " + student.logits() + ", those of peer " + (i + 1)
                                + " " + teacher.feature(place(i)) + "; all must know the same classes");
                    }
                }
            }
        };
    }

    @Override
    public void after(Progress progress) {
        if (batch == null || all.isEmpty()) {
            throw new IllegalStateException(name + ": the peers have not seen this step's batch; give the recipe beside(...) as its teacher and "
                    + "objective() as a term");
        }
        Mode.train(progress.step(), () -> {
            switch (order) {
                case TOGETHER -> together(progress);
                case TURNS -> turns(progress);
            }
            return null;
        });
        forget();
    }

    private void together(Progress progress) {
        for (int i = 0; i < peers.size(); i++) {
            Variable logits = said.get(i).logits();
            int member = i + 1;
            learn(i, said.get(i).tape(), said.get(i).tape().record(() -> loss(member, logits, progress)), progress);
        }
    }

    private void turns(Progress progress) {
        all.set(0, copy(run(student, batch.inputs())));
        for (int i = 0; i < peers.size(); i++) {
            Module model = peers.get(i).model();
            int member = i + 1;
            var tape = new Tape();
            learn(i, tape, tape.record(() -> loss(member, run(model, batch.teacherInputs()), progress)), progress);
            if (member < peers.size()) {
                all.set(member, copy(run(model, batch.teacherInputs())));
            }
        }
    }

    private Variable loss(int member, Variable logits, Progress progress) {
        Variable exchanged = exchange.loss(progress, member, logits, List.copyOf(all), batch.targets()).mul(weight.at(progress));
        double part = ce.at(progress);
        return part == 0 ? exchanged
                : labels.loss(new Moment(progress, Views.of(logits), Views.of(null), batch.targets(), batch.ids())).mul(part).add(exchanged);
    }

    private void learn(int peer, Tape tape, Variable loss, Progress progress) {
        double value = loss.item();
        if (!Double.isFinite(value)) {
            throw new ArithmeticException("the loss of " + place(peer) + " is " + value + " at step " + progress.step()
                    + "; lower the learning rate, or check the data for values that are not finite");
        }
        peers.get(peer).optimizer().step(tape.backward(loss), progress);
    }

    /** Tapes and batches belong to one step, also to one that was broken off. */
    private void forget() {
        batch = null;
        said.clear();
        all.clear();
    }

    private Stateful kept() {
        var parts = new LinkedHashMap<String, Stateful>();
        for (int i = 0; i < peers.size(); i++) {
            parts.put("peer " + (i + 1), Stateful.of(peers.get(i).model()));
            parts.put("optimizer " + (i + 1), Stateful.of(peers.get(i).optimizer()));
        }
        return Stateful.all(parts);
    }

    /** {@return the peers' models and optimizers} */
    @Override
    public Map<String, Tensor> state() {
        return kept().state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        kept().restore(state);
    }

    /** What a method by name adds: as many students as its option says, each with first weights and an optimizer of its own. */
    static Lesson lesson(String method, Setup setup, Exchange exchange) {
        int count = setup.count(COUNT);
        if (count < 2) {
            throw setup.complaint(COUNT + " needs a whole number of 2 or more, the student that is kept among them, got '" + setup.text(COUNT)
                    + "'");
        }
        Order order = setup.oneOf(ORDER, "together", "turns").equals("turns") ? Order.TURNS : Order.TOGETHER;
        List<Peer> peers = IntStream.range(1, count).mapToObj(i -> {
            Module model = setup.task().workshop().student(setup.key().split(i));
            return new Peer(model, setup.optimizer(List.copyOf(model.parameters().values())));
        }).toList();
        setup.note("trains " + (count == 2 ? "1 more student" : count - 1 + " more students")
                + " beside the one that is kept, with first weights and an optimizer of its own" + (count == 2 ? "" : " each"));
        var together = new Peers(method, setup.task().student(), peers, exchange, setup.labels(), setup.schedule(Method.CE),
                setup.weight(), order);
        return Lesson.of(together.objective()).after(together).taughtBy(together::beside);
    }
}
