package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.connect.SameSize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Module;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Channel-wise distillation, CWD (Shu et al., ICCV 2021, arXiv 2011.13256): each channel is a distribution over the positions of its
 * map, and the student's shall be the teacher's.
 * {@code L = tau^2 / (N C) sum_n,c KL(softmax_hw(t / tau) || softmax_hw(s / tau))}.
 *
 * <p>It needs one map of each, (N, C, H, W). Where the channels differ a connector, a convolution 1x1, takes the student's to the
 * teacher's number; where the sizes differ the larger is averaged down to the smaller. What is the same at all positions of a channel
 * does not count. The paper is about segmentation, with tau from 1 to 4 and weights from 3 to 50 by the place; here 1 and 5.
 *
 * @param pair where to look; the last feature maps
 * @param connector from the student's channels to the teacher's; an {@link limbeck.nn.Identity} where they are as many
 * @param temperature tau over time, above 0
 */
public record ChannelWise(Pairing pair, Module connector, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("cwd", "Shu et al., ICCV 2021", Compares.FEATURES)
            .advice("made for dense prediction: says where a channel looks, not how strongly")
            .schedule("temperature", 1, Range.POSITIVE, "tau")
            .layers("last")
            .weight(5)
            .builtBy(ChannelWise::build);

    /**
     * With a constant temperature.
     *
     * @param pair where to look
     * @param connector from the student's channels to the teacher's
     * @param temperature tau, above 0
     */
    public ChannelWise(Pairing pair, Module connector, double temperature) {
        this(pair, connector, Schedule.constant(temperature));
    }

    private static Objective build(Setup setup) {
        Pairing pair = setup.map();
        return new ChannelWise(pair, Channels.match(setup, pair), setup.schedule("temperature"));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        var size = new SameSize(pair);
        Variable logStudent = logProbabilities(size.pool(connector.apply(pair.student(moment)), moment), tau);
        Tensor logTeacher = logProbabilities(size.teacher(moment), tau);
        Variable divergence = Variable.of(logTeacher.exp()).mul(Variable.of(logTeacher).sub(logStudent)).sum();
        return divergence.mul(tau * tau / ((double) logStudent.shape().dim(0) * logStudent.shape().dim(1)));
    }

    /** (N, C, H, W) to (N, C, positions). */
    private static <T extends TensorOps<T>> T logProbabilities(T maps, double tau) {
        return maps.flatten(2).div(tau).logSoftmax(2);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(connector.parameters().values());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Channels.check("cwd", pair, Channels.run(connector, student.feature(pair.student().path())),
                teacher.feature(pair.teacher().path()));
    }
}
