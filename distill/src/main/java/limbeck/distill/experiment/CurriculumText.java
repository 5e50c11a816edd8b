package limbeck.distill.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.distill.Controller;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.nn.optim.Progress;

/**
 * What the plan says about a training by the settings' methods.
 *
 * @param bench the data and settings
 * @param curriculum the training
 */
record CurriculumText(Workbench bench, Curriculum curriculum) {
    private static final Set<String> OF_ALL = Set.of(Method.WEIGHT, Method.CE, Method.WARMUP);

    /** The loss of the main stage, and what there is besides. */
    String loss() {
        List<Term> terms = curriculum.stages().getLast().recipe().terms();
        var parts = new ArrayList<String>();
        var rest = new ArrayList<String>();
        for (Choice choice : bench.settings().methods()) {
            String name = choice.method().name();
            if (has(terms, name)) {
                parts.add(value(choice, Method.WEIGHT) + " x " + described(choice) + rising(choice, curriculum.stages().getLast().epochs()));
            } else {
                boolean before = curriculum.stages().stream().anyMatch(stage -> has(stage.recipe().terms(), name));
                rest.add((before ? "before it " : "beside it ") + described(choice));
            }
        }
        terms.stream().filter(term -> term.name().equals("ce")).findFirst()
                .ifPresent(ce -> parts.add(labels(ce) + " x " + bench.hardLoss().inWords()));
        return String.join(" + ", parts) + (rest.isEmpty() ? "" : "; " + String.join(", ", rest));
    }

    /** The weight of the labels: a number, or what it is over time. */
    private String labels(Term ce) {
        List<Choice> choices = bench.settings().methods();
        return choices.size() > 1 || choices.getFirst().isNumber(Method.CE) ? number(ce.weight().at(Progress.START), 6)
                : value(choices.getFirst(), Method.CE);
    }

    private static boolean has(List<Term> terms, String name) {
        return terms.stream().anyMatch(term -> term.name().equals(name));
    }

    private static String described(Choice choice) {
        if (choice.method() == LogitKd.METHOD) {
            return "tau^2 KL(teacher || student) at temperature " + value(choice, "temperature");
        }
        // Where it looks is in the notes.
        String own = choice.method().options().stream().filter(option -> !OF_ALL.contains(option.name()) && !option.name().endsWith("-layers"))
                .map(option -> option.name() + "=" + value(choice, option.name()))
                .collect(Collectors.joining(", "));
        return choice.method().name() + (own.isEmpty() ? "" : "(" + own + ")");
    }

    private static String rising(Choice choice, int all) {
        double epochs = choice.number(Method.WARMUP) * all;
        return epochs > 0 ? " (rising from 0 over " + number(epochs, 3) + " epochs)" : "";
    }

    /** What was chosen by itself, and what is easily overlooked. */
    List<String> notes(Module student) {
        var notes = new ArrayList<String>();
        if (curriculum.stages().size() > 1) {
            notes.add("in stages: " + curriculum.stages().stream().map(stage -> stage.name() + " for " + stage.epochs()
                    + (stage.epochs() == 1 ? " epoch" : " epochs")).collect(Collectors.joining(", then ")));
        }
        balance(bench.settings()).ifPresent(notes::add);
        notes.addAll(curriculum.notes());
        if (curriculum.deployed() != student) {
            Summary deployed = Summary.of(curriculum.deployed(), bench.data().train().shape().prepend(1));
            notes.add("what is used in the end has " + deployed.parameters() + " parameters");
        }
        control().ifPresent(notes::add);
        int teachers = Lineup.of(bench.settings()).teachers().size();
        if (teachers > 1 && curriculum.stages().stream().flatMap(stage -> stage.recipe().terms().stream()).anyMatch(CurriculumText::looksInside)) {
            notes.add("the teacher's layers are those of the first of the " + teachers + " teachers");
        }
        boolean unused = bench.settings().methods().stream().noneMatch(choice -> choice.method() == LogitKd.METHOD);
        if (unused && (bench.settings().isChosen(Setting.TEMPERATURE) || bench.settings().isChosen(Setting.ALPHA))) {
            notes.add("temperature and alpha are kd's, which is not used; other methods take options of their own, as in dkd(temperature=4)");
        }
        return List.copyOf(notes);
    }

    /** What those schedules judge by that listen to training. */
    Optional<String> control() {
        var rule = new OptimizerChoice(bench.settings(), Role.STUDENT_DISTILLED);
        boolean listening = rule.rate(1) instanceof Controller
                || curriculum.stages().stream().anyMatch(stage -> !stage.recipe().controllers().isEmpty());
        Optional<String> held = held(bench.settings());
        return held.isPresent() ? held.map(text -> listening ? text : text + ", but there is none")
                : listening ? Optional.of("controllers judge by the training's own loss and accuracy, as control is 0") : Optional.empty();
    }

    /** The examples that are held out for controllers, if there are any. */
    static Optional<String> held(Settings settings) {
        int held = settings.count(Setting.CONTROL);
        return held == 0 ? Optional.empty()
                : Optional.of(held + " training examples are held out from the students, for controllers to judge by");
    }

    /** How the losses are weighed, if they are. */
    static Optional<String> balance(Settings settings) {
        String balance = settings.text(Setting.BALANCE);
        return balance.equals("none") ? Optional.empty()
                : Optional.of("the losses are weighed against each other while training, by " + balance);
    }

    private static boolean looksInside(Term term) {
        return term.objective().taps().stream().anyMatch(tap -> tap.side() == Tap.Side.TEACHER);
    }

    /** A number as people write it; a schedule or a word as it was given. */
    private static String value(Choice choice, String option) {
        String text = choice.values().get(option);
        try {
            return number(Double.parseDouble(text), 6);
        } catch (NumberFormatException e) {
            return text;
        }
    }

    /** As people write it: a weight of 1 - 0.9 is 0.1. */
    private static String number(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros().toPlainString();
    }
}
