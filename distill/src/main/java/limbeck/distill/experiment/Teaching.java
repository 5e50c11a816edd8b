package limbeck.distill.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.data.Epoch;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.Task;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;

/**
 * How the students are taught: the labels alone, or the methods that the settings name, put together for two models.
 *
 * @param bench the data and settings
 */
record Teaching(Workbench bench) {
    private static final Set<String> OF_ALL = Set.of(Method.WEIGHT, Method.CE, Method.WARMUP);

    /** What the plan says about the distilled student. */
    record Outline(String loss, List<Integer> stages, List<String> notes) {
    }

    private Settings settings() {
        return bench.settings();
    }

    private Objective labels() {
        return new HardLabels(settings().number(Setting.LABEL_SMOOTHING));
    }

    /** A training by the labels alone. */
    Curriculum alone(Module model, int epochs) {
        var main = new Stage("main", epochs, Recipe.alone(labels()), List.copyOf(model.parameters().values()));
        return new Curriculum(List.of(main), model, List.of());
    }

    /**
     * A training by the settings' methods.
     *
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models
     */
    Curriculum distilled(Module student, Module teacher, Key key) {
        Shape example = bench.data().train().shape();
        Task task = Task.of(student, teacher, () -> bench.student(key), example, bench.data().train().classes(), bench.transfer().size(),
                settings().count(Setting.EPOCHS), settings().count(Setting.BATCH), key.split("method"));
        return Curriculum.of(settings().methods(), task, new Frozen(teacher), labels());
    }

    /**
     * Puts the training together for fresh models and lets every loss check their shapes, so that what cannot work fails before anything
     * is trained.
     *
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models
     */
    Outline outline() {
        Key key = Key.of(0);
        try (var _ = Scope.open("plan"); Epoch sample = bench.sample().epoch(0)) {
            Module student = bench.student(key);
            Curriculum curriculum = distilled(student, bench.build(Setting.TEACHER, key.split("teacher")), key);
            var batch = sample.next();
            var rule = new OptimizerChoice(settings(), Role.STUDENT_DISTILLED);
            for (Stage stage : curriculum.stages()) {
                var distiller = new Distiller(student, stage.recipe(), rule.optimizer(stage.trained(), stage.epochs()));
                distiller.check(batch);
                if (batch.size() == 1) {
                    // A connector's batch norm cannot learn from one example, which only a step shows.
                    distiller.step(batch, Progress.START);
                }
            }
            return new Outline(loss(curriculum), curriculum.stages().stream().map(Stage::epochs).toList(), notes(curriculum, student));
        }
    }

    private String loss(Curriculum curriculum) {
        List<Term> terms = curriculum.stages().getLast().recipe().terms();
        var parts = new ArrayList<String>();
        var rest = new ArrayList<String>();
        for (Choice choice : settings().methods()) {
            String name = choice.method().name();
            if (has(terms, name)) {
                parts.add(number(choice.number(Method.WEIGHT), 6) + " x " + described(choice) + rising(choice, curriculum.stages().getLast().epochs()));
            } else {
                boolean before = curriculum.stages().stream().anyMatch(stage -> has(stage.recipe().terms(), name));
                rest.add((before ? "before it " : "beside it ") + described(choice));
            }
        }
        terms.stream().filter(term -> term.name().equals("ce")).findFirst()
                .ifPresent(ce -> parts.add(number(ce.weight().at(Progress.START), 6) + " x cross-entropy with the labels"));
        return String.join(" + ", parts) + (rest.isEmpty() ? "" : "; " + String.join(", ", rest));
    }

    private static boolean has(List<Term> terms, String name) {
        return terms.stream().anyMatch(term -> term.name().equals(name));
    }

    private static String described(Choice choice) {
        if (choice.method() == LogitKd.METHOD) {
            return "tau^2 KL(teacher || student) at temperature " + number(choice.number("temperature"), 6);
        }
        // Where it looks is in the notes.
        String own = choice.method().options().stream().filter(option -> !OF_ALL.contains(option.name()) && !option.name().endsWith("-layers"))
                .map(option -> option.name() + "=" + (option.isNumber() ? number(choice.number(option.name()), 6) : choice.values().get(option.name())))
                .collect(Collectors.joining(", "));
        return choice.method().name() + (own.isEmpty() ? "" : "(" + own + ")");
    }

    private static String rising(Choice choice, int all) {
        double epochs = choice.number(Method.WARMUP) * all;
        return epochs > 0 ? " (rising from 0 over " + number(epochs, 3) + " epochs)" : "";
    }

    private List<String> notes(Curriculum curriculum, Module student) {
        var notes = new ArrayList<String>();
        if (curriculum.stages().size() > 1) {
            notes.add("in stages: " + curriculum.stages().stream().map(stage -> stage.name() + " for " + stage.epochs()
                    + (stage.epochs() == 1 ? " epoch" : " epochs")).collect(Collectors.joining(", then ")));
        }
        notes.addAll(curriculum.notes());
        if (curriculum.deployed() != student) {
            Summary deployed = Summary.of(curriculum.deployed(), bench.data().train().shape().prepend(1));
            notes.add("what is used in the end has " + deployed.parameters() + " parameters");
        }
        boolean unused = settings().methods().stream().noneMatch(choice -> choice.method() == LogitKd.METHOD);
        if (unused && (settings().isChosen(Setting.TEMPERATURE) || settings().isChosen(Setting.ALPHA))) {
            notes.add("temperature and alpha are kd's, which is not used; other methods take options of their own, as in dkd(temperature=4)");
        }
        return List.copyOf(notes);
    }

    /** As people write it: a weight of 1 - 0.9 is 0.1. */
    private static String number(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros().toPlainString();
    }
}
