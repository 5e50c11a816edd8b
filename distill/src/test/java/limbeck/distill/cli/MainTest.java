package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import limbeck.distill.experiment.Setting;
import limbeck.nn.models.Models;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    /** One sentence on standard error, nothing on standard output. */
    private static void assertRefused(int code, String part, Cli run) {
        assertAll(() -> assertEquals(code, run.code(), run.err()), () -> assertEquals("", run.out()),
                () -> assertTrue(run.err().startsWith("limbeck: "), run.err()), () -> assertEquals(1, run.err().strip().lines()
                .count(), run.err()),
                () -> assertTrue(run.err().contains(part), run.err()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "distil                             | there is no command 'distil'; the nearest are 'distill'",
        "distill --epcohs 3                 | there is no option '--epcohs'; the nearest are '--epochs'",
        "distill --epcohs=3                 | there is no option '--epcohs';",
        "distill mnist                      | there is no argument 'mnist'",
        "distill --epochs                   | missing required parameter for option '--epochs'",
        "distill --epochs ten               | --epochs: needs a whole number of 1 or more, got 'ten'",
        "distill --epochs 1 --epochs 2      | --epochs: given 2 times",
        "distill --alpha 2                  | --alpha: needs a number from 0 to 1, got '2'",
        "distill --optimizer lion           | --optimizer: choose sgd, adam, adamw, got 'lion'",
        "distill --augment zoom             | --augment: ",
        "distill --augment shift:1e12        | needs a whole number of pixels",
        "distill --augment crop:40          | crop:40 cannot mirror an image of 28 by 28",
        "distill --teacher-view crop:40     | crop:40 cannot mirror an image of 28 by 28",
        "distill --student mpl-30           | there is no 'mpl-30'; the nearest are ",
        "distill --teacher mlp-0            | needs widths from 1 to 999999",
        "distill --omit 10                  | omit: needs a class from 0 to 9, got '10'",
        "distill --omit three               | omit: ",
        "distill --device tpu               | device: there is no 'tpu'",
        "distill --out=                     | --out: '' is no path",
        "train --teacher cnn-base           | there is no option '--teacher'",
        "train --model x                    | there is no 'x'",
        "evaluate                           | missing required option: '--weights=FILE'",
        "distill --method kdd               | --method: there is no 'kdd'; the nearest are 'kd'",
        "distill --method kd(t=1)           | --method kd: there is no option 't'; the nearest are ",
        "distill --method kd,kd             | --method: 'kd' is there twice",
        "distill --method interpolation     | interpolation: the student has to be built like the teacher",
        "train --method kd                  | there is no option '--method'",
        "methods kdd                        | method: there is no 'kdd'; the nearest are 'kd'",
        "methods kd ema                     | there is no argument 'ema'",
        "methods --json=                    | --json: '' is no path",
        "models --layers                    | --layers: needs a model's name",
        "models resnt20 --layers            | there is no 'resnt20'; the nearest are 'resnet20'",
        "models resnet20 --layers --input 7 | models: 'resnet20' needs images",
        "models --input 28x                 | --input: needs a shape such as 1x28x28, got '28x'",
        "models --classes none              | --classes: needs a whole number",
        "--epochs 3                         | there is no option '--epochs'",
    })
    void wrongUsageIsOneSentenceAndExitCode2(String args, String part) {
        assertRefused(2, part, Cli.run(args.strip().split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "distill --data nope                    | there is no data set 'nope'",
        "distill --data idx:no/such/folder      | no/such/folder",
        "distill --teacher-weights no.such.file | no.such.file: ",
        "distill --recipe no.such.file          | no.such.file: cannot be read (no such file)",
        "distill --device cuda:77               | device: 'cuda:77'",
        "evaluate --weights no.such.file        | no.such.file: ",
    })
    void whatIsMissingIsOneSentenceAndExitCode1(String args, String part) {
        assertRefused(1, part, Cli.run(args.strip().split(" ")));
    }

    @Test
    void aFolderThatCannotBeIsRefusedBeforeAnythingElse(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "mine");
        // The data set does not exist either, but is not looked for any more.
        assertRefused(1, "is a file; give a folder", Cli.run("distill", "--data", "nope", "--out", file.toString()));
        assertRefused(1, "cannot be written to", Cli.run("distill", "--data", "nope", "--out", file.resolve("below").toString()));
        assertEquals("mine", Files.readString(file));
    }

    @Test
    void damagedWeightsAreRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("damaged.safetensors"), "not a model at all");
        assertRefused(1, "damaged.safetensors", Cli.run("evaluate", "--weights", file.toString()));
        assertRefused(1, "damaged.safetensors", Cli.run("distill", "--teacher-weights", file.toString()));
    }

    @Test
    void aBatchLargerThanTheDataIsTheWholeOfIt() {
        Cli run = Cli.run("train", "--model", "mlp-4", "--train-size", "8", "--epochs", "1", "--batch", "2147483647");
        assertEquals(0, run.code(), run.err());
    }

    @Test
    void trainHasNoLossesToBalance() {
        // Only distillation has several: a setting that does nothing is none.
        assertRefused(2, "--balance", Cli.run("train", "--model", "mlp-4", "--train-size", "8", "--epochs", "1", "--balance", "gradnorm(1)"));
    }

    @Test
    void modelsFitsANarrowWindow() {
        assertTrue(Cli.run("models").out().lines().takeWhile(line -> !line.isEmpty()).allMatch(line -> line.length() <= 110));
    }

    @Test
    void aFolderIsNoModel(@TempDir Path folder) {
        assertRefused(1, "is a folder, expected a safetensors file", Cli.run("evaluate", "--weights", folder.toString()));
    }

    @Test
    void aLossThatIsNoNumberIsAFailure() {
        Cli run = Cli.run("train", "--model", "mlp-4", "--train-size", "64", "--epochs", "3", "--optimizer", "sgd", "--lr",
                "1e30");
        assertEquals(1, run.code());
        assertTrue(run.err().lines().toList().getLast().matches("limbeck: the (loss is|model answers) .* lower the learning rate.*"), run.err());
        assertFalse(run.err().contains("\tat "), run.err());
    }

    @Test
    void aFaultOfOursAsksForAReport() {
        var err = new ByteArrayOutputStream();
        var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        int code = Main.guard(() -> {
            throw new ArrayIndexOutOfBoundsException("Index 3 out of bounds\nfor length 3");
        }, new Terminal(stream, stream, false));
        assertEquals(1, code);
        assertEquals("limbeck: an unexpected error, java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3; "
                + "please report it with what LIMBECK_DEBUG=1 shows", err.toString(StandardCharsets.UTF_8).strip());
    }

    @Test
    void outOfMemorySaysWhatToTry() {
        var err = new ByteArrayOutputStream();
        var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertEquals(1, Main.guard(() -> {
            throw new OutOfMemoryError("Java heap space");
        }, new Terminal(stream, stream, false)));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("smaller --batch"));
    }

    @Test
    void theHelpOfDistillIsMadeOfTheSettings() {
        Cli run = Cli.run("distill", "--help");
        assertEquals(0, run.code());
        String flat = run.out().replaceAll("\\s+", " ");
        for (Setting setting : Setting.values()) {
            // A switch may be given without a value.
            assertTrue(flat.contains(" --" + setting.key() + (setting.isSwitch() ? "[=" : "=")), setting.key());
            // Lines are broken within words too, such as kd(temperature=4).
            String help = setting.help() + (setting.initial().isEmpty() ? "" : " (default: " + setting.initial() + ")");
            assertTrue(flat.replace(" ", "").contains(help.replace(" ", "")), setting.help());
        }
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 110), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "distill --help", "train --help", "evaluate --help", "models --help", "methods --help", "distill -h", "-h",
            "--version", "-V"})
    void helpAndVersionSucceed(String args) {
        Cli run = Cli.run(args.split(" "));
        assertEquals(0, run.code());
        assertEquals("", run.err());
        assertFalse(run.out().isBlank());
    }

    @Test
    void withoutACommandTheHelpIsShown() {
        assertEquals(Cli.run("--help"), Cli.run());
    }

    @Test
    void modelsListsEveryNameWithItsCosts() {
        Cli run = Cli.run("models", "--input", "3x32x32", "--classes", "100");
        assertEquals(0, run.code());
        for (String name : Models.names()) {
            assertTrue(run.out().lines().anyMatch(line -> line.startsWith(name + " ")), name);
        }
        // 3072 * 100 weights and 100 biases.
        assertTrue(run.out().lines().anyMatch(line -> line.matches("linear +307,300 +307,200 +1,229,200 .*")), run.out());
    }

    @Test
    void oneModelIsShownAlone() {
        Cli run = Cli.run("models", "mlp-7");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("mlp-7 +5,575 +5,558 +22,300")), run.out());
        assertFalse(run.out().contains("resnet"), run.out());
        assertTrue(Cli.run("models", "resnet8").out().contains("residual, 16-32-64 channels"));
    }

    @Test
    void layersAreListedWithTheirShapesAndWords() {
        Cli run = Cli.run("models", "resnet8", "--layers", "--input", "3x32x32");
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        for (String line : List.of("layer1 +Sequential +16x32x32 +stages", "layer3 +Sequential +64x8x8 +stages, last",
                "layer2.0.preactivation +probe +32x16x16 +preactivations", "pool +GlobalAvgPool2d +64 +pooled", "head +Linear +10",
                "layer2.0.conv1 +Conv2d +32x16x16")) {
            assertTrue(lines.stream().anyMatch(shown -> shown.matches(line)), line + " in\n" + run.out());
        }
        assertTrue(lines.stream().allMatch(line -> line.length() <= 110), run.out());
        Cli linear = Cli.run("models", "linear", "--layers");
        assertTrue(linear.out().contains("It has no stages and preactivations."), linear.out());
        assertTrue(linear.out().lines().anyMatch(line -> line.matches("input +Sequential +784 +last, pooled")), linear.out());
    }

    @Test
    void modelsThatDoNotTakeTheInputHaveADash() {
        List<String> lines = Cli.run("models", "--input", "20", "--classes", "2").out().lines().toList();
        assertTrue(lines.stream().anyMatch(line -> line.matches("resnet20 +- +- +- .*")), lines.toString());
        assertTrue(lines.stream().anyMatch(line -> line.matches("linear +42 +40 +168 .*")), lines.toString());
    }
}
