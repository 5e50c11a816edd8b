package limbeck.distill.relations;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Linear;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/**
 * Contrastive representation distillation, CRD (Tian, Krishnan and Isola, ICLR 2020, arXiv 1910.10699): the student's embedding of
 * an example shall be near the teacher's of the same example and far from its embeddings of examples of other classes, and the other
 * way round. Both embeddings are {@code v = normalize(W f + b)} and learn; what the other network makes of all examples is
 * remembered in two memory banks. For each side, with {@code P = exp(bank . v / tau) / Z}, the n examples, and K negatives of each,
 * {@code L = -1/N sum_n [log P+ / (P+ + K/n) + sum_k log (K/n) / (P_k + K/n)]}, which is a binary cross-entropy of the logits
 * {@code bank . v / tau - log Z - log(K/n)} and is computed as such, without overflow and without the 1e-7 that the authors' code
 * needs in the denominators. Z is n times the mean of the first batch's exponentials and stays.
 *
 * <p>A row of a bank becomes {@code normalize(momentum row + (1 - momentum) v)} after its use: when the next step begins, so that a loss
 * asked for twice in one step is the same. Negatives are drawn by the key and the step's number alone; which examples are of which
 * class is learned from the batches. With targets that are no labels every other example is a negative.
 *
 * <p>It needs one feature of each, of any shapes (N, ...), and the examples' {@link Moment#ids ids}. The banks hold
 * {@code 2 n dimensions} floats in the host's memory, 50 MB for 50000 examples. The weight is 0.8.
 */
public final class ContrastiveRepresentation implements Objective, Stateful {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("crd", "Tian, Krishnan, Isola, ICLR 2020", Compares.RELATIONS)
            .advice("strong, also with kd beside it; the slowest of the relations, fewer negatives make it faster")
            .layers("pooled")
            .option("negatives", 16384, "K, of other classes for each example; at most as many as there are examples")
            .option("dimensions", 128, "of the embeddings and the memory banks")
            .option("temperature", 0.07, "tau")
            .option("momentum", 0.5, "how much of its old value a row of a bank keeps")
            .weight(0.8)
            .builtBy(ContrastiveRepresentation::build);

    /**
     * The numbers of the method.
     *
     * @param negatives K, of other classes for each example; the paper uses 16384
     * @param dimensions of the embeddings; the paper uses 128
     * @param temperature tau, above 0; 0.07 in the authors' code
     * @param momentum how much of its old value a row of a bank keeps, from 0 to 1; 0.5 in the paper
     */
    public record Settings(int negatives, int dimensions, double temperature, double momentum) {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one of them lies outside its range
         */
        public Settings {
            if (negatives < 1 || dimensions < 1 || !(temperature > 0) || !(momentum >= 0 && momentum <= 1)) {
                throw new IllegalArgumentException("crd: needs at least 1 negative and 1 dimension, a temperature above 0 and a momentum "
                        + "from 0 to 1, got " + negatives + ", " + dimensions + ", " + temperature + " and " + momentum);
            }
        }
    }

    /** What a step leaves behind, to be remembered when the next one begins. */
    private record Use(long step, long[] ids, int[] rows, float[] student, float[] teacher) {
        boolean isOf(Moment moment) {
            return step == moment.progress().step() && Arrays.equals(ids, moment.ids());
        }
    }

    private final Pairing pair;
    private final int examples;
    private final Settings settings;
    private final Linear student;
    private final Linear teacher;
    private final MemoryBank studentBank;
    private final MemoryBank teacherBank;
    private final Negatives negatives;
    private final Key draws;
    private Double logStudentZ;
    private Double logTeacherZ;
    private Use last;

    /**
     * With empty memory.
     *
     * @param pair where to look; the pooled features in the paper
     * @param examples n, how many different examples there are to train on
     * @param settings the method's numbers
     * @param key where the embeddings' and the banks' first values and the negatives come from
     * @throws IllegalArgumentException if the banks would be too large
     */
    public ContrastiveRepresentation(Pairing pair, int examples, Settings settings, Key key) {
        this.pair = pair;
        this.examples = examples;
        this.settings = settings;
        this.student = Linear.of(pair.student().output().intSize(), settings.dimensions, key.split("student"));
        this.teacher = Linear.of(pair.teacher().output().intSize(), settings.dimensions, key.split("teacher"));
        this.studentBank = new MemoryBank(examples, settings.dimensions, key.split("student bank"));
        this.teacherBank = new MemoryBank(examples, settings.dimensions, key.split("teacher bank"));
        this.negatives = new Negatives(examples);
        this.draws = key.split("negatives");
    }

