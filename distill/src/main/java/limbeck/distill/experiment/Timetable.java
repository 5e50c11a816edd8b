package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.Frozen;
import limbeck.distill.Stage;
import limbeck.nn.Module;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;

/**
 * What changes over time in a training, without training anything: the learning rate, the weights of the losses, the temperatures.
 *
 * {@snippet :
 * for (Timetable training : Timetable.of(settings, Listener.NONE)) {
 *     training.stages().forEach(stage -> System.out.println(stage.name() + " " + stage.schedules().keySet()));
 * }
 * }
 *
 * @param role whose training it is
 * @param architecture the model
 * @param stages in order
 * @param stepsPerEpoch batches in an epoch
 */
public record Timetable(Role role, String architecture, List<Part> stages, int stepsPerEpoch) {
    /**
     * A stage.
     *
     * @param name what it is called
     * @param epochs its length
     * @param begun how many epochs its schedules have behind them when it begins, see {@link Stage}
     * @param schedules all numbers over time by name: {@code lr}, and those of {@link limbeck.distill.Recipe#schedules}
     */
    public record Part(String name, int epochs, int begun, Map<String, Schedule> schedules) {
    }

    /**
     * How long all stages are together.
     *
     * @return passes over the data
     */
    public int epochs() {
        return stages.stream().mapToInt(Part::epochs).sum();
    }

    /**
     * The trainings that an experiment's settings ask for: that of the teacher, unless its weights are read from a file, and that of the
     * student that it teaches.
     *
     * @param settings the choices
     * @param downloads hears of the data's arrival, whose size lengths in steps need
     * @return one or two
     * @throws IllegalArgumentException in one sentence, if the settings do not go together
     * @throws limbeck.distill.data.DataException if the data cannot be had
     */
    public static List<Timetable> of(Settings settings, Listener downloads) {
        var bench = new Workbench(settings, downloads);
        var lineup = Lineup.of(settings);
        var timetables = new ArrayList<Timetable>();
        if (!lineup.isRead()) {
            var rule = new OptimizerChoice(settings, Role.TEACHER);
            var rate = Map.of(Training.RATE, rule.rate(rule.epochs()));
            timetables.add(new Timetable(Role.TEACHER, lineup.architecture(Role.TEACHER), List.of(new Part("main", rule.epochs(), 0, rate)),
                    bench.batches(Role.TEACHER)));
        }
        try (var _ = Scope.open("timetable")) {
            Key key = Key.of(0);
            Lineup.Learner learner = lineup.students(key).getLast();
            var teaching = new Teaching(bench, Frozen::new);
            List<Module> teachers = lineup.teachers().stream().map(name -> bench.teacher(name, key.split("teacher"))).toList();
            var rule = new OptimizerChoice(settings, learner.role());
            List<Part> parts = teaching.distilled(learner, teaching.fresh(learner), teachers).stages().stream()
                    .map(stage -> part(stage, rule)).toList();
            timetables.add(new Timetable(learner.role(), learner.architecture(), parts, bench.batches(learner.role())));
        }
        return timetables;
    }

    private static Part part(Stage stage, OptimizerChoice rule) {
        var schedules = new LinkedHashMap<String, Schedule>();
        schedules.put(Training.RATE, rule.rate(stage));
        schedules.putAll(stage.recipe().schedules());
        return new Part(stage.name(), stage.epochs(), stage.begun(), schedules);
    }
}
