package limbeck.distill.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.control.Balance;
import limbeck.distill.experiment.Lineup.Learner;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.distill.method.Workshop;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;

/**
 * How the students are taught: the labels alone, or the methods that the settings name, put together for two models.
 *
 * @param bench the data and settings
 * @param member makes a teacher of a finished model
 */
record Teaching(Workbench bench, Function<Module, Teacher> member) {
    /** What the plan says about the distilled student, and what its teachers are asked to show. */
    record Outline(String loss, Map<Role, List<Integer>> stages, List<String> notes, CachePlan caches) {
    }

    private Settings settings() {
        return bench.settings();
    }

    /** A training by the labels alone. */
    Curriculum alone(Role role, Module model, int epochs) {
        var main = new Stage("main", epochs, Recipe.alone(bench.labels(role)), List.copyOf(model.parameters().values()));
        return new Curriculum(List.of(main), model, List.of());
    }

    /** The model that a learner is, with its first weights. */
    Module fresh(Learner learner) {
        return fresh(learner, learner.key());
    }

    private Module fresh(Learner learner, Key key) {
        return bench.build(learner.architecture(), key.split("student"));
    }

    /**
     * A training by the settings' methods.
     *
     * @param learner what the student is
     * @param student who learns
     * @param teachers who teach, the leading one first: where a method looks into the teacher, it looks into that one
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models
     */
    Curriculum distilled(Learner learner, Module student, List<Module> teachers) {
        Shape example = bench.data().train().shape();
        Task task = Task.of(student, teachers.getFirst(), () -> fresh(learner), example, bench.width(), bench.transfer().size(),
                settings().count(Setting.EPOCHS), settings().count(Setting.BATCH), learner.key().split("method"))
                .with(workshop(learner)).with(bench.counts());
        Teacher teacher = teacher(teachers);
        Curriculum curriculum = Curriculum.of(settings().methods(), task, teacher, bench.labels(learner.role()),
                Balance.parse(settings().text(Setting.BALANCE)));
        bench.requireLabels(curriculum);
        Curriculum onTasks = TaskLosses.on(bench.heads(), curriculum, student, settings());
        return cached(Faculty.complete(onTasks, teacher), teacher, teachers.getFirst());
    }

    /**
     * The same, where a teacher whom no loss of a stage looks at is not asked in it, and the leading model, of which a method makes the
     * teacher of a stage of its own, is cached there too.
     */
    private Curriculum cached(Curriculum curriculum, Teacher teacher, Module leading) {
        List<Stage> stages = curriculum.stages().stream().map(stage -> {
            Recipe recipe = stage.recipe();
            boolean looks = recipe.terms().stream().anyMatch(term -> term.objective().looksAt().contains(Tap.Side.TEACHER));
            Teacher changed = !looks && recipe.teacher() == teacher ? Teacher.NONE
                    : recipe.teacher() instanceof Frozen(var model) && model == leading ? member.apply(leading) : recipe.teacher();
            return stage.by(recipe.taughtBy(changed));
        }).toList();
        return new Curriculum(stages, curriculum.deployed(), curriculum.notes());
    }

    private Workshop workshop(Learner learner) {
        var rule = new OptimizerChoice(settings(), learner.role());
        return new Workshop() {
            @Override
            public Module student(Key key) {
                return fresh(learner, key);
            }

            @Override
            public Schedule rate(int epochs) {
                return rule.rate(epochs);
            }

            @Override
            public Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
                return rule.optimizer(parameters, rate);
            }
        };
    }

    /** Trained models as the one teacher that the settings make of them. */
    Teacher teacher(List<Module> models) {
        return faculty().of(models.stream().map(member).toList());
    }

    /** How several teachers work together. */
    Faculty faculty() {
        return new Faculty(settings(), bench.device());
    }

    /**
     * Puts the training together for fresh models and lets every loss check their shapes, so that what cannot work fails before anything
     * is trained.
     *
     * @throws IllegalArgumentException in one sentence, if a method cannot work with these models
     */
    Outline outline() {
        var lineup = Lineup.of(settings());
        var caches = new CachePlan(bench);
        Key key = Key.of(0);
        var stages = new LinkedHashMap<Role, List<Integer>>();
        try (var _ = Scope.open("plan")) {
            Batch batch = bench.sample();
            List<Module> teachers = lineup.teachers().stream().map(name -> bench.teacher(name, key.split("teacher"))).toList();
            List<Learner> learners = Stream.concat(lineup.assistants(key).stream(), lineup.students(key).stream()).toList();
            for (Learner learner : learners) {
                Module student = fresh(learner);
                boolean generation = learner != learners.get(lineup.assistants(key).size()) && learner.role().part() != Role.Part.ASSISTANT;
                Curriculum curriculum = new Teaching(bench, model -> caches.of(model, generation)).rehearsed(learner, student, teachers, batch);
                stages.put(learner.role(), curriculum.stages().stream().map(Stage::epochs).toList());
                if (learner == learners.getLast()) {
                    var text = new CurriculumText(bench, curriculum);
                    return new Outline(text.loss(), stages, Stream.concat(text.notes(student).stream(), caches.notes().stream()).toList(), caches);
                }
                teachers = List.of(curriculum.deployed());
            }
            throw new IllegalStateException("there is always a student");
        }
    }

    private Curriculum rehearsed(Learner learner, Module student, List<Module> teachers, Batch batch) {
        try {
            Curriculum curriculum = distilled(learner, student, teachers);
            var rule = new OptimizerChoice(settings(), learner.role());
            int batches = bench.batches(learner.role());
            for (Stage stage : curriculum.stages()) {
                rule.check(stage.epochs(), batches);
                var distiller = new Distiller(student, stage.recipe(), rule.optimizer(stage.trained(), stage.epochs()));
                distiller.check(batch);
                if (batch.size() == 1) {
                    // A connector's batch norm cannot learn from one example, which only a step shows.
                    distiller.step(batch, Progress.START);
                }
            }
            return curriculum;
        } catch (IllegalArgumentException e) {
            throw learner.role().equals(Role.STUDENT_DISTILLED) ? e
                    : new IllegalArgumentException(e.getMessage() + " (of the " + learner.role().title() + ", " + learner.architecture() + ")", e);
        }
    }
}
