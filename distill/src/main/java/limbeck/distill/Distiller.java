package limbeck.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.autograd.Gradients;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Teaches a student step by step. It knows no epochs, loaders, logs or files: those live around it.
 *
 * {@snippet :
 * var distiller = new Distiller(student, recipe, optimizer);
 * for (Batch batch : batches) {
 *     StepReport report = distiller.step(batch, progress);
 * }
 * }
 *
 * Before the first step it runs student and teacher once on the batch without learning and lets every objective check the
 * shapes.
 */
public final class Distiller {
    private final Module student;
    private final Recipe recipe;
    private final Optimizer optimizer;
    private final Set<Tap> studentTaps;
    private final Set<Tap> teacherTaps;
    private final List<Controller> controllers;
    private boolean checked;

    /**
     * A distiller; nothing runs yet.
     *
     * @param student the model that learns
     * @param recipe whom from, and by which losses
     * @param optimizer changes the student's parameters and {@link Recipe#parameters}
     */
    public Distiller(Module student, Recipe recipe, Optimizer optimizer) {
        this.student = student;
        this.recipe = recipe;
        this.optimizer = optimizer;
        this.studentTaps = taps(Tap.Side.STUDENT);
        this.teacherTaps = taps(Tap.Side.TEACHER);
        this.controllers = recipe.controllers();
    }

    private Set<Tap> taps(Tap.Side side) {
        return recipe.terms().stream().flatMap(term -> term.objective().taps().stream())
                .filter(tap -> tap.side() == side).collect(Collectors.toSet());
    }

    /**
     * One step: both models look at the batch, the weighted losses are summed, and the optimizer follows their gradient.
     *
     * @param batch the examples
     * @param progress how far training has come; randomness (dropout) and schedules follow it
     * @return what was measured
     * @throws IllegalArgumentException at the first step, if an objective cannot work with these models
     * @throws ArithmeticException if the loss is not a finite number; the student's parameters are then left as they were
     */
    public StepReport step(Batch batch, Progress progress) {
        if (!checked) {
            check(batch);
        }
        try (var _ = Scope.open("distillation step")) {
            Views<Tensor> shown = observe(batch, progress);
            var losses = new LinkedHashMap<String, Variable>();
            var values = new LinkedHashMap<String, Double>();
            var tape = new Tape();
            var scores = new ArrayList<Score>();
            Variable total = tape.record(() -> Mode.train(progress.step(), () -> {
                Views<Variable> seen = Views.of(null);
                if (isLookedAt(Tap.Side.STUDENT)) {
                    seen = Tapped.run(student, Variable.of(batch.inputs()), studentTaps);
                }
                var moment = new Moment(progress, seen, shown, batch.targets(), batch.ids());
                scores.add(seen.logits() == null ? Score.NONE : recipe.terms().getFirst().objective().score(moment));
                controllers.forEach(controller -> controller.seen(moment));
                recipe.schedules().forEach((name, schedule) -> values.put(name, schedule.at(progress)));
                return sum(moment, losses);
            }));
            var report = new StepReport(total.item(), items(losses), values, scores.getFirst(), batch.size());
            if (!Double.isFinite(report.total())) {
                throw new ArithmeticException("the loss is " + report.total() + " at step " + progress.step() + " (" + report.losses()
                        + "); lower the learning rate, or check the data for values that are not finite");
            }
            controllers.forEach(controller -> controller.measured(losses, tape));
            Gradients gradients = tape.backward(total, optimizer.parameters());
            optimizer.step(gradients, progress);
            recipe.after().forEach(action -> action.after(progress));
            controllers.forEach(controller -> controller.stepped(report));
            return report;
        }
    }

    private static Map<String, Double> items(Map<String, Variable> losses) {
        var items = new LinkedHashMap<String, Double>();
        losses.forEach((name, loss) -> items.put(name, loss.item()));
        return items;
    }

    private Views<Tensor> observe(Batch batch, Progress progress) {
        // A teacher that is more than a finished model may learn by what it observes.
        if (recipe.teacher() instanceof Frozen && !isLookedAt(Tap.Side.TEACHER)) {
            return Views.of(null);
        }
        // In training mode, so that a teacher that learns itself knows a step from a dry run.
        return Mode.train(progress.step(), () -> recipe.teacher().observe(batch, teacherTaps));
    }

    private boolean isLookedAt(Tap.Side side) {
        return recipe.terms().stream().anyMatch(term -> term.objective().looksAt().contains(side));
    }

    private Variable sum(Moment moment, Map<String, Variable> losses) {
        Variable total = null;
        for (Term term : recipe.terms()) {
            Variable loss = term.objective().loss(moment);
            losses.put(term.name(), loss);
            Variable weighted = loss.mul(term.weight().at(moment.progress()));
            total = total == null ? weighted : total.add(weighted);
        }
        return total;
    }

    /**
     * The dry run: both models look at a batch without learning, and every objective checks what they show.
     *
     * @param batch any batch
     * @throws IllegalArgumentException if an objective cannot work with these models
     */
    public void check(Batch batch) {
        try (var _ = Scope.open("dry run")) {
            Views<Shape> teacher = recipe.teacher().observe(batch, teacherTaps).map(Tensor::shape);
            Views<Shape> seen = Mode.evaluate(() -> Tapped.run(student, Variable.of(batch.inputs()), studentTaps)).map(Variable::shape);
            for (Term term : recipe.terms()) {
                term.objective().check(seen, teacher);
            }
            controllers.forEach(controller -> controller.check(seen, teacher));
        }
        checked = true;
    }
}
