package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Resize;
import limbeck.distill.connect.SameSize;
import limbeck.distill.connect.Tail;
import limbeck.distill.connect.Upsampling;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Conv2d;
import limbeck.nn.Layers;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;

/**
 * Distillation with the reused teacher classifier, SimKD (Chen et al., CVPR 2022, arXiv 2203.14001): the student learns the teacher's
 * last feature alone, {@code L = mean (projector(f_s) - f_t)^2} over all elements, without labels and without logits. What is used in
 * the end is the student with the projector and the teacher's classifier, a {@link ReusedClassifier}; the student's own classifier
 * never learns anything.
 *
 * <p>The projector is a bottleneck of convolutions 1x1, 3x3 and 1x1 with half of the teacher's channels, each with batch norm and ReLU;
 * it adds to the student's size. Where the student's maps are larger they are averaged down before it, where the teacher's are, those
 * are. Where the teacher's classifier reads something else than the means of its last map, or one of the models has no maps, what it
 * reads is the target, and the projector is a linear layer.
 *
 * @param pair where to look; the last feature maps
 * @param projector from the student's feature to the teacher's channels
 */
public record SimKd(Pairing pair, Module projector) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("simkd", "Chen et al., CVPR 2022", Compares.FEATURES)
            .advice("often the strongest; the model that is used in the end is larger by a projector")
            .layers("last")
            .ce(0)
            .taughtBy(SimKd::lesson);

    private static Lesson lesson(Setup setup) {
        Layers teachers = setup.task().teachers();
        Pairing chosen = setup.pair();
        Layers.Layer read = teachers.pooled();
        if (!chosen.teacher().equals(read) && !chosen.teacher().equals(teachers.last())) {
            throw setup.complaint("teacher-layers is last or pooled, which the teacher's classifier can be used on, got '"
                    + setup.text("teacher-layers") + "'");
        }
        boolean maps = chosen.student().isMap() && chosen.teacher().isMap() && read.type().equals("GlobalAvgPool2d");
        Pairing pair = maps ? chosen : new Pairing(chosen.student(), read);
        Tail tail = Places.isRectified(teachers, teachers.last()) ? Tail.NORM_RELU : Tail.NORM;
        Module projector = setup.place(maps ? projector(pair, tail, setup.key())
                : Connectors.between(pair.student().output(), pair.teacher().output(), tail, setup.key()));
        setup.note("uses the student with a projector to " + pair.teacher() + " and the teacher's classifier in the end");
        return Lesson.of(new SimKd(pair, projector))
                .deployed(student -> new ReusedClassifier(student, projector, teachers.classifier(), pair.student().path()));
    }

    /**
     * The authors' projector.
     *
     * @param pair where to look, in maps
     * @param tail how it ends: in a ReLU if the teacher's map went through one
     * @param key where the randomness comes from
     * @return (N, C_s, H, W) to (N, C_t, H', W'), where H' and W' are the smaller of both
     */
    public static Module projector(Pairing pair, Tail tail, Key key) {
        int out = pair.teacher().channels();
        int middle = Math.max(1, out / 2);
        Shape student = pair.student().output();
        Shape teacher = pair.teacher().output();
        var resize = new Resize(Math.min(student.dim(1), teacher.dim(1)), Math.min(student.dim(2), teacher.dim(2)), Upsampling.BILINEAR);
        return Sequential.of(resize,
                Connectors.conv1x1(pair.student().channels(), middle, Tail.NORM_RELU, key.split("reduce")),
                Conv2d.withoutBias(middle, middle, 3, ConvSpec.DEFAULT.padding(1), key.split("middle")), BatchNorm2d.of(middle), new Relu(),
                Connectors.conv1x1(middle, out, tail, key.split("expand")));
    }

    @Override
    public Variable loss(Moment moment) {
        return Losses.mse(projector.apply(pair.student(moment)), new SameSize(pair).teacher(moment), Reduction.MEAN);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(projector.parameters().values());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Shape made = Channels.run(projector, student.feature(pair.student().path()));
        Channels.check("simkd", pair, made, teacher.feature(pair.teacher().path()));
    }
}
