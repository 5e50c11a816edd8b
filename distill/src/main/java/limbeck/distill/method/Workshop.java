package limbeck.distill.method;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;

/** Makes more of what a training has one of, for methods in which several students learn together. */
public interface Workshop {
    /** Makes nothing: of a task that did not say how. */
    Workshop CLOSED = new Workshop() {
        @Override
        public Module student(Key key) {
            throw closed("more students");
        }

        @Override
        public Schedule rate(int epochs) {
            throw closed("a learning rate");
        }

        @Override
        public Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
            throw closed("an optimizer");
        }

        private static IllegalArgumentException closed(String what) {
            return new IllegalArgumentException("task: this method needs " + what + ", and how to make that is not known; give Task.with a workshop");
        }
    };

    /**
     * A model of the student's architecture with first weights of its own, on the student's device.
     *
     * @param key where they come from
     * @return the model
     */
    Module student(Key key);

    /**
     * A learning rate like the one that the student has in a stage.
     *
     * @param epochs how long the stage is
     * @return the rate over time, which counts from the stage's beginning
     */
    Schedule rate(int epochs);

    /**
     * A fresh optimizer like the student's: of the same kind and weight decay.
     *
     * @param parameters what it may change
     * @param rate its learning rate
     * @return the optimizer
     */
    Optimizer optimizer(List<Parameter> parameters, Schedule rate);
}
