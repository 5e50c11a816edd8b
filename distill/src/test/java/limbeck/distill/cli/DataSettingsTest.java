package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imbalance, few labels and several tasks from the command line, on a few digits. */
class DataSettingsTest {
    @TempDir
    Path folder;

    private static Cli distill(String... more) {
        var arguments = new ArrayList<>(List.of("distill", "--train-size", "200", "--student", "mlp-8", "--batch", "32", "--teacher-epochs", "1",
                "--epochs", "1", "--seeds", "1", "--threads", "1", "--trust-teacher", "yes"));
        if (!List.of(more).contains("--teacher")) {
            arguments.addAll(List.of("--teacher", "mlp-16"));
        }
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray(String[]::new));
    }

    private JsonNode summary(String... more) throws IOException {
        var arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("--out", folder.toString()));
        Cli run = distill(arguments.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        return new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
    }

    @Test
    void imbalanceIsInPlanTableAndSummary() throws IOException {
        Cli run = distill("--imbalance", "10", "--method", "balanced-kd", "--hard-loss", "effective(0.99)", "--sampling", "balanced", "--out",
                folder.toString());
        assertEquals(0, run.code(), run.err());
        String plan = run.out().replaceAll("\\s+", " ");
        for (String said : List.of("made long-tailed, 10 to 1", "drawn so that classes come evenly", "together is too much",
                "weighted by their effective number of examples (beta 0.99)", "balanced-kd adds the log-shares of classes with ")) {
            assertTrue(plan.contains(said), run.out());
        }
        assertTrue(run.out().contains("Balanced"), run.out());
        JsonNode summary = new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        JsonNode counts = summary.at("/data/class_counts");
        assertEquals(summary.at("/data/train").asInt(), StreamSupport.stream(counts.spliterator(), false).mapToInt(JsonNode::asInt).sum());
        assertTrue(counts.get(0).asInt() > 9 * counts.get(9).asInt(), counts.toString());
        assertEquals("10", summary.at("/recipe/imbalance").asText());
        for (JsonNode model : summary.get("models")) {
            // The generated test digits have as many of each class.
            assertEquals(model.at("/accuracy/mean").asDouble(), model.at("/balanced_accuracy/mean").asDouble(), 0.02, model.toString());
            assertTrue(model.get("tasks").isNull());
        }
    }

    @Test
    void theSameImbalancedRunGivesTheSameBits() throws IOException {
        String[] recipe = {"--imbalance", "10", "--sampling", "balanced", "--method", "balanced-kd(form=targets)"};
        JsonNode first = summary(recipe).get("models");
        byte[] weights = Files.readAllBytes(folder.resolve("student.safetensors"));
        JsonNode second = summary(recipe).get("models");
        for (int i = 0; i < 3; i++) {
            assertEquals(first.get(i).get("accuracy"), second.get(i).get("accuracy"));
        }
        assertTrue(Arrays.equals(weights, Files.readAllBytes(folder.resolve("student.safetensors"))));
    }

    @Test
    void withoutImbalanceTheTableIsAsEver() {
        Cli run = distill();
        assertEquals(0, run.code(), run.err());
        assertFalse(run.out().contains("Balanced"), run.out());
    }

    @Test
    void fewLabelsAreEnoughForTheDistilledStudent() throws IOException {
        JsonNode summary = summary("--labelled", "10%", "--teacher-labels", "all", "--method", "kd(ce=0.5)");
        assertTrue(summary.at("/data/notes").toString().contains("20 of 200 training examples show their labels"), summary.at("/data").toString());
        for (String line : Files.readAllLines(folder.resolve("history.csv")).subList(1, 4)) {
            assertFalse(line.contains("NaN"), line);
        }
    }

    @Test
    void methodsThatNeedLabelsAreRefusedWhereSomeAreMissing() {
        for (String method : List.of("dkd", "nkd", "wsld", "tf-kd", "uskd", "kd,crd")) {
            refused(": needs the label of every example, but only 50 of 200 have one; show all labels, or take a method that needs none, such as kd",
                    "--labelled", "50", "--method", method);
        }
        refused("sampling: to draw classes evenly", "--labelled", "50", "--sampling", "balanced");
    }

    @Test
    void severalTasksHaveATeacherEach() throws IOException {
        Cli run = distill("--tasks", "odd=0101010101; third=000111222-", "--method", "kd,dkd(weight=0.1)", "--out", folder.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("several tasks: odd with 2 answers, third with 3 answers"), run.out());
        assertTrue(run.out().contains("Accuracy (%) by task") && run.out().contains("third"), run.out());
        JsonNode summary = new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        for (JsonNode model : summary.get("models")) {
            double odd = model.at("/tasks/odd/mean").asDouble();
            double third = model.at("/tasks/third/mean").asDouble();
            assertEquals((odd + third) / 2, model.at("/accuracy/mean").asDouble(), 1e-12);
        }
        String history = Files.readString(folder.resolve("history.csv"));
        assertFalse(history.contains("NaN"), history);
        // Its file says what the tasks are.
        Cli evaluated = Cli.run("evaluate", "--weights", folder.resolve("student.safetensors").toString(), "--threads", "1");
        assertEquals(0, evaluated.code(), evaluated.err());
        assertTrue(evaluated.out().contains("odd: ") && evaluated.out().contains("third: "), evaluated.out());
        Cli teacher = Cli.run("evaluate", "--weights", folder.resolve("teacher.safetensors").toString());
        assertEquals(1, teacher.code(), teacher.out());
        assertTrue(teacher.err().contains("which only --teacher-weights with the same tasks can read"), teacher.err());
        Cli again = distill("--tasks", "odd=0101010101; third=000111222-", "--teacher-weights", folder.resolve("teacher.safetensors").toString());
        assertEquals(0, again.code(), again.err());
    }

    @Test
    void tasksThatMakeNoSenseAreOneSentence() {
        refused("tasks: 'odd' has 3 answers", "--tasks", "odd=010");
        refused("tasks: rkd-d compares more than logits", "--tasks", "odd=0101010101", "--method", "rkd-d");
        refused("tasks: there is a teacher for each task already", "--tasks", "odd=0101010101", "--teacher", "2*mlp-16");
        refused("leave out omit", "--tasks", "odd=0101010101", "--omit", "3");
    }

    @Test
    void oneMethodWithDifferentOptionsIsToldApart() throws IOException {
        Cli run = Cli.run("compare", "--train-size", "200", "--teacher", "mlp-16", "--student", "mlp-8", "--batch", "32", "--teacher-epochs", "1",
                "--epochs", "1", "--seeds", "1", "--threads", "1", "--trust-teacher", "yes", "--imbalance", "10", "--methods",
                "balanced-kd(form=targets, beta=0.9, temperature=2),balanced-kd(form=targets, beta=0.9, temperature=8),kd", "--out", folder.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("Balanced") && run.out().contains("made long-tailed, 10 to 1"), run.out());
        JsonNode json = new ObjectMapper().readTree(folder.resolve("compare.json").toFile());
        assertEquals(3, json.get("methods").findValuesAsText("label").stream().distinct().count());
        assertTrue(json.at("/alone/balanced_accuracy/mean").isNumber() && json.get("teacher_balanced_accuracy").isNumber(), json.toString());
        String svg = Files.readString(folder.resolve("compare.svg"));
        assertTrue(svg.contains("balanced-kd(form=targets, beta=0.9, temperature=2)") && svg.contains("balanced-kd(form=targets, beta=0.9, temperature=8)"),
                svg);
    }

    @Test
    void theOneModelThatIsTrainedAlsoMissesWhatIsHeldOut() {
        Cli run = Cli.run("train", "--model", "mlp-8", "--train-size", "200", "--epochs", "1", "--threads", "1", "--control", "20", "--schedule",
                "plateau(0.5, 1)");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("20 training examples are held out from the students, for controllers to judge by\n"), run.out());
    }

    private static void refused(String sentence, String... arguments) {
        Cli run = distill(arguments);
        assertEquals(2, run.code(), run.out() + run.err());
        assertTrue(run.err().contains(sentence), run.err());
        assertFalse(run.err().strip().contains("\n"), run.err());
    }
}
