package limbeck.distill.experiment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.control.Schedules;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Method;

/**
 * The choices of one experiment. Immutable; every value is checked when it is set.
 *
 * {@snippet :
 * Settings settings = Settings.DEFAULT.with(Setting.DATA, "mnist").with(Setting.EPOCHS, "20");
 * }
 */
public final class Settings {
    /** Everything as it is if nothing is said. */
    public static final Settings DEFAULT = new Settings(new EnumMap<>(Setting.class));

    private final Map<Setting, String> chosen;

    private Settings(Map<Setting, String> chosen) {
        this.chosen = chosen;
    }

    /**
     * These settings with one of them changed.
     *
     * @param setting which
     * @param value its new value
     * @return the changed settings
     * @throws IllegalArgumentException if the setting does not take the value, saying what it takes
     */
    public Settings with(Setting setting, String value) {
        setting.check(value);
        var changed = new EnumMap<Setting, String>(Setting.class);
        changed.putAll(chosen);
        changed.put(setting, value);
        return new Settings(changed);
    }

    /**
     * A setting's value.
     *
     * @param setting which
     * @return its text
     */
    public String text(Setting setting) {
        return chosen.getOrDefault(setting, setting.initial());
    }

    /**
     * Whether a setting was chosen, not left as it is.
     *
     * @param setting which
     * @return true if {@link #with} set it
     */
    public boolean isChosen(Setting setting) {
        return chosen.containsKey(setting);
    }

    /**
     * A whole number.
     *
     * @param setting one that takes whole numbers
     * @return its value
     */
    public int count(Setting setting) {
        return Integer.parseInt(text(setting));
    }

    /**
     * A number.
     *
     * @param setting one that takes numbers
     * @return its value
     */
    public double number(Setting setting) {
        return Double.parseDouble(text(setting));
    }

    /**
     * The files that {@link Setting#TEACHER_WEIGHTS} names: one whose name has a comma, or several joined by commas.
     *
     * @return none if the teachers are to be trained
     */
    public List<Path> teacherFiles() {
        String text = text(Setting.TEACHER_WEIGHTS);
        return text.isEmpty() ? List.of() : Files.exists(Path.of(text)) ? List.of(Path.of(text))
                : Arrays.stream(text.split(",")).map(String::strip).map(Path::of).toList();
    }

    /**
     * The methods that {@link Setting#METHOD} names. Of {@code kd} the temperature and the weights are those of
     * {@link Setting#TEMPERATURE} and {@link Setting#ALPHA} where its own options do not say otherwise.
     *
     * @return at least one
     */
    public List<Choice> methods() {
        return Methods.parse(text(Setting.METHOD)).stream().map(choice -> choice.method() == LogitKd.METHOD ? classic(choice) : choice)
                .toList();
    }

    private Choice classic(Choice choice) {
        var values = new LinkedHashMap<String, String>();
        values.put("temperature", text(Setting.TEMPERATURE));
        String alpha = text(Setting.ALPHA);
        values.put(Method.WEIGHT, alpha);
        values.put(Method.CE, Schedules.isNumber(alpha) ? Double.toString(1 - number(Setting.ALPHA)) : "atleast(0, oneminus(" + alpha + "))");
        choice.given().forEach(name -> values.put(name, choice.values().get(name)));
        return choice.method().with(values);
    }

    /**
     * All values by name, in the order of {@link Setting}, for a record of the run.
     *
     * @return a new map
     */
    public Map<String, String> all() {
        var all = new LinkedHashMap<String, String>();
        for (Setting setting : Setting.values()) {
            all.put(setting.key(), text(setting));
        }
        return all;
    }
}
