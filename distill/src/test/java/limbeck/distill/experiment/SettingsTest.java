package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import limbeck.distill.control.Schedules;
import limbeck.distill.method.Choice;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SettingsTest {
    @ParameterizedTest
    @EnumSource
    void everySettingIsFoundByItsKeyAndAcceptsItsOwnDefault(Setting setting) {
        assertEquals(setting, Setting.of(setting.key()));
        assertTrue(setting.key().matches("[a-z]+(-[a-z]+)*"), setting.key());
        assertFalse(setting.help().isBlank());
        Settings settings = Settings.DEFAULT.with(setting, setting.initial());
        assertEquals(setting.initial(), settings.text(setting));
    }

    @Test
    void changedSettingsAreNewOnes() {
        Settings changed = Settings.DEFAULT.with(Setting.EPOCHS, "20").with(Setting.ALPHA, "0.5").with(Setting.EPOCHS, "30");
        assertEquals(30, changed.count(Setting.EPOCHS));
        assertEquals(0.5, changed.number(Setting.ALPHA));
        assertTrue(changed.isChosen(Setting.EPOCHS));
        assertFalse(changed.isChosen(Setting.LR));
        assertFalse(Settings.DEFAULT.isChosen(Setting.EPOCHS));
        assertEquals(Setting.EPOCHS.initial(), Settings.DEFAULT.text(Setting.EPOCHS));
    }

    @Test
    void methodsAreCheckedWhenTheyAreSetAndComplainForThemselves() {
        Settings settings = Settings.DEFAULT.with(Setting.METHOD, "entropy(goal=lower), kd");
        assertEquals(List.of("entropy", "kd"), settings.methods().stream().map(choice -> choice.method().name()).toList());
        String option = assertThrows(IllegalArgumentException.class, () -> settings.with(Setting.METHOD, "kd(tau=3)")).getMessage();
        assertTrue(option.startsWith("method kd: there is no option 'tau'"), option);
        String name = assertThrows(IllegalArgumentException.class, () -> settings.with(Setting.METHOD, "kdd")).getMessage();
        assertTrue(name.startsWith("method: there is no 'kdd'"), name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dkd(weight=nan) | method dkd: weight needs a number or a schedule such as cosine(8, 2, 10 epochs), got 'nan'",
        "dkd(weight=1e999) | method dkd: weight needs a number or a schedule such as cosine(8, 2, 10 epochs), got '1e999'",
        "dkd(beta=.) | method dkd: beta needs a number, got '.'",
        "dkd(ce=-1) | method dkd: ce needs a number of 0 or more, got '-1'",
        "dkd(warmup=20) | method dkd: warmup needs a number from 0 to 1, a part of the epochs, got '20'",
    })
    void optionsOutsideTheirRangesAreRefused(String method, String sentence) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, () -> Settings.DEFAULT.with(Setting.METHOD, method)).getMessage());
    }

    @Test
    void numbersAreWrittenAsPeopleWriteThem() {
        Choice dkd = Settings.DEFAULT.with(Setting.METHOD, "dkd(alpha=.5, beta=1e+1, temperature=2.)").methods().getFirst();
        assertEquals(List.of(0.5, 10.0, 2.0), List.of(dkd.number("alpha"), dkd.number("beta"), dkd.number("temperature")));
    }

    @Test
    void alphaMayChangeOverTimeAndTheLabelsGetWhatItLeaves() {
        Choice kd = Settings.DEFAULT.with(Setting.ALPHA, "linear(0.9, 0.3, 50%)").methods().getFirst();
        Schedule weight = Schedules.parse(kd.values().get("weight"), 8);
        Schedule labels = Schedules.parse(kd.values().get("ce"), 8);
        for (double epoch : new double[] {0, 1, 3.5, 4, 7}) {
            var progress = new Progress(Math.round(10 * epoch), epoch);
            assertEquals(0.9 - 0.6 * Math.min(1, epoch / 4), weight.at(progress), 1e-12);
            assertEquals(1, weight.at(progress) + labels.at(progress), 1e-12);
        }
        // What rises without end leaves nothing, and no less.
        Choice rising = Settings.DEFAULT.with(Setting.ALPHA, "linear(0.5, 2, all)").methods().getFirst();
        assertEquals(0, Schedules.parse(rising.values().get("ce"), 8).at(new Progress(70, 7)));
        assertEquals("alpha: needs a number from 0 to 1, got '1.5'",
                assertThrows(IllegalArgumentException.class, () -> Settings.DEFAULT.with(Setting.ALPHA, "1.5")).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Settings.DEFAULT.with(Setting.ALPHA, "linear(1, 2)")).getMessage()
                .startsWith("alpha: linear looks like linear(from, to, LENGTH)"));
    }

    @Test
    void aLearningRateCannotListenToATeacher() {
        assertEquals("schedule: range listens to a teacher's logits, which not every training has; take plateau or performance, got "
                + "'scale(2, range(1, 0.25))'", assertThrows(IllegalArgumentException.class,
                        () -> Settings.DEFAULT.with(Setting.SCHEDULE, "scale(2, range(1, 0.25))")).getMessage());
    }

    @Test
    void temperatureScheduleAndBalanceAreReadAtOnce() {
        Settings settings = Settings.DEFAULT.with(Setting.TEMPERATURE, "cosine(8, 2, all)");
        assertEquals("cosine(8, 2, all)", settings.methods().getFirst().values().get("temperature"));
        assertEquals("plateau(0.5, 3)", settings.with(Setting.SCHEDULE, "plateau(0.5, 3)").text(Setting.SCHEDULE));
        assertEquals("gradnorm(1)", settings.with(Setting.BALANCE, "gradnorm(1)").text(Setting.BALANCE));
        for (String[] wrong : new String[][] {{"temperature", "0", "temperature: needs a number above 0, got '0'"},
            {"temperature", "cosin(8, 2, all)", "temperature: there is no 'cosin'; the nearest are 'cosine', 'then', 'step'"},
            {"schedule", "cosin", "schedule: needs cosine, linear, constant, step or a schedule such as onecycle(1, all), got 'cosin'"},
            {"schedule", "plateau(2, 3)", "schedule: plateau needs a factor between 0 and 1 and a patience of 1 or more, got 2.0 and 3"},
            {"balance", "even", "balance: there is no 'even'; the nearest are 'none', 'gradnorm'; all are none, gradnorm(alpha), uncertainty, "
                    + "validation(rate)"}}) {
            assertEquals(wrong[2], assertThrows(IllegalArgumentException.class, () -> settings.with(Setting.of(wrong[0]), wrong[1])).getMessage());
        }
    }

    @Test
    void temperatureAndAlphaAreKdsUnlessItHasItsOwn() {
        Choice kd = Settings.DEFAULT.methods().getFirst();
        assertEquals(2, kd.number("temperature"));
        assertEquals(0.9, kd.number("weight"));
        // The very number that the hard loss always had.
        assertEquals(1 - 0.9, kd.number("ce"));
        Settings settings = Settings.DEFAULT.with(Setting.TEMPERATURE, "20").with(Setting.ALPHA, ".25");
        kd = settings.methods().getFirst();
        assertEquals(List.of(20.0, 0.25, 0.75), List.of(kd.number("temperature"), kd.number("weight"), kd.number("ce")));
        kd = settings.with(Setting.METHOD, "l2,kd(temperature=3, ce=1)").methods().getLast();
        assertEquals(List.of(3.0, 0.25, 1.0), List.of(kd.number("temperature"), kd.number("weight"), kd.number("ce")));
        assertEquals(5e-4, settings.with(Setting.METHOD, "l2,kd").methods().getFirst().number("weight"));
    }

    @Test
    void allValuesComeInTheOrderOfTheSettings() {
        List<String> keys = Arrays.stream(Setting.values()).map(Setting::key).toList();
        var all = Settings.DEFAULT.with(Setting.DATA, "mnist").all();
        assertEquals(keys, List.copyOf(all.keySet()));
        assertEquals("mnist", all.get("data"));
    }

    @ParameterizedTest
    @CsvSource({
        "epochs, 0", "epochs, -1", "epochs, 2.5", "epochs, ten", "epochs, ''", "epochs, 9999999999", "train-size, -1",
                "seed, 1.5", "seed, ''",
        "temperature, 0", "temperature, -4", "temperature, NaN", "temperature, Infinity", "temperature, hot", "lr, 0",
        "lr, 1e999",
        "alpha, 1.01", "alpha, -0.1", "alpha, half", "momentum, 2", "weight-decay, -1", "clip, -0.5", "warmup, x",
        "label-smoothing, 2",
        "optimizer, lion", "optimizer, ''", "optimizer, SGD", "schedule, exponential", "teachers, none", "augment, shift:x",
        "augment, zoom",
        "teacher-augment, same", "teacher-view, zoom", "views, -1", "cache-format, f8", "cache-format, top-0", "batch, 0", "seeds, 0", "threads, -2",
    })
    void badValuesAreRefusedInOneSentenceThatNamesThem(String key, String value) {
        Setting setting = Setting.of(key);
        String message = assertThrows(IllegalArgumentException.class, () -> Settings.DEFAULT.with(setting, value)).getMessage();
        assertTrue(message.startsWith(key + ": "), message);
        assertTrue(message.contains(value), message);
        assertFalse(message.contains("\n"), message);
    }

    @ParameterizedTest
    @CsvSource({"epochs, 1", "seed, -7", "seed, 9223372036854775807", "alpha, 0", "alpha, 1", "temperature, 1e-3", "lr, .1", "clip, 0", "optimizer, sgd",
        "augment, 'shift:2,noise:0.1'", "teacher-view, same", "teacher-view, none", "views, 3", "cache-format, top-5", "data, anything goes", "threads, 0"})
    void goodValuesAreTaken(String key, String value) {
        assertEquals(value, Settings.DEFAULT.with(Setting.of(key), value).text(Setting.of(key)));
    }

    @Test
    void anUnknownKeyNamesTheNearest() {
        String message = assertThrows(IllegalArgumentException.class, () -> Setting.of("teacher-epoch")).getMessage();
        assertTrue(message.contains("'teacher-epoch'") && message.contains("teacher-epochs"), message);
    }
}
