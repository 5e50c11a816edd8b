package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import limbeck.distill.data.Dataset;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Trainee;
import limbeck.nn.Summary;
import limbeck.tensor.Threads;

/** What a run is going to do, as the block of text that comes first. */
final class PlanText {
    private static final int LABEL = 10;
    private static final int WIDTH = 110;

    private final List<String> lines = new ArrayList<>();
    private final Plan plan;
    private final Settings settings;

    private PlanText(Plan plan) {
        this.plan = plan;
        this.settings = plan.settings();
    }

    /**
     * The block.
     *
     * @param plan what the run is going to do; a plan without a teacher is for one model alone
     * @param recipe the recipe that was read
     * @param out where files go; null for nowhere
     */
    static String of(Plan plan, RecipeFile recipe, Path out) {
        var text = new PlanText(plan);
        text.recipe(recipe);
        text.data();
        text.models();
        text.training();
        text.line("Output", out == null ? "none; --out DIR keeps the models and figures" : out.toString());
        return String.join("\n", text.lines) + "\n";
    }

    private void recipe(RecipeFile recipe) {
        if (!recipe.name().isEmpty() || !recipe.description().isEmpty()) {
            boolean both = !recipe.name().isEmpty() && !recipe.description().isEmpty();
            wrapped("Recipe", recipe.name() + (both ? ": " : "") + recipe.description());
        }
    }

    private void data() {
        Dataset train = plan.data().train();
        line("Data", train.name() + ": " + Text.count(train.size()) + " to train on, "
                + Text.count(plan.data().test().size()) + " to test on, "
                + Text.shape(train.shape()) + ", " + train.classes() + " classes");
        plan.data().notes().forEach(note -> wrapped("", note));
        String omitted = settings.text(Setting.OMIT);
        if (!omitted.isEmpty()) {
            line("", "class " + omitted + " is left out of the students' training");
        }
    }

    private void models() {
        if (plan.teacher() == null) {
            line("Model", size(settings.text(Setting.STUDENT), plan.student(), 0));
            if (!settings.text(Setting.HARD_LOSS).equals(Setting.HARD_LOSS.initial())) {
                wrapped("Loss", plan.loss());
            }
            plan.notes().forEach(note -> wrapped("", note));
            return;
        }
        List<Trainee> members = plan.trainees(Role.Part.MEMBER);
        List<Trainee> assistants = plan.trainees(Role.Part.ASSISTANT);
        int width = plan.trainees().stream().mapToInt(trainee -> trainee.name().length()).max().orElse(1);
        String weights = settings.text(Setting.TEACHER_WEIGHTS);
        String read = weights.isEmpty() ? "" : ", read from " + weights;
        if (members.isEmpty()) {
            line("Teacher", size(settings.text(Setting.TEACHER), plan.teacher(), width) + read);
        } else {
            for (Trainee member : members) {
                line(member == members.getFirst() ? "Teachers" : "", size(member.name(), member.summary(), width));
            }
            line("", size("all", plan.teacher(), width) + read);
            wrapped("", plan.ensemble());
        }
        wrapped("", settings.text(Setting.TRUST_TEACHER).equals("yes") ? "trusted without a comparison with a linear model"
                : "has to be better than a linear model to teach (--trust-teacher lets any teach)");
        for (Trainee assistant : assistants) {
            line(assistant == assistants.getFirst() ? assistants.size() == 1 ? "Assistant" : "Assistants" : "",
                    size(assistant.name(), assistant.summary(), width) + ", taught by the "
                            + (assistant == assistants.getFirst() ? members.isEmpty() ? "teacher" : "teachers" : "one before"));
        }
        double ratio = (double) plan.teacher().parameters() / plan.student().parameters();
        line("Student", size(settings.text(Setting.STUDENT), plan.student(), width) + ", " + (ratio >= 1 ? Text.number(ratio, 1) + " times smaller"
                : Text.number(1 / ratio, 1) + " times larger"));
        int generations = settings.count(Setting.GENERATIONS);
        if (generations > 1) {
            wrapped("", generations + " generations, one after the other, each with fresh weights: the first is taught by the "
                    + (assistants.isEmpty() ? members.isEmpty() ? "teacher" : "teachers" : "last assistant") + ", each other by the one before"
                    + (settings.text(Setting.GENERATION_ENSEMBLE).equals("yes") ? "; the mean of all their logits is reported too" : ""));
        }
        wrapped("Loss", plan.loss());
        plan.notes().forEach(note -> wrapped("", note));
    }

    private String size(String name, Summary summary, int width) {
        boolean both = plan.teacher() != null;
        long parameters = both ? Math.max(plan.teacher().parameters(), plan.student().parameters()) : 0;
        long multiplyAdds = both ? Math.max(plan.teacher().multiplyAdds(), plan.student().multiplyAdds()) : 0;
        long bytes = both ? Math.max(plan.teacher().bytes(), plan.student().bytes()) : 0;
        return String.format(Locale.ROOT, "%-" + Math.max(1, width) + "s  %s parameters, %s multiply-adds, %s bytes", name,
                padded(summary.parameters(), parameters), padded(summary.multiplyAdds(), multiplyAdds),
                padded(summary.bytes(), bytes));
    }

    private static String padded(long value, long widest) {
        return String.format(Locale.ROOT, "%" + Math.max(1, Text.count(widest).length()) + "s", Text.count(value));
    }

    private void training() {
        String epochs = Text.count(settings.count(Setting.EPOCHS), "epoch");
        String optimizer = settings.text(Setting.OPTIMIZER);
        String rate = settings.text(Setting.LR);
        if (plan.teacher() != null) {
            boolean trained = settings.text(Setting.TEACHER_WEIGHTS).isEmpty();
            epochs = "student " + epochs;
            if (trained) {
                epochs = "teacher " + Text.count(settings.count(Setting.TEACHER_EPOCHS), "epoch") + ", " + epochs;
                String teachers = settings.text(Setting.TEACHER_LR);
                rate = teachers.equals(rate) ? rate : teachers + " and " + rate;
                String other = settings.text(Setting.TEACHER_OPTIMIZER);
                optimizer = other.equals("same") || other.equals(optimizer) ? optimizer : other + " and " + optimizer;
            }
        }
        wrapped("Training", epochs + "; batches of " + settings.text(Setting.BATCH) + ", " + optimizer + ", learning rate " + rate
                + " (" + settings.text(Setting.SCHEDULE) + ")" + augmentation());
        List<Long> seeds = plan.seeds();
        boolean few = seeds.size() <= 10;
        line(seeds.size() == 1 ? "Seed" : "Seeds", few ? seeds.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : seeds.getFirst() + " to " + seeds.getLast());
        line("Device", settings.text(Setting.DEVICE) + ", " + Text.count(Threads.count(), "thread"));
    }

    private String augmentation() {
        int views = settings.count(Setting.VIEWS);
        String students = settings.text(Setting.AUGMENT);
        students += students.equals("none") || views == 0 ? "" : " in " + Text.count(views, "view");
        if (plan.teacher() == null) {
            return students.equals("none") ? "" : ", " + students;
        }
        String teachers = settings.text(Setting.TEACHER_AUGMENT);
        return (teachers.equals("none") ? "" : "; teacher sees " + teachers)
                + (students.equals("none") ? "" : "; students see " + students);
    }

    private void line(String label, String text) {
        lines.add(label + " ".repeat(LABEL - label.length()) + text);
    }

    private void wrapped(String label, String text) {
        String first = label;
        for (String part : Text.wrapped(text, WIDTH - LABEL)) {
            line(first, part);
            first = "";
        }
    }
}
