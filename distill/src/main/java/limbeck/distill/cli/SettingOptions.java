package limbeck.distill.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.distill.control.Schedules;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.nn.Names;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Settings as options: {@link Setting} alone decides their names, defaults and help. A command may take only some of them, and
 * call one by a name of its own.
 */
final class SettingOptions {
    /** Where on the help page a new heading comes, which holds until the next. */
    private static final Map<Setting, String> HEADINGS = new EnumMap<>(Map.of(Setting.DATA, "Data",
            Setting.TEACHER, "Teacher and student", Setting.METHOD, "Loss", Setting.EPOCHS, "Training", Setting.SEEDS, "Runs"));

    private final Map<String, Setting> byKey;

    private SettingOptions(Map<String, Setting> byKey) {
        this.byKey = byKey;
    }

    /** All settings. */
    static SettingOptions all() {
        return of(Set.of(Setting.values()), Map.of());
    }

    /**
     * Some settings.
     *
     * @param settings which
     * @param names the names of those that are called otherwise here
     */
    static SettingOptions of(Set<Setting> settings, Map<Setting, String> names) {
        return new SettingOptions(settings.stream().sorted()
                .collect(Collectors.toMap(s -> names.getOrDefault(s, s.key()), s -> s, (a, b) -> a, LinkedHashMap::new)));
    }

    /** Adds them to a command, under headings, with {@code --recipe} before them. */
    void addTo(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("--recipe").paramLabel("FILE").type(String.class)
                .description("YAML file of the settings below; options given here win over it").build());
        addSettings(spec);
    }

    /** Adds them to a command that is told of its recipe otherwise. */
    void addSettings(CommandSpec spec) {
        ArgGroupSpec.Builder group = null;
        int order = 0;
        for (Map.Entry<String, Setting> entry : byKey.entrySet()) {
            String heading = heading(entry.getValue());
            if (group == null || !group.heading().startsWith(heading)) {
                if (group != null) {
                    spec.addArgGroup(group.build());
                }
                group = ArgGroupSpec.builder().heading(heading + "%n").exclusive(false).validate(false).multiplicity("0..1")
                        .order(order++);
            }
            group.addArg(option(entry.getKey(), entry.getValue()).order(order++).build());
        }
        if (group != null) {
            spec.addArgGroup(group.build());
        }
    }

    private static String heading(Setting setting) {
        String heading = "Settings";
        for (Setting s : Setting.values()) {
            heading = HEADINGS.getOrDefault(s, heading);
            if (s == setting) {
                break;
            }
        }
        return heading;
    }

    private static OptionSpec.Builder option(String key, Setting setting) {
        String initial = setting.initial().isEmpty() ? "" : " (default: " + setting.initial() + ")";
        // Percent signs and the like are no format of picocli's.
        String help = (setting.help() + initial).replace("%", "%%").replace("@|", "@ |");
        OptionSpec.Builder option = OptionSpec.builder("--" + key).paramLabel(label(setting)).type(String.class).description(help);
        return setting.isSwitch() ? option.arity("0..1").fallbackValue("yes") : option;
    }

    private static String label(Setting setting) {
        return setting.isSwitch() ? "yes|no" : isNumber(setting) ? "N" : setting.key().endsWith("dir") ? "DIR" : setting == Setting.TEACHER_WEIGHTS ? "FILE"
                : "VALUE";
    }

    /** Whether a setting's values are numbers, in files too. */
    static boolean isNumber(Setting setting) {
        return setting.initial().matches("-?\\d+(\\.\\d+)?");
    }

    /**
     * The settings that were given, on top of the recipe's, on top of a base.
     *
     * @throws UsageException if one will not do
     * @throws CommandException if the recipe cannot be read
     */
    RecipeFile read(ParseResult arguments, Settings base) {
        return read(path(arguments, "--recipe"), arguments, base);
    }

    /**
     * The settings that were given, on top of a recipe's, on top of a base.
     *
     * @param file the recipe; null for none
     * @throws UsageException if one will not do
     * @throws CommandException if the recipe cannot be read
     */
    RecipeFile read(Path file, ParseResult arguments, Settings base) {
        RecipeFile recipe = file == null ? new RecipeFile("", "", base) : RecipeFile.read(file, base, this::setting);
        Settings settings = recipe.settings();
        for (Map.Entry<String, Setting> entry : byKey.entrySet()) {
            String option = "--" + entry.getKey();
            if (arguments.hasMatchedOption(option)) {
                List<String> given = arguments.matchedOption(option).stringValues();
                if (given.size() > 1) {
                    throw new UsageException(option + ": given " + given.size() + " times; keep one of them");
                }
                settings = with(settings, entry.getKey(), entry.getValue(), given.getFirst());
            }
        }
        return new RecipeFile(recipe.name(), recipe.description(), settings);
    }

    private static Settings with(Settings settings, String key, Setting setting, String value) {
        try {
            return settings.with(setting, value);
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            // The setting may be called otherwise here.
            boolean named = message.startsWith(setting.key() + ":");
            throw new UsageException("--" + (named ? key + message.substring(setting.key().length()) : message));
        }
    }

    private Setting setting(String key) {
        Setting setting = byKey.get(key);
        if (setting == null) {
            throw new IllegalArgumentException("there is no setting '" + key + "'; the nearest are "
                    + Names.nearest(key, byKey.keySet(), 3));
        }
        return setting;
    }

    /** All values by the names they have here, in order: the numbers as numbers. */
    Map<String, Object> values(Settings settings) {
        var values = new LinkedHashMap<String, Object>();
        byKey.forEach((key, setting) -> values.put(key, value(setting, settings.text(setting))));
        return values;
    }

    private static Object value(Setting setting, String text) {
        // A temperature may be a schedule.
        return isNumber(setting) && Schedules.isNumber(text) ? number(text) : text;
    }

    /** A number as JSON has it: a whole one without a point. */
    static Object number(String text) {
        return text.matches("-?\\d{1,18}") ? Long.valueOf(text) : (Object) Double.valueOf(text);
    }

    /** The path that an option gives; null if it is not there. */
    static Path path(ParseResult arguments, String option) {
        String text = arguments.matchedOptionValue(option, (String) null);
        return text == null ? null : path(option, text);
    }

    /** A path that was given. */
    static Path path(String option, String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new UsageException(option + ": '" + Text.oneLine(text) + "' is no path");
    }
}
