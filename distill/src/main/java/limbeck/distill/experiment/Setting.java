package limbeck.distill.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import limbeck.distill.cache.CacheFormat;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.control.Balance;
import limbeck.distill.control.Schedules;
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
    /** How many training examples controllers are judged by. */
    CONTROL("0", Kind.COUNT, "hold out N random training examples from the students, by which controllers judge; 0: by the training itself"),
    /** How uneven the classes of the training part are made. */
    IMBALANCE("1", Kind.RATIO, "make the training part long-tailed: the first class R times as many examples as the last; 1 as it is"),
    /** How many training examples show their labels. */
    LABELLED("0", Kind.PART, "show the labels of N random training examples only, or of a part such as 10%; 0 for all"),
    /** Which labels the teacher is trained on. */
    TEACHER_LABELS("labelled", Kind.choice("labelled", "all"), "train the teacher on the labelled examples, or on all with their labels"),
    /** Several tasks in the place of telling the classes apart. */
    TASKS("", Kind.TEXT, "several tasks, each with an answer for every class: odd=0101010101; large=0000011111"),
    /** The teacher's architecture. */
    TEACHER("cnn-base", Kind.TEXT, "teacher's architecture (see limbeck models); several as 3*resnet20 or resnet20,cnn-base"),
    /** The student's architecture. */
    STUDENT("mlp-64", Kind.TEXT, "student's architecture (see limbeck models)"),
    /** A trained teacher. */
    TEACHER_WEIGHTS("", Kind.TEXT, "safetensors file of a trained teacher, instead of training one; several joined by commas"),
    /** What several teachers show. */
    ENSEMBLE("logits", Kind.choice("logits", "probabilities", "each"),
            "what several teachers show: the mean of their logits or of their probabilities, or each has a loss of its own"),
    /** How much each of several teachers counts. */
    ENSEMBLE_WEIGHTS("equal", Kind.SHARES, "how much each of several teachers counts: equal, 0.5:0.3:0.2, confidence or learned"),
    /** Whether a teacher may be bad. */
    TRUST_TEACHER("no", Kind.SWITCH, "yes lets a teacher teach that is no better than a linear model"),
    /** Models between the teacher and the student. */
    ASSISTANTS("", Kind.TEXT, "models between teacher and student, each taught by the one before: resnet14,resnet8"),
    /** How many students are taught one after the other. */
    GENERATIONS("1", Kind.POSITIVE_COUNT, "students one after the other, each taught by the one before (born-again)"),
    /** Whether the generations are also judged together. */
    GENERATION_ENSEMBLE("no", Kind.SWITCH, "yes reports the mean of all generations' logits too"),
    /** Whether each seed has its own teacher. */
    TEACHERS("one", Kind.choice("one", "each"), "train one teacher for all seeds, or one for each"),
    /** What the distilled student learns by. */
    METHOD("kd", Kind.METHOD, "how to distil: kd,at or dkd(beta=2) and the like (limbeck methods lists all)"),
    /** The softmax temperature of the soft loss. */
    TEMPERATURE("2", Kind.TEMPERATURE, "temperature of kd: a number, or a schedule such as cosine(8,2,all) (see plot-schedule --help)"),
    /** The weight of the soft loss. */
    ALPHA("0.9", Kind.ALPHA, "weight of kd, a number or a schedule; the hard loss beside it has 1 - alpha"),
    /** How the losses are weighed against each other. */
    BALANCE("none", Kind.BALANCE, "weigh the losses while training: none, gradnorm(alpha), uncertainty or validation(rate)"),
    /** The student's epochs. */
    EPOCHS("12", Kind.POSITIVE_COUNT, "epochs of each student's training"),
    /** The teacher's epochs. */
    TEACHER_EPOCHS("5", Kind.POSITIVE_COUNT, "epochs of the teacher's training"),
    /** The batch size. */
    BATCH("128", Kind.POSITIVE_COUNT, "examples in a batch"),
    /** How training examples are drawn. */
    SAMPLING("plain", Kind.choice("plain", "balanced"), "how the students' examples are drawn: plain (each once) or balanced (classes evenly)"),
    /** How the teacher's training examples are drawn. */
    TEACHER_SAMPLING("plain", Kind.choice("plain", "balanced"), "how examples are drawn in the teacher's own training"),
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
    SCHEDULE("cosine", Kind.RATE,
            "learning rate over time: cosine or linear to 0, constant, step (by tenths at 1/2 and 3/4), or a schedule that multiplies it: "
                    + "onecycle(1,all), plateau(0.5,3)"),
    /** The length of the warm-up. */
    WARMUP("0", Kind.NOT_NEGATIVE, "epochs over which the learning rate rises from 0"),
    /** The bound on the gradient. */
    CLIP("0", Kind.NOT_NEGATIVE, "largest norm of the gradient; 0 for no limit"),
    /** Label smoothing. */
    LABEL_SMOOTHING("0", Kind.FRACTION, "how much of each label is spread over all classes, in the hard loss"),
    /** The loss of the labels. */
    HARD_LOSS("ce", Kind.HARD_LOSS, "students' loss of the labels: ce, or for imbalance effective(0.999), logit-adjusted(1), balanced-softmax"),
    /** The loss of the labels in the teacher's training. */
    TEACHER_HARD_LOSS("ce", Kind.HARD_LOSS, "the loss of the labels in the teacher's own training"),
    /** Augmentation in the students' training. */
    AUGMENT("none", Kind.AUGMENT, "what the students see: none, shift:2, crop:4, flip, noise:0.1, colour:B:C:S, joined by commas"),
    /** Augmentation in the teacher's training. */
    TEACHER_AUGMENT("none", Kind.AUGMENT, "what the teacher sees in its own training"),
    /** What the teacher sees while it teaches. */
    TEACHER_VIEW("same", Kind.AUGMENT_OR_SAME, "what the teacher sees while it teaches: same (as the student) or another augmentation"),
    /** How many augmented views of each example there are. */
    VIEWS("0", Kind.COUNT, "augmented views of each example, shown in turn epoch by epoch; 0 for a fresh one in each epoch"),
    /** Where what the teacher shows is kept. */
    TEACHER_CACHE("", Kind.TEXT, "folder in which what the teacher shows is kept, so that it runs once for each example and view"),
    /** How it is kept. */
    CACHE_FORMAT("f32", Kind.CACHE_FORMAT, "numbers in the teacher cache: f32 (exact), f16, or top-K such as top-5 (logits alone)"),
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
     * Whether its values are yes and no.
     *
     * @return true where the name alone, on the command line, means yes
     */
    public boolean isSwitch() {
        return kind == Kind.SWITCH;
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
        Kind SWITCH = choice("yes", "no");
        Kind COUNT = value -> isCount(value, 0) ? null : "needs a whole number of 0 or more";
        Kind POSITIVE_COUNT = value -> isCount(value, 1) ? null : "needs a whole number of 1 or more";
        Kind POSITIVE = value -> number(value) > 0 ? null : "needs a number above 0";
        Kind NOT_NEGATIVE = value -> number(value) >= 0 ? null : "needs a number of 0 or more";
        Kind FRACTION = value -> number(value) >= 0 && number(value) <= 1 ? null : "needs a number from 0 to 1";
        Kind SHARES = value -> List.of("equal", "learned", "confidence").contains(value) || Arrays.stream(value.split(":", -1))
                .allMatch(share -> number(share) >= 0) && Arrays.stream(value.split(":")).anyMatch(share -> number(share) > 0) ? null
                : "needs equal, learned, confidence or numbers of 0 or more such as 0.5:0.3:0.2";
        Kind RATIO = value -> number(value) >= 1 ? null : "needs a number of 1 or more";
        Kind PART = value -> isPart(value) ? null : "needs a number of examples, a part such as 10%, or 0 for all";
        Kind HARD_LOSS = value -> HardLoss.isKnown(value) ? null
                : "choose ce, effective or effective(0.999) with a number from 0 to 1, logit-adjusted or logit-adjusted(1), balanced-softmax";
        Kind METHOD = Kind::method;
        Kind TEMPERATURE = value -> Schedules.isNumber(value) ? POSITIVE.complaint(value)
                : complaint("temperature: ", () -> Schedules.check(value));
        Kind ALPHA = value -> Schedules.isNumber(value) ? FRACTION.complaint(value) : complaint("alpha: ", () -> Schedules.check(value));
        Kind RATE = Kind::rate;
        Kind BALANCE = value -> complaint("balance: ", () -> Balance.parse(value));
        Kind AUGMENT = Kind::augment;
        Kind CACHE_FORMAT = Kind::cacheFormat;
        Kind AUGMENT_OR_SAME = value -> value.equals("same") ? null : augment(value);

        /** Null if the value will do, else what is needed. */
        String complaint(String value);

        static Kind choice(String... choices) {
            return value -> List.of(choices).contains(value) ? null : "choose " + String.join(", ", choices);
        }

        /** The complaint of a check, behind the setting's name. */
        private static String complaint(String setting, Runnable check) {
            try {
                check.run();
                return null;
            } catch (IllegalArgumentException e) {
                return setting + e.getMessage().replaceFirst("^(schedule|balance): ", "");
            }
        }

        private static String rate(String value) {
            if (OptimizerChoice.RATES.contains(value) || Schedules.isNumber(value)) {
                return null;
            }
            if (value.matches(".*\\brange\\s*\\(.*")) {
                return "range listens to a teacher's logits, which not every training has; take plateau or performance";
            }
            return value.contains("(") ? complaint("schedule: ", () -> Schedules.check(value))
                    : "needs cosine, linear, constant, step or a schedule such as onecycle(1, all)";
        }

        private static String method(String value) {
            try {
                Methods.parse(value);
                return null;
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }

        private static String cacheFormat(String value) {
            try {
                CacheFormat.parse(value);
                return null;
            } catch (IllegalArgumentException _) {
                return "choose f32, f16 or top-K with a number, such as top-5";
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

        private static boolean isPart(String value) {
            return value.endsWith("%") ? number(value.substring(0, value.length() - 1)) > 0 && number(value.substring(0, value.length() - 1)) <= 100
                    : isCount(value, 0);
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
