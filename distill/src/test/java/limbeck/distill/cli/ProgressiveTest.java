package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Progressive methods from the command line, on a few digits. */
class ProgressiveTest {
    private static Cli distill(String student, String method, String epochs, String... more) {
        var arguments = new ArrayList<>(List.of("distill", "--data", "digits", "--train-size", "80", "--validation", "32", "--batch", "16",
                "--teacher", "cnn-small", "--student", student, "--teacher-epochs", "1", "--epochs", epochs, "--seeds", "1", "--trust-teacher",
                "--method", method));
        arguments.addAll(List.of(more));
        return Cli.run(arguments.toArray(String[]::new));
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @Test
    void blocksAndThenTemperatures(@TempDir Path folder) throws IOException {
        Cli run = distill("cnn-tiny", "block-wise(part=0.4),temperature-stages(temperatures=6+3)", "5", "--out", folder.toString());
        assertEquals(0, run.code(), run.err());
        String plan = flat(run.out());
        assertTrue(plan.contains("in stages: block stage1 for 1 epoch, then block stage3 for 1 epoch, then temperature 6 for 2 epochs, then "
                + "temperature 3 for 1 epoch"), plan);
        assertTrue(plan.contains("block-wise connects stage1 to stage1 by conv 1x1, batch norm, ReLU"), plan);
        assertTrue(plan.contains("; before it block-wise(features=1, logits=1, temperature=4, part=0.4, "), plan);
        JsonNode summary = new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertTrue(summary.toString().contains("temperature-stages(temperatures=6+3)"), summary.toString());
        List<String> history = Files.readAllLines(folder.resolve("history.csv"));
        assertEquals(1 + 1 + 5 + 5, history.size(), String.join("\n", history));
        assertTrue(history.getFirst().contains("temperature-stages"), history.getFirst());
    }

    @Test
    void tooFewEpochsAndLinearModelsAreRefusedBeforeAnythingIsTrained() {
        Cli run = distill("cnn-tiny", "progressive-features", "2");
        assertEquals(2, run.code(), run.err());
        assertEquals("limbeck: method progressive-features: trains in 2 stages before the main one, which needs at least 3 epochs, got 2; give more "
                + "epochs, or name fewer layers", run.err().strip());
        run = distill("cnn-tiny", "temperature-stages", "2");
        assertEquals(2, run.code(), run.err());
        assertEquals("limbeck: method temperature-stages: 3 stages need at least as many epochs, got 2; give more epochs, or fewer stages",
                run.err().strip());
        run = distill("linear", "block-wise", "4");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().strip().endsWith("block-wise: there is no layer to look at; a linear model has none inside"), run.err());
    }
}
