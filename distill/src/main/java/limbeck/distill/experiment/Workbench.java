package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import limbeck.distill.Batch;
import limbeck.distill.HardLabels;
import limbeck.distill.Objective;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.data.Augment;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.method.Curriculum;
import limbeck.distill.tasks.Head;
import limbeck.distill.tasks.OnHeads;
import limbeck.distill.tasks.SideBySide;
import limbeck.nn.Module;
import limbeck.nn.io.Checkpoint;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;

/** What an experiment works with: its data, and models and batches as the settings want them. */
final class Workbench implements Training.Judge {
    private static final int EVALUATION_BATCH = 256;

    private final Settings settings;
    private final Device device;
    private final TrainingData material;
    private final List<Head> heads;
    // Made when it is needed: the plan is shown before the data is gone through for its statistics.
    private Loader testLoader;
    private Loader controlLoader;

    Workbench(Settings settings, Listener listener) {
        this.settings = settings;
        if (settings.count(Setting.THREADS) > 0) {
            Threads.use(settings.count(Setting.THREADS));
        }
        Precision.use(Precision.of(settings.text(Setting.PRECISION)));
        device = Device.of(settings.text(Setting.DEVICE));
        material = TrainingData.of(settings, Experiment.load(settings, listener));
        String tasks = settings.text(Setting.TASKS);
        heads = tasks.isBlank() ? List.of() : Head.parse(tasks, data().train().classes());
    }

    private Workbench(Workbench same, Settings settings) {
        this.settings = settings;
        device = same.device;
        material = same.material;
        heads = same.heads;
        testLoader = same.testLoader;
    }

    /** The same data and device with other settings about the training. */
    Workbench with(Settings changed) {
        return new Workbench(this, changed);
    }

    Settings settings() {
        return settings;
    }

    Device device() {
        return device;
    }

    Splits data() {
        return material.splits();
    }

    /** What the distilled student is trained on, and the student alone where all of it has labels. */
    Dataset transfer() {
        return material.transfer();
    }

    /** How many of the students' examples each class has, as far as they have labels. */
    ClassCounts counts() {
        return material.studentCounts();
    }

    /** The kind of loss that the students' labels have. */
    HardLoss hardLoss() {
        return HardLoss.of(settings.text(Setting.HARD_LOSS));
    }

    /** The tasks; none for the one of telling the classes apart. */
    List<Head> heads() {
        return heads;
    }

    /** How many logits a student has. */
    int width() {
        return heads.isEmpty() ? data().train().classes() : Head.width(heads);
    }

    /** The loss of the labels in a model's training. */
    Objective labels(Role role) {
        HardLoss loss = role.isTeacher() ? HardLoss.of(settings.text(Setting.TEACHER_HARD_LOSS)) : hardLoss();
        return labels(counts -> loss.objective(counts, settings.number(Setting.LABEL_SMOOTHING), device), material.counts(role));
    }

    /** Cross-entropy with the labels, whatever the settings say. */
    Objective plainLabels() {
        return labels(_ -> new HardLabels(), material.teacherCounts());
    }

    private Objective labels(Function<ClassCounts, Objective> loss, ClassCounts counts) {
        return heads.isEmpty() ? loss.apply(counts)
                : new OnHeads(heads, heads.stream().map(head -> loss.apply(head.counts(counts))).toList());
    }

    /**
     * Refuses losses that mean nothing for examples without a label, where there are some.
     *
     * @throws IllegalArgumentException naming one of them
     */
    void requireLabels(Curriculum curriculum) {
        if (!material.isPartlyLabelled()) {
            return;
        }
        if (settings.text(Setting.ENSEMBLE_WEIGHTS).equals("learned")) {
            throw new IllegalArgumentException("ensemble-weights: they are learned from the labels, which labelled hides of some examples; take "
                    + "equal weights, numbers or confidence");
        }
        for (Stage stage : curriculum.stages()) {
            for (Term term : stage.recipe().terms()) {
                if (term.objective().needsLabels()) {
                    throw new IllegalArgumentException(term.name() + ": needs the label of every example, but only "
                            + material.studentCounts().total() + " of " + transfer().size()
                            + " have one; show all labels, or take a method that needs none, such as kd");
                }
            }
        }
    }

    /** The class that the students never see; -1 for none. */
    int omitted() {
        return material.omitted();
    }

    /**
     * Finds out what does not fit the data before a teacher has been trained for nothing: follows the learning rates, and tries each
     * augmentation on noise of an example's shape.
     */
    void check(boolean taught) {
        if (taught && !Lineup.of(settings).isRead()) {
            var teacher = new OptimizerChoice(settings, Role.TEACHER);
            teacher.check(teacher.epochs(), batches(Role.TEACHER));
        }
        var alone = new OptimizerChoice(settings, Role.STUDENT_ALONE);
        alone.check(alone.epochs(), batches(Role.STUDENT_ALONE));
        for (Setting which : taught ? List.of(Setting.AUGMENT, Setting.TEACHER_AUGMENT, Setting.TEACHER_VIEW) : List.of(Setting.AUGMENT)) {
            String recipe = settings.text(which);
            Augment augment = recipe.equals("same") ? Augment.NONE : Augment.parse(recipe);
            if (augment != Augment.NONE) {
                Shape shape = data().train().shape();
                Dataset noise = Dataset.ofFloats("noise", shape, 1, noise(1, shape), new int[1]);
                try (Epoch once = Loader.of(noise, 1).augment(augment, Key.of(0)).prefetch(0).build().epoch(0);
                        var _ = Scope.open("augmentation check")) {
                    once.next();
                }
            }
        }
    }

