package limbeck.distill.weights;

import java.util.Map;
import java.util.Set;
import limbeck.autograd.Gradients;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Tensor;

/**
 * A teacher that goes on learning from the labels while it teaches: in each step of the student's training it makes one of its own on
 * the same batch, then shows in evaluation mode what it knows by then, without gradients. Outside of training steps, as in the dry
 * run, it only shows.
 *
 * {@snippet :
 * var recipe = new Recipe(new Jointly(teacher, Adam.of(groups, rate), 391), terms);
 * }
 *
 * @param model the teacher, which changes
 * @param optimizer changes its parameters
 * @param stepsPerEpoch how many batches an epoch has, for the optimizer's schedules
 * @param labels its loss, which sees no teacher
 */
public record Jointly(Module model, Optimizer optimizer, long stepsPerEpoch, Objective labels)
        implements Teacher, Stateful {
    /**
     * A teacher that learns by plain cross-entropy.
     *
     * @param model the teacher, which changes
     * @param optimizer changes its parameters
     * @param stepsPerEpoch how many batches an epoch has, for the optimizer's schedules
     */
    public Jointly(Module model, Optimizer optimizer, long stepsPerEpoch) {
        this(model, optimizer, stepsPerEpoch, new HardLabels());
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        if (Mode.isTraining()) {
            learn(batch);
        }
        return new Frozen(model).observe(batch, taps);
    }

    private Stateful kept() {
        return Stateful.all(Map.of("model", Stateful.of(model), "optimizer", Stateful.of(optimizer)));
    }

    @Override
    public Map<String, Tensor> state() {
        return kept().state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        kept().restore(state);
    }

    private void learn(Batch batch) {
        var progress = Progress.of(Mode.step(), stepsPerEpoch);
        var tape = new Tape();
        Variable loss = tape.record(() -> {
            Variable logits = model.apply(Variable.of(batch.teacherInputs()));
            return labels.loss(new Moment(progress, Views.of(logits), Views.of(null), batch.targets(), batch.ids()));
        });
        double value = loss.item();
        if (!Double.isFinite(value)) {
            throw new ArithmeticException("the loss of the teacher that is trained jointly is " + value + " at step " + progress.step()
                    + "; lower its learning rate");
        }
        Gradients gradients = tape.backward(loss);
        optimizer.step(gradients, progress);
    }
}
