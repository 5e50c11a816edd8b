package limbeck.distill.experiment;

import java.util.List;
import java.util.stream.Collectors;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Curriculum;
import limbeck.distill.tasks.Head;
import limbeck.distill.tasks.OnHeads;
import limbeck.nn.Module;

/** A training of several tasks: each loss looks at each task's logits by themselves. */
final class TaskLosses {
    private TaskLosses() {
    }

    /**
     * The same training with its losses on heads.
     *
     * @param heads the tasks; none leaves it as it is
     * @param curriculum the training as for one task
     * @param student who learns
     * @param settings name the methods and the teachers
     * @throws IllegalArgumentException in one sentence, if a method does more than compare logits
     */
    static Curriculum on(List<Head> heads, Curriculum curriculum, Module student, Settings settings) {
        if (heads.isEmpty()) {
            return curriculum;
        }
        if (Lineup.of(settings).teachers().size() > 1) {
            throw new IllegalArgumentException("tasks: there is a teacher for each task already; name one architecture as --teacher");
        }
        Stage main = curriculum.stages().getLast();
        for (Choice choice : settings.methods()) {
            Compares compares = choice.method().compares();
            if (compares != Compares.LOGITS && compares != Compares.REGULARISER) {
                throw refusal(choice.method().name(), "compares more than logits");
            }
        }
        if (curriculum.stages().size() > 1 || curriculum.deployed() != student || !main.recipe().after().isEmpty()) {
            throw refusal(settings.methods().stream().map(choice -> choice.method().name()).collect(Collectors.joining(",")), "is more than a loss");
        }
        List<Term> terms = main.recipe().terms().stream().map(term -> new Term(term.name(), term.weight(), on(heads, term))).toList();
        var recipe = new Recipe(main.recipe().teacher(), terms, main.recipe().after(), main.recipe().values());
        return new Curriculum(List.of(new Stage(main.name(), main.epochs(), recipe, main.trained())), student, curriculum.notes());
    }

    private static Objective on(List<Head> heads, Term term) {
        if (term.objective() instanceof OnHeads) {
            return term.objective();
        }
        if (!term.objective().taps().isEmpty() || !term.objective().parameters().isEmpty()) {
            throw refusal(term.name(), "looks at layers or learns something of its own");
        }
        return OnHeads.each(heads, term.objective());
    }

    private static IllegalArgumentException refusal(String method, String reason) {
        return new IllegalArgumentException("tasks: " + method + " " + reason + ", which has no meaning for each task by itself; take losses of "
                + "logits, such as kd or dkd");
    }
}
