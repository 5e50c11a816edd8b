package limbeck.distill.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.data.Augment;
import limbeck.nn.Names;

/**
 * What can be chosen about an experiment: each by its name, the same on the command line ({@code --teacher-epochs 10}) and in a
 * recipe file ({@code teacher-epochs: 10}).
 */
public enum Setting {
    /** The data set. */
    DATA("digits", Kind.TEXT, "data set: digits, mnist, fashion-mnist, cifar10, idx:DIR, cifar:DIR or csv:FILE"),
    /** Where named data sets lie. */
    DATA_DIR("", Kind.TEXT, "folder that holds the data set, or a subfolder of its name"),
    /** Use only the first examples. */
    TRAIN_SIZE("0", Kind.COUNT, "train on the first N examples only; 0 for all"),
    /** How many training examples to judge by, for choosing settings without a look at the test part. */
    VALIDATION("0", Kind.COUNT, "hold out N random training examples and judge by them, not by the test part; 0 for none"),
    /** The teacher's architecture. */
    TEACHER("cnn-base", Kind.TEXT, "teacher's architecture (see limbeck models)"),
    /** The student's architecture. */
    STUDENT("mlp-64", Kind.TEXT, "student's architecture (see limbeck models)"),
    /** A trained teacher. */
    TEACHER_WEIGHTS("", Kind.TEXT, "safetensors file of a trained teacher, instead of training one"),
    /** Whether each seed has its own teacher. */
    TEACHERS("one", Kind.choice("one", "each"), "train one teacher for all seeds, or one for each"),
    /** What the distilled student learns by. */
    METHOD("kd", Kind.METHOD, "how to distil: kd,at or dkd(beta=2) and the like (limbeck methods lists all)"),
    /** The softmax temperature of the soft loss. */
    TEMPERATURE("2", Kind.POSITIVE, "temperature of kd"),
    /** The weight of the soft loss. */
    ALPHA("0.9", Kind.FRACTION, "weight of kd; the hard loss beside it has 1 - alpha"),
    /** The student's epochs. */
    EPOCHS("12", Kind.POSITIVE_COUNT, "epochs of each student's training"),
    /** The teacher's epochs. */
    TEACHER_EPOCHS("5", Kind.POSITIVE_COUNT, "epochs of the teacher's training"),
    /** The batch size. */
    BATCH("128", Kind.POSITIVE_COUNT, "examples in a batch"),
    /** The optimizer. */
    OPTIMIZER("adamw", Kind.choice("sgd", "adam", "adamw"), "optimizer: sgd, adam or adamw"),
    /** The teacher's optimizer, where it is another. */
    TEACHER_OPTIMIZER("same", Kind.choice("same", "sgd", "adam", "adamw"), "optimizer of the teacher: same (as the students'), sgd, adam or adamw"),
    /** The students' learning rate. */
    LR("0.002", Kind.POSITIVE, "learning rate of the students"),
    /** The teacher's learning rate. */
    TEACHER_LR("0.002", Kind.POSITIVE, "learning rate of the teacher"),
    /** The momentum of SGD. */
    MOMENTUM("0.9", Kind.FRACTION, "momentum of sgd (Nesterov's)"),
    /** Weight decay of the students. */
    WEIGHT_DECAY("0.0001", Kind.NOT_NEGATIVE, "weight decay of the students; biases and norms have none"),
    /** Weight decay of the teacher. */
    TEACHER_WEIGHT_DECAY("0.0001", Kind.NOT_NEGATIVE, "weight decay of the teacher; biases and norms have none"),
    /** The learning rate over time. */
    SCHEDULE("cosine", Kind.choice("cosine", "linear", "constant", "step"),
            "learning rate over time: cosine or linear to 0, constant, or step (by tenths at 1/2 and 3/4)"),
    /** The length of the warm-up. */
    WARMUP("0", Kind.NOT_NEGATIVE, "epochs over which the learning rate rises from 0"),
    /** The bound on the gradient. */
    CLIP("0", Kind.NOT_NEGATIVE, "largest norm of the gradient; 0 for no limit"),
    /** Label smoothing. */
    LABEL_SMOOTHING("0", Kind.FRACTION, "how much of each label is spread over all classes, in the hard loss"),
    /** Augmentation in the students' training. */
    AUGMENT("none", Kind.AUGMENT, "what the students see: none, shift:2, crop:4, flip, noise:0.1, colour:B:C:S, joined by commas"),
    /** Augmentation in the teacher's training. */
    TEACHER_AUGMENT("none", Kind.AUGMENT, "what the teacher sees in its own training"),
    /** What the teacher sees while it teaches. */
    TEACHER_VIEW("same", Kind.AUGMENT_OR_SAME, "what the teacher sees while it teaches: same (as the student) or another augmentation"),
    /** A class left out of the students' training. */
    OMIT("", Kind.TEXT, "class to leave out of the students' training (Hinton's missing digit)"),
    /** The number of seeds. */
    SEEDS("3", Kind.POSITIVE_COUNT, "number of seeds, from --seed on"),
    /** The first seed. */
    SEED("1", Kind.WHOLE, "first seed"),
    /** The number of threads. */
    THREADS("0", Kind.COUNT, "threads; 0 for all processors. The results are the same for any number"),
    /** How exactly convolutions are computed. */
    PRECISION("fp32", Kind.choice("strict", "fp32", "tf32", "bf16"),
            "precision: strict, or fp32 with faster convolutions that round a little more; on a GPU also tf32 and bf16, faster and rougher"),
    /** The device. */
    DEVICE("cpu", Kind.TEXT, "device: cpu or cuda");

