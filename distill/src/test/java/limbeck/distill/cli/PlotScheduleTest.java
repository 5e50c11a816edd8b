package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlotScheduleTest {
    @TempDir
    private Path folder;

    private Path recipe(String text) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), text);
    }

    private static String picture(Path file) throws Exception {
        var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        assertEquals("svg", parser.parse(file.toFile()).getDocumentElement().getTagName());
        return Files.readString(file);
    }

    @Test
    void drawsWhatChangesAndWritesWhatDoesNot() throws Exception {
        Path recipe = recipe("""
                name: Cooling & <warming>
                data: digits
                teacher: mlp-16
                student: mlp-8
                epochs: 10
                train-size: 640
                batch: 64
                schedule: plateau(0.5, 3)
                warmup: 2
                method:
                  - {name: kd, temperature: "then(2 epochs, 8, cosine(8, 2, 50%))", weight: 0.9}
                  - {name: tf-kd, mode: self, temperature: 4}
                """);
        Cli run = Cli.run("plot-schedule", recipe.toString(), "--temperature", "3");
        assertEquals(0, run.code(), run.err());
        assertEquals("Wrote " + folder.resolve("recipe-schedule.svg") + "\n", run.out());
        String svg = picture(folder.resolve("recipe-schedule.svg"));
        assertTrue(svg.contains("Cooling &amp; &lt;warming&gt;") || svg.contains("Cooling &amp; &lt;warming>"), svg);
        assertTrue(svg.contains(">kd.temperature<") && svg.contains(">lr<"), svg);
        assertTrue(svg.contains("listens to training") && svg.contains("stroke-dasharray=\"6 4\""), svg);
        assertTrue(svg.contains("kd.weight 0.9 (in main)"), svg);
        assertTrue(svg.contains(">own teacher<") && svg.contains(">main<"), svg);
        // Nothing else is left behind.
        assertEquals(2, Files.list(folder).count());
    }

    @Test
    void numbersWithoutEndAreRefused() throws Exception {
        Path recipe = recipe("data: digits\nteacher: mlp-16\nstudent: mlp-8\nepochs: 4\ntrain-size: 640\nschedule: exponential(1, 1e300, 1 steps)\n");
        Cli run = Cli.run("plot-schedule", recipe.toString());
        assertEquals("limbeck: schedule: lr is Infinity at step 2, which no training can follow; give it a bound, such as atmost(10, SCHEDULE)",
                run.err().strip().replaceAll("\\s+", " "));
    }

    @Test
    void goesWhereItIsToldAndOptionsWin() throws Exception {
        Path out = folder.resolve("curves.svg");
        Path recipe = recipe("data: digits\nteacher: mlp-16\nstudent: mlp-8\nepochs: 4\n");
        Cli run = Cli.run("plot-schedule", recipe.toString(), "--out", out.toString(), "--temperature", "linear(8,2,all)");
        assertEquals(0, run.code(), run.err());
        assertTrue(picture(out).contains(">kd.temperature<"));
        assertFalse(Files.exists(folder.resolve("recipe-schedule.svg")));
    }

    @Test
    void whatCannotBeDrawnIsOneSentence() throws Exception {
        Cli run = Cli.run("plot-schedule", recipe("temperature: cosin(8, 2, all)\n").toString());
        assertEquals(2, run.code());
        assertEquals("limbeck: " + folder.resolve("recipe.yaml") + ", line 1: temperature: there is no 'cosin'; the nearest are 'cosine', 'then', "
                + "'step'\n", run.err());
        assertEquals(2, Cli.run("plot-schedule").code());
        assertEquals(1, Cli.run("plot-schedule", folder.resolve("none.yaml").toString()).code());
        assertTrue(Cli.run("plot-schedule", "--help").out().contains("exponential(initial, rate, LENGTH, [floor])"));
    }
}
