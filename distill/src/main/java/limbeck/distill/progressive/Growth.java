package limbeck.distill.progressive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.distill.Frozen;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.control.Composed;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Phase;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers;
import limbeck.nn.optim.Schedule;

/**
 * A student that is trained from below: a stage for each place, then the main one.
 *
 * @param setup the options
 * @param pairs the places, in the order in which they run
 */
record Growth(Setup setup, List<Pairing> pairs) {
    private static final String PART = "part";
    private static final String TRAINS = "trains";
    private static final String MAIN = "main";

    /** The options that every such method has. */
    static Method options(Method method) {
        return method.option(PART, 0.25, "the part of the epochs for the stages before the main one, together")
                .option(Proportions.OPTION, Proportions.EQUAL, Proportions.HELP)
                .option(TRAINS, "block", "block: a stage trains what lies between the place before and its own; below: all that lies below its own")
                .option(MAIN, "all", "all: the main stage trains all of the student; head: only what lies behind the last place");
    }

    /**
     * The stages and the main one, which has no loss of the method's own.
     *
     * @param method the method's name, for the terms
     * @param name what a stage is called before its place
     * @param scale what the losses are multiplied by, beside the method's weight
     * @param losses one for each place
     */
    Lesson lesson(String method, String name, double scale, List<? extends Objective> losses) {
        boolean blocks = setup.oneOf(TRAINS, "block", "below").equals("block");
        List<Integer> lengths = lengths();
        var stages = new ArrayList<Stage>();
        for (int i = 0; i < pairs.size(); i++) {
            var trained = new ArrayList<>(below(i));
            if (blocks && i > 0) {
                trained.removeAll(below(i - 1));
            }
            if (trained.isEmpty()) {
                throw setup.complaint("there is nothing to train " + (i == 0 ? "below " : "between " + path(i - 1) + " and ") + path(i)
                        + "; name student-layers in the order in which they run, each behind layers of its own");
            }
            trained.addAll(losses.get(i).parameters());
            Schedule weight = setup.weight(lengths.get(i));
            var term = new Term(method, Composed.of(weight.times(scale), weight), losses.get(i));
            var recipe = new Recipe(new Frozen(setup.task().teacher()), List.of(term));
            stages.add(new Stage(name + " " + path(i), lengths.get(i), recipe, trained));
        }
        Lesson lesson = Lesson.of(null).before(stages.toArray(Stage[]::new));
        return setup.oneOf(MAIN, "all", "head").equals("all") ? lesson
                : lesson.phases(List.of(new Phase("head", 1, null, below(pairs.size() - 1), Map.of())));
    }

    private String path(int place) {
        return pairs.get(place).student().path();
    }

    private List<Parameter> below(int place) {
        Layers students = setup.task().students();
        return students.parametersUpTo(pairs.get(place).student());
    }

    private List<Integer> lengths() {
        int count = pairs.size();
        int epochs = setup.task().epochs();
        if (epochs <= count) {
            throw setup.complaint("trains in " + count + (count == 1 ? " stage" : " stages") + " before the main one, which needs at least "
                    + (count + 1) + " epochs, got " + epochs + "; give more epochs, or name fewer layers");
        }
        return Phase.lengths(Proportions.of(setup, count), Math.max(count, setup.epochs(setup.number(PART))));
    }
}