    /** A student with fresh weights. */
    Module build(String architecture, Key key) {
        return build(architecture, width(), key);
    }

    private Module build(String architecture, int answers, Key key) {
        Module model = Models.build(architecture, data().train().shape(), answers, key);
        model.to(device);
        return model;
    }

    /** A teacher with fresh weights; of several tasks one for each, as one model. */
    Module teacher(String architecture, Key key) {
        return heads.isEmpty() ? build(architecture, key) : new SideBySide(heads.stream().map(Head::name).toList(),
                heads.stream().map(head -> build(architecture, head.answers(), key.split(head.name()))).toList());
    }

    /** A student of a seed: always with the same weights. */
    Module student(Key key) {
        return build(settings.text(Setting.STUDENT), key.split("student"));
    }

    /** A teacher whose weights are in a file. */
    Module read(String architecture, Path file) {
        Module model = teacher(architecture, Key.of(0));
        Checkpoint.load(file, model);
        return model;
    }

    /** The teachers' training examples in a random order as they are, whatever the settings say about a training. */
    Loader plainBatches(int batch, Key key) {
        return Loader.of(material.teacher(), batch).shuffle(key).normalise(data().train().statistics()).on(device).build();
    }

    /** The batches of a teacher's own training. */
    Loader teacherBatches(Key key) {
        return normalised(teacherLoader(key));
    }

    private Loader.Builder teacherLoader(Key key) {
        Key split = key.split("teacher data");
        return training(material.teacher(), split, Setting.TEACHER_SAMPLING)
                .augment(Augment.parse(settings.text(Setting.TEACHER_AUGMENT)), split);
    }

    /** Not part of the loaders above: it reads the whole data set, which may have to be made first. */
    private Loader normalised(Loader.Builder loader) {
        return loader.normalise(data().train().statistics()).build();
    }

    /**
     * The batches of a student's training: the same for all students of a seed, but that one who learns by labels alone sees only examples
     * that have one.
     */
    Loader studentBatches(Role role, Key key) {
        return normalised(studentLoader(role, key));
    }

    private Loader.Builder studentLoader(Role role, Key key) {
        Key split = key.split("data");
        int views = settings.count(Setting.VIEWS);
        // A limited number of views is a property of the data: the same for all seeds, so that they share what a teacher showed.
        Key seen = views == 0 ? split : Key.of(0).split("views");
        Loader.Builder loader = training(material.of(role), split, Setting.SAMPLING).augment(Augment.parse(settings.text(Setting.AUGMENT)), seen)
                .views(views);
        String view = settings.text(Setting.TEACHER_VIEW);
        if (!view.equals("same")) {
            loader.teacherAugment(Augment.parse(view), seen);
        }
        return loader;
    }

    private Loader.Builder training(Dataset set, Key key, Setting sampling) {
        int batch = settings.count(Setting.BATCH);
        Loader.Builder loader = Loader.of(set, batch).shuffle(key).on(device);
        if (settings.text(sampling).equals("balanced")) {
            loader.balanced();
        }
        // A last batch of one example has no variance for a batch norm and no relations: another example each epoch is left out instead.
        return batch > 1 && set.size() > batch && set.size() % batch == 1 ? loader.dropLast() : loader;
    }

    /** How many batches an epoch of a model's training has. Reads no example. */
    int batches(Role role) {
        Key any = Key.of(0);
        return (role.isTeacher() ? teacherLoader(any) : studentLoader(role, any)).build().batches();
    }

    /**
     * A few examples for a dry run: the first of the students' training by their numbers and labels, but of noise. It looks at shapes, and
     * the data may have to be made when the first of it is read, while somebody waits for the plan.
     */
    Batch sample() {
        int size = Math.min(Math.min(2, settings.count(Setting.BATCH)), transfer().size());
        Dataset first = transfer().range(0, size);
        Tensor inputs = device.tensor(noise(size, first.shape()), first.shape().prepend(size));
        return new Batch(IntStream.range(0, size).mapToLong(first::id).toArray(), inputs, inputs, device.tensor(first.labels(), size), 0);
    }

    private static float[] noise(int examples, Shape shape) {
        var values = new float[Math.toIntExact(examples * shape.size())];
        Key.of(0).split("noise").uniform(values, 0, values.length, 0);
        return values;
    }

    /** A model on the test set. */
    Evaluation test(Module model, IntConsumer progress) {
        if (testLoader == null) {
            testLoader = plain(data().test());
        }
        return Evaluation.of(model, testLoader, data().test(), heads, progress);
    }

    @Override
    public double accuracy(Module model) {
        return test(model, done -> { }).accuracy();
    }

    @Override
    public Optional<Evaluation> control(Module model) {
        if (material.control() == null) {
            return Optional.empty();
        }
        if (controlLoader == null) {
            controlLoader = plain(material.control());
        }
        return Optional.of(Evaluation.of(model, controlLoader, material.control(), heads, done -> { }));
    }

    /** A model on the whole training set, with all classes. */
    Evaluation training(Module model) {
        return Evaluation.of(model, plain(data().train()), data().train(), heads, done -> { });
    }

    private Loader plain(Dataset set) {
        return Loader.of(set, EVALUATION_BATCH).normalise(data().train().statistics()).on(device).build();
    }
}
