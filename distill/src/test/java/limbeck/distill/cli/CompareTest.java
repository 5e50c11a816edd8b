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
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {
    @TempDir
    Path folder;

    private static Cli compare(String... more) {
        var arguments = new ArrayList<>(List.of("compare", "--train-size", "160", "--batch", "32", "--teacher-epochs", "1", "--trust-teacher"));
        if (!List.of(more).contains("--epochs")) {
            arguments.addAll(List.of("--epochs", "2"));
        }
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray(String[]::new));
    }

    @Test
    void sortsMethodsByGainAndSaysWhatDidNotRun() throws Exception {
        Cli run = compare("--teacher", "cnn-tiny", "--student", "mlp-16", "--methods", "kd,dkd(beta=2),at", "--seeds", "2", "--out",
                folder.toString());
        assertEquals(0, run.code(), run.err());
        JsonNode json = new ObjectMapper().readTree(folder.resolve("compare.json").toFile());
        assertEquals(3, json.get("methods").size());
        double before = Double.POSITIVE_INFINITY;
        for (JsonNode method : json.get("methods")) {
            boolean ran = !method.get("accuracy").isNull();
            assertEquals(!method.get("name").asText().equals("at"), ran, method.toString());
            if (ran) {
                double gain = method.get("gain").get("mean").asDouble();
                assertTrue(gain <= before, "sorted by gain: " + json);
                before = gain;
                for (int i = 0; i < 2; i++) {
                    assertEquals(method.get("accuracy").get("values").get(i).asDouble() - json.get("alone").get("accuracy").get("values").get(i)
                            .asDouble(), method.get("gain").get("values").get(i).asDouble(), 1e-12, "gains are paired by seed");
                }
            } else {
                assertTrue(method.get("reason").asText().contains("feature maps"), method.toString());
            }
        }
        assertTrue(run.out().contains("student alone") && run.out().contains("dkd(beta=2)") && run.out().contains("not run: "), run.out());
        var svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(folder.resolve("compare.svg").toFile());
        assertEquals("svg", svg.getDocumentElement().getTagName());
    }

    /** What holds for all methods is said before they begin; what two of them look at is kept once. */
    @Test
    void saysHowLossesAreWeighedAndHowLargeTheCacheWillBe() {
        Cli run = compare("--teacher", "cnn-tiny", "--student", "cnn-tiny", "--methods", "kd,dkd,at", "--seeds", "1", "--balance", "gradnorm(1.5)",
                "--control", "20", "--teacher-cache", folder.resolve("cache").toString());
        assertEquals(0, run.code(), run.err());
        String said = run.out().replaceAll("\\s+", " ");
        assertTrue(said.contains("the losses are weighed against each other while training, by gradnorm(1.5)"), run.out());
        assertTrue(said.contains("20 training examples are held out from the students"), run.out());
        assertTrue(said.contains("in 2 files"), run.out());
        assertEquals(2, folder.resolve("cache").toFile().list().length);
    }

    @Test
    void aMethodThatFailsDoesNotEndTheContest() throws IOException {
        Cli run = compare("--teacher", "mlp-16", "--student", "mlp-8", "--methods", "kd(weight=1e39),mse-logits(weight=1e39, warmup=1),dkd", "--seeds",
                "1", "--out", folder.toString());
        assertEquals(0, run.code(), run.err());
        JsonNode methods = new ObjectMapper().readTree(folder.resolve("compare.json").toFile()).get("methods");
        assertEquals("dkd", methods.get(0).get("name").asText());
        assertFalse(methods.get(0).get("accuracy").isNull(), "it ran");
        for (int i = 1; i < 3; i++) {
            assertTrue(methods.get(i).get("accuracy").isNull() && methods.get(i).get("reason").asText().contains("the loss is Infinity"),
                    methods.toString());
        }
        // Without a weight in the first steps, it only fails in training.
        assertTrue(methods.get(1).get("reason").asText().startsWith("failed with 1 of 1 seeds, the loss is"), methods.toString());
    }

    @Test
    void aBudgetNeverMakesMoreEpochs() {
        Cli run = compare("--teacher", "mlp-16", "--student", "mlp-8", "--methods", "kd", "--epochs", "1", "--budget", "5");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("after 1 epoch"), run.out());
    }

    @Test
    void theSameSeedsGiveTheSameFigures() throws IOException {
        String first = figures("1");
        assertEquals(first, figures("2"), "whatever the number of threads");
    }

    private String figures(String threads) throws IOException {
        Cli run = compare("--teacher", "mlp-32", "--student", "mlp-16", "--methods", "kd,rkd-d", "--seeds", "1", "--threads", threads, "--out",
                folder.toString());
        assertEquals(0, run.code(), run.err());
        JsonNode json = new ObjectMapper().readTree(Files.readString(folder.resolve("compare.json")));
        return json.get("teacher_accuracy") + " " + json.findValues("accuracy");
    }

    @Test
    void aBudgetThatIsOverLeavesMethodsOut() {
        Cli run = compare("--teacher", "mlp-32", "--student", "mlp-16", "--methods", "kd", "--seeds", "1", "--budget", "0.00001");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("the budget was over before 1 of 1 seeds"), run.out());
        assertTrue(run.out().contains("student alone"), run.out());
    }

    @Test
    void whatCannotWorkIsOneSentence() {
        refused("there is no 'kdd'; the nearest are 'kd'", "--methods", "kdd");
        refused("--budget: needs a number of minutes above 0, got 'soon'", "--budget", "soon");
        refused("no method can work with these models", "--teacher", "mlp-32", "--student", "mlp-16", "--methods", "at");
        refused("there is no option '--method'", "--method", "kd");
    }

    private static void refused(String sentence, String... arguments) {
        Cli run = compare(arguments);
        assertEquals(2, run.code(), run.out() + run.err());
        assertTrue(run.err().contains(sentence), run.err());
        assertFalse(run.err().strip().contains("\n"), run.err());
    }
}
