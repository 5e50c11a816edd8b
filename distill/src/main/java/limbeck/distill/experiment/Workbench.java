package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.nn.Module;
import limbeck.nn.io.Checkpoint;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Threads;

/** What an experiment works with: its data, and models and batches as the settings want them. */
final class Workbench {
    private static final int EVALUATION_BATCH = 256;

    private final Settings settings;
    private final Device device;
    private final Splits data;
    private final Dataset transfer;
    private final int omitted;
    // Made when it is needed: the plan is shown before the data is gone through for its statistics.
    private Loader testLoader;

    Workbench(Settings settings, Listener listener) {
        this.settings = settings;
        if (settings.count(Setting.THREADS) > 0) {
            Threads.use(settings.count(Setting.THREADS));
        }
        Precision.use(Precision.of(settings.text(Setting.PRECISION)));
        device = Device.of(settings.text(Setting.DEVICE));
        data = Experiment.load(settings, listener);
        omitted = omitted(settings.text(Setting.OMIT), data.train().classes());
        transfer = omitted < 0 ? data.train() : data.train().where(label -> label != omitted);
        if (transfer.size() == 0) {
            throw new IllegalArgumentException("omit: every example to train on is of class " + omitted + ", so none would be left");
        }
    }

    private Workbench(Workbench same, Settings settings) {
        this.settings = settings;
        device = same.device;
        data = same.data;
        transfer = same.transfer;
        omitted = same.omitted;
        testLoader = same.testLoader;
    }

    /** The same data and device with other settings about the training. */
    Workbench with(Settings changed) {
        return new Workbench(this, changed);
    }

    private static int omitted(String text, int classes) {
        if (text.isEmpty()) {
            return -1;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) >= classes) {
            throw new IllegalArgumentException("omit: needs a class from 0 to " + (classes - 1) + ", got '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    Settings settings() {
        return settings;
    }

    Device device() {
        return device;
    }

    Splits data() {
        return data;
    }

    /** What the students are trained on. */
    Dataset transfer() {
        return transfer;
    }

    /** The class that the students never see; -1 for none. */
    int omitted() {
        return omitted;
    }

    /** Tries each augmentation on one example: what does not fit the data fails before a teacher has been trained for nothing. */
    void checkAugmentations(boolean taught) {
        for (Setting which : taught ? List.of(Setting.AUGMENT, Setting.TEACHER_AUGMENT, Setting.TEACHER_VIEW) : List.of(Setting.AUGMENT)) {
            String recipe = settings.text(which);
            Augment augment = recipe.equals("same") ? Augment.NONE : Augment.parse(recipe);
            if (augment != Augment.NONE) {
                Loader loader = Loader.of(data.train().range(0, 1), 1).augment(augment, Key.of(0)).prefetch(0).build();
                try (Epoch once = loader.epoch(0); var _ = Scope.open("augmentation check")) {
                    once.next();
                }
            }
        }
    }

    /** A model with fresh weights. */
    Module build(Setting which, Key key) {
        Module model = Models.build(settings.text(which), data.train().shape(), data.train().classes(), key);
        model.to(device);
        return model;
    }

    /** A student of a seed: always with the same weights. */
    Module student(Key key) {
        return build(Setting.STUDENT, key.split("student"));
    }

    /** The teacher whose file the settings name. */
    Module loadTeacher(long seed) {
        Module teacher = build(Setting.TEACHER, Key.of(seed));
        Checkpoint.load(Path.of(settings.text(Setting.TEACHER_WEIGHTS)), teacher);
        return teacher;
    }

    /** The batches of a teacher's own training. */
    Loader teacherBatches(Key key) {
        Key split = key.split("teacher data");
        return training(data.train(), split).augment(Augment.parse(settings.text(Setting.TEACHER_AUGMENT)), split).build();
    }

    /** The batches of a student's training: the same for all students of a seed. */
    Loader studentBatches(Key key) {
        Key split = key.split("data");
        Loader.Builder loader = training(transfer, split).augment(Augment.parse(settings.text(Setting.AUGMENT)), split);
        String view = settings.text(Setting.TEACHER_VIEW);
        if (!view.equals("same")) {
            loader.teacherAugment(Augment.parse(view), split);
        }
        return loader.build();
    }

    private Loader.Builder training(Dataset set, Key key) {
        int batch = settings.count(Setting.BATCH);
        Loader.Builder loader = Loader.of(set, batch).shuffle(key).normalise(data.train().statistics()).on(device);
        // A last batch of one example has no variance for a batch norm and no relations: another example each epoch is left out instead.
        return batch > 1 && set.size() > batch && set.size() % batch == 1 ? loader.dropLast() : loader;
    }

    /** The first examples of the students' training as they lie in the data, for a dry run. */
    Loader sample() {
        int size = Math.min(Math.min(2, settings.count(Setting.BATCH)), transfer.size());
        return Loader.of(transfer.range(0, size), size).prefetch(0).on(device).build();
    }

    /** A model on the test set. */
    Evaluation test(Module model, IntConsumer progress) {
        if (testLoader == null) {
            testLoader = plain(data.test());
        }
        return Evaluation.of(model, testLoader, data.test(), progress);
    }

    /** A model on the whole training set, with all classes. */
    Evaluation training(Module model) {
        return Evaluation.of(model, plain(data.train()), data.train(), done -> { });
    }

    private Loader plain(Dataset set) {
        return Loader.of(set, EVALUATION_BATCH).normalise(data.train().statistics()).on(device).build();
    }
}