    private final String initial;
    private final Kind kind;
    private final String help;

    Setting(String initial, Kind kind, String help) {
        this.initial = initial;
        this.kind = kind;
        this.help = help;
    }

    /**
     * The name on the command line (after two dashes) and in recipe files.
     *
     * @return such as {@code teacher-epochs}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The value if none is given.
     *
     * @return empty for none
     */
    public String initial() {
        return initial;
    }

    /**
     * What it means.
     *
     * @return a line for the help page
     */
    public String help() {
        return help;
    }

    /**
     * The setting of a name.
     *
     * @param key such as {@code teacher-epochs}
     * @return the setting
     * @throws IllegalArgumentException naming the known ones nearest to it
     */
    public static Setting of(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "there is no setting '" + key + "'; nearest are " + Names.nearest(key, Arrays.stream(values()).map(Setting::key).toList(), 3)
                        + " (limbeck distill --help lists all)"));
    }

    void check(String value) {
        String wanted = kind.complaint(value);
        if (wanted != null) {
            // A method's own complaint is a whole sentence already.
            throw new IllegalArgumentException(wanted.startsWith(key()) ? wanted : key() + ": " + wanted + ", got '" + value + "'");
        }
    }

    /** What values a setting takes. */
    private interface Kind {
        Kind TEXT = value -> null;
        Kind WHOLE = value -> isWhole(value) ? null : "needs a whole number";
        Kind COUNT = value -> isCount(value, 0) ? null : "needs a whole number of 0 or more";
        Kind POSITIVE_COUNT = value -> isCount(value, 1) ? null : "needs a whole number of 1 or more";
        Kind POSITIVE = value -> number(value) > 0 ? null : "needs a number above 0";
        Kind NOT_NEGATIVE = value -> number(value) >= 0 ? null : "needs a number of 0 or more";
        Kind FRACTION = value -> number(value) >= 0 && number(value) <= 1 ? null : "needs a number from 0 to 1";
        Kind METHOD = Kind::method;
        Kind AUGMENT = Kind::augment;
        Kind AUGMENT_OR_SAME = value -> value.equals("same") ? null : augment(value);

        /** Null if the value will do, else what is needed. */
        String complaint(String value);

        static Kind choice(String... choices) {
            return value -> List.of(choices).contains(value) ? null : "choose " + String.join(", ", choices);
        }

        private static String method(String value) {
            try {
                Methods.parse(value);
                return null;
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }

        private static String augment(String value) {
            try {
                Augment.parse(value);
                return null;
            } catch (IllegalArgumentException e) {
                // The setting's own name comes before it.
                return e.getMessage().replaceFirst("^augment: ", "");
            }
        }

        private static boolean isWhole(String value) {
            try {
                Long.parseLong(value);
                return true;
            } catch (NumberFormatException e) {
                return false;
            }
        }

        private static boolean isCount(String value, int least) {
            return isWhole(value) && Long.parseLong(value) >= least && Long.parseLong(value) <= Integer.MAX_VALUE;
        }

        /** NaN, which satisfies no condition, for what is not a finite number. */
        private static double number(String value) {
            try {
                double number = Double.parseDouble(value);
                return Double.isFinite(number) ? number : Double.NaN;
            } catch (NumberFormatException e) {
                return Double.NaN;
            }
        }
    }
}
