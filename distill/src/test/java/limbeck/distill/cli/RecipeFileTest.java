package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeFileTest {
    @TempDir
    private Path folder;

    private RecipeFile read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), text);
        return RecipeFile.read(file, Settings.DEFAULT.with(Setting.BATCH, "7"), Setting::of);
    }

    @Test
    void readsSettingsOverABase() throws IOException {
        RecipeFile recipe = read("""
                # comments are fine
                name: A student
                description: >
                  who learned
                  from a teacher
                data: mnist
                alpha: 0.50
                temperature: 20      # numbers
                omit: 3
                seed: "11"
                augment: 'shift:2,noise:0.1'
                data-dir:
                """);
        assertEquals("A student", recipe.name());
        assertEquals("who learned from a teacher", recipe.description());
        assertEquals("mnist", recipe.settings().text(Setting.DATA));
        assertEquals("0.50", recipe.settings().text(Setting.ALPHA));
        assertEquals("3", recipe.settings().text(Setting.OMIT));
        assertEquals("11", recipe.settings().text(Setting.SEED));
        assertEquals("shift:2,noise:0.1", recipe.settings().text(Setting.AUGMENT));
        assertEquals("", recipe.settings().text(Setting.DATA_DIR));
        assertEquals(7, recipe.settings().count(Setting.BATCH));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'method: kd'                                             | kd",
        "'method: kd,l2(weight=0.001)'                            | kd,l2(weight=0.001)",
        "'method: {name: kd, temperature: 8, ce: 0.2}'            | kd(temperature=8, ce=0.2)",
        "'method:~  temperature: 8~  name: kd'                    | kd(temperature=8)",
        "'method: [kd, {name: entropy, goal: lower}]'             | kd,entropy(goal=lower)",
        "'method:~- name: interpolation~  joint: yes~- kd~lr: 1'  | interpolation(joint=yes),kd",
        "'method: {name: kd, temperature: \"cosine(8, 2, all)\", weight: 1}' | kd(temperature=cosine(8, 2, all), weight=1)",
        "'method:~- name: dkd~  temperature: scale(2, linear(4, 1, 50%))~- at' | dkd(temperature=scale(2, linear(4, 1, 50%))),at",
        "'{\"method\": [{\"name\": \"kd\", \"weight\": 1}]}'      | kd(weight=1)",
    })
    void methodsMayBeWrittenOut(String text, String line) throws IOException {
        assertEquals(line, read(text.replace('~', '\n')).settings().text(Setting.METHOD));
    }

    /** So that the recipe of a summary.json can be run again. */
    @Test
    void readsJsonToo() throws IOException {
        assertEquals(3, read("{\"epochs\": 3, \"data\": \"digits\"}").settings().count(Setting.EPOCHS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                                 | recipe.yaml: is empty",
        "'# nothing'                        | recipe.yaml: is empty",
        "'just words'                       | line 1: needs lines such as",
        "'- epochs'                         | line 1: needs lines such as",
        "'data: digits~epochs: ten'         | line 2: epochs: needs a whole number of 1 or more, got 'ten'",
        "'data: digits~~epohcs: 3'          | line 3: there is no setting 'epohcs'; nearest are 'epochs'",
        "'epochs: [3, 4]'                   | line 1: 'epochs' holds a list; it needs one plain value",
        "'lr:~  teacher: 0.1'               | line 1: 'lr' holds settings of its own; it needs one plain value",
        "'name: [a]'                        | line 1: 'name' holds a list",
        "'lr: 1~lr: 2'                      | line 2: 'lr' is set a second time",
        "'lr: 1~---~lr: 2'                  | line 3: holds a second document",
        "'lr: &x 1~clip: *x'                | line 2: 'clip' refers to a value elsewhere",
        "'data: digits~~\tlr: 1'            | line 3: is not YAML: ",
        "'lr: ]'                            | line 1: is not YAML: ",
        "'data: \"open'                     | is not YAML: ",
        "'epochs:'                          | line 1: epochs: needs a whole number",
        "'method: kdd'                      | line 1: method: there is no 'kdd'; the nearest are 'kd'",
        "'method:~  name: kd~  temperatur: 3' | line 3: method kd: there is no option 'temperatur'; the nearest are 'temperature'",
        "'method:~  name: kd~~  weight: much' | line 4: method kd: weight needs a number or a schedule such as",
        "'method:~- kd~- name: l3'          | line 3: method: there is no 'l3'; the nearest are ",
        "'method: {beta: 8}'                | line 1: method: has no name; write it first, such as {name: dkd, beta: 8}",
        "'method: {name: kd, name: at}'     | line 1: ",
        "'method: []'                       | line 1: method: the list is empty",
        "'method: [kd, kd]'                 | line 1: method: 'kd' is there twice",
        "'method: [[kd]]'                   | line 1: method: a method holds a list or settings of its own",
        "'method: {name: kd, weight: [1]}'  | line 1: method: 'weight' holds a list or settings of its own",
        "'method: {name: entropy, goal: \"a,b\"}' | line 1: method: 'goal' needs a value whose commas stand in matching parentheses",
        "'lr: &x 1~method: {name: kd, weight: *x}' | line 2: method: 'weight' refers to a value elsewhere",
        "'method:'                          | line 1: method: needs names such as",
    })
    void whatWillNotDoIsOneSentenceWithItsLine(String text, String part) {
        String message = assertThrows(UsageException.class, () -> read(text.replace('~', '\n'))).getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.startsWith(folder.toString()), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("picture.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff});
        assertTrue(assertThrows(CommandException.class, () -> RecipeFile.read(file, Settings.DEFAULT, Setting::of)).getMessage()
                .endsWith("is not text in UTF-8; was another file meant?"));
        assertTrue(assertThrows(CommandException.class, () -> RecipeFile.read(folder, Settings.DEFAULT, Setting::of)).getMessage()
                .endsWith("is a folder, expected a recipe file"));
        Path large = Files.write(folder.resolve("large.yaml"), new byte[2_000_000]);
        assertTrue(assertThrows(CommandException.class, () -> RecipeFile.read(large, Settings.DEFAULT, Setting::of)).getMessage()
                .contains("too many for a recipe"));
    }

    @Test
    void optionsWinOverTheRecipe() throws IOException {
        Path file = Files.writeString(folder.resolve("r.yaml"), "seeds: 2\nstudent: nonesuch\nomit: 99\n");
        // The student comes from the option, the class that does not exist from the recipe.
        Cli run = Cli.run("distill", "--recipe", file.toString(), "--student", "mlp-4", "--train-size", "64");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("omit: needs a class from 0 to 9, got '99'"), run.err());
    }
}