    private static Objective build(Setup setup) {
        int examples = setup.task().examples();
        int wanted = setup.count("negatives");
        if (wanted > examples) {
            setup.note("contrasts with " + examples + " negatives, as many as there are examples");
        }
        var settings = new Settings(Math.min(wanted, examples), setup.count("dimensions"), setup.positive("temperature"),
                setup.number("momentum"));
        var objective = new ContrastiveRepresentation(setup.pair(), examples, settings, setup.key());
        setup.place(objective.student);
        setup.place(objective.teacher);
        return objective;
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public Variable loss(Moment moment) {
        remember(moment);
        Variable ofStudent = Rows.unit(student.apply(Rows.of(pair.student(moment))), 0);
        Variable ofTeacher = Rows.unit(teacher.apply(Rows.of(Variable.of(pair.teacher(moment)))), 0);
        int[] rows = meet(moment);
        var draw = negatives.draw(draws.split(moment.progress().step()), rows, settings.negatives);
        var counts = ofStudent.device().tensor(draw.counts(), rows.length, draw.pool().length);

        var studentSide = new Side(ofStudent, teacherBank, rows, draw, counts);
        var teacherSide = new Side(ofTeacher, studentBank, rows, draw, counts);
        if (logStudentZ == null) {
            logStudentZ = studentSide.logZ();
            logTeacherZ = teacherSide.logZ();
        }
        last = new Use(moment.progress().step(), moment.ids().clone(), rows, ofStudent.tensor().toFloats(), ofTeacher.tensor().toFloats());
        return studentSide.loss(logStudentZ).add(teacherSide.loss(logTeacherZ));
    }

    @Override
    public Map<String, Tensor> state() {
        // Nothing reads the banks before the next step, which would begin with it.
        settle();
        var state = new LinkedHashMap<>(Map.of("student bank", studentBank.all(), "teacher bank", teacherBank.all(), "met", negatives.met()));
        if (logStudentZ != null) {
            state.put("log z", Device.reference().tensor(new double[] {logStudentZ, logTeacherZ}, 2));
        }
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        if (!state.keySet().containsAll(List.of("student bank", "teacher bank", "met"))) {
            throw new IllegalArgumentException("crd: needs the memory banks and the examples that were met, got " + state.keySet());
        }
        studentBank.restore(state.get("student bank"));
        teacherBank.restore(state.get("teacher bank"));
        negatives.restore(state.get("met"));
        if (state.containsKey("log z")) {
            double[] z = state.get("log z").toDoubles();
            logStudentZ = z[0];
            logTeacherZ = z[1];
        }
    }

    private void remember(Moment moment) {
        if (last != null && !last.isOf(moment)) {
            settle();
        }
    }

    private void settle() {
        if (last != null) {
            studentBank.follow(last.rows, last.student, settings.momentum);
            teacherBank.follow(last.rows, last.teacher, settings.momentum);
            last = null;
        }
    }

    /** The rows of this batch's examples; without labels each is a class of its own. */
    private int[] meet(Moment moment) {
        if (moment.targets().dtype() != DType.I32) {
            return negatives.meet(moment.ids(), (_, row) -> row);
        }
        int[] labels = moment.targets().toInts();
        return negatives.meet(moment.ids(), (i, _) -> labels[i]);
    }

    /** One network's embeddings against the other one's bank. */
    private final class Side {
        private final Variable positive;
        private final Variable negative;
        private final Variable counts;

        Side(Variable embedded, MemoryBank other, int[] rows, Negatives.Draw draw, Tensor counts) {
            Variable scaled = embedded.div(settings.temperature);
            this.positive = scaled.mul(Variable.of(other.rows(embedded.device(), rows))).sum(1);
            this.negative = scaled.matmulTransposed(Variable.of(other.rows(embedded.device(), draw.pool())));
            this.counts = Variable.of(counts);
        }

        /** The logarithm of n times the mean exponential over all pairs of this batch. */
        double logZ() {
            // No score is above this one, that of equal directions; by its exponential none overflows.
            double top = 1 / settings.temperature;
            double sum = positive.tensor().sub(top).exp().sum().item() + negative.tensor().sub(top).exp().mul(counts.tensor()).sum().item();
            double pairs = (double) positive.shape().dim(0) * (settings.negatives + 1);
            return top + Math.log(sum / pairs * examples);
        }

        Variable loss(double logZ) {
            double shift = logZ + Math.log((double) settings.negatives / examples);
            Variable missed = positive.rsub(shift).softplus().sum();
            Variable confused = negative.sub(shift).softplus().mul(counts).sum();
            return missed.add(confused).div(positive.shape().dim(0));
        }
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.of(student, teacher).flatMap(embedding -> embedding.parameters().values().stream()).toList();
    }
}
