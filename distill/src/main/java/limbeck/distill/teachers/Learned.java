package limbeck.distill.teachers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.AfterStep;
import limbeck.distill.Moment;
import limbeck.distill.Stateful;
import limbeck.distill.Views;
import limbeck.nn.Losses;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Weights that are learned while the student is: {@code w = softmax(theta)}, all equal at first. After each of the student's steps
 * {@code theta} makes one of plain gradient descent on the cross-entropy of the mixture with the labels of the batch that was just taught.
 * The teachers themselves stay as they are, and a step is always taught by the weights of before it.
 *
 * {@snippet :
 * var weights = new Learned(2, Device.cpu(), 0.1);
 * var recipe = new Recipe(new Ensemble(teachers, Mixture.LOGITS, weights), terms, List.of(weights), weights.schedules());
 * }
 *
 * <p>They are fitted to the examples that the student is trained with. Where the teachers were trained with the same ones, a teacher that
 * knows them by heart gets more than it would on new examples.
 */
public final class Learned implements Weights, AfterStep, Stateful {
    /** What the command line uses. */
    public static final double RATE = 0.1;

    private final Parameter theta;
    private final Sgd optimizer;
    private Tensor logits;
    private Tensor targets;
    private Mixture mixture;

    /**
     * Equal weights.
     *
     * @param teachers how many there are
     * @param device where they are
     * @param rate the step size of the descent, {@link #RATE} if in doubt
     */
    public Learned(int teachers, Device device, double rate) {
        theta = Parameter.of(device.full(0, Shape.of(teachers)));
        optimizer = Sgd.of(List.of(theta), Schedule.constant(rate), 0, 0);
    }

    /**
     * What they have become.
     *
     * @return one weight a teacher; they add up to 1
     */
    public double[] values() {
        return theta.tensor().softmax(0).toDoubles();
    }

    /**
     * The weights as numbers over time, to be reported with each step.
     *
     * @return by the names {@code teacher-1.share}, {@code teacher-2.share} and so on
     */
    public Map<String, Schedule> schedules() {
        var schedules = new LinkedHashMap<String, Schedule>();
        for (int i = 0; i < theta.shape().dim(0); i++) {
            int teacher = i;
            schedules.put("teacher-" + (i + 1) + ".share", _ -> values()[teacher]);
        }
        return schedules;
    }

    @Override
    public Tensor of(Tensor logits) {
        return theta.tensor().softmax(0).reshape(theta.shape().dim(0), 1, 1);
    }

    @Override
    public void check(int teachers) {
        if (theta.shape().dim(0) != teachers) {
            throw new IllegalArgumentException("ensemble: the learned weights are for " + theta.shape().dim(0) + " teachers, there are "
                    + teachers + "; make them for as many");
        }
    }

    @Override
    public void taught(Tensor logits, Tensor targets, Mixture mixture) {
        this.logits = logits;
        this.targets = targets;
        this.mixture = mixture;
    }

    @Override
    public void after(Progress progress) {
        if (logits == null) {
            return;
        }
        var tape = new Tape();
        Variable loss = tape.record(() -> {
            Variable weights = theta.softmax(0).reshape(theta.shape().dim(0), 1, 1);
            var moment = new Moment(progress, Views.of(mixture.of(Variable.of(logits), weights)), Views.of(null), targets);
            return moment.ofLabelled(labelled -> Losses.crossEntropy(labelled.student().logits(), labelled.targets()));
        });
        optimizer.step(tape.backward(loss), progress);
        // What was taught lies in the step's memory, which ends with it.
        logits = null;
        targets = null;
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("theta", theta.tensor());
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Tensor kept = state.get("theta");
        if (kept == null || !kept.shape().equals(theta.shape())) {
            throw new IllegalArgumentException("state: the weights of " + theta.shape().dim(0) + " teachers need 'theta' " + theta.shape()
                    + ", kept is " + (kept == null ? state.keySet().toString() : kept.shape().toString()) + "; was it saved from the same training?");
        }
        theta.set(theta.device().tensor(kept.toDoubles(), theta.shape()).to(theta.dtype()));
    }
}
