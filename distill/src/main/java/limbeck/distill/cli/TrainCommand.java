package limbeck.distill.cli;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import limbeck.distill.experiment.Experiment;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck train}: one model on the labels alone, such as a teacher for later. */
final class TrainCommand implements Command {
    /** All but those about the teacher, what it teaches, and what students miss. */
    private static final Set<Setting> SETTINGS = EnumSet.complementOf(EnumSet.of(Setting.TEACHER, Setting.TEACHER_WEIGHTS,
            Setting.ENSEMBLE, Setting.ENSEMBLE_WEIGHTS, Setting.TRUST_TEACHER, Setting.ASSISTANTS, Setting.GENERATIONS, Setting.GENERATION_ENSEMBLE,
            Setting.TEACHERS, Setting.METHOD, Setting.TEMPERATURE, Setting.ALPHA, Setting.BALANCE, Setting.TEACHER_EPOCHS, Setting.TEACHER_OPTIMIZER,
            Setting.TEACHER_LR, Setting.TEACHER_WEIGHT_DECAY, Setting.TEACHER_AUGMENT, Setting.TEACHER_VIEW, Setting.TEACHER_CACHE, Setting.CACHE_FORMAT,
            Setting.OMIT, Setting.TEACHER_LABELS,
            Setting.TEACHER_SAMPLING, Setting.TEACHER_HARD_LOSS));

    private final SettingOptions options = SettingOptions.of(SETTINGS, Map.of(Setting.STUDENT, "model"));

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Trains one model on the labels alone. What --out keeps can teach: "
                + "limbeck distill --teacher-weights DIR/model.safetensors.");
        Run.addOptions(spec);
        options.addTo(spec);
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        // One model is what was asked for, unless more are.
        RecipeFile recipe = options.read(arguments, Settings.DEFAULT.with(Setting.SEEDS, "1"));
        Run.of(arguments, terminal, options, recipe, true).start(Experiment::alone);
    }
}
