package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import limbeck.nn.io.Safetensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on a few digits with tiny models. */
class DistillTest {
    private static final List<String> WEIGHTS = List.of("student-alone-seed2.safetensors", "student-alone.safetensors",
            "student-seed2.safetensors",
            "student.safetensors", "teacher.safetensors");

    @TempDir
    private static Path folder;
    private static Cli first;
    private static Cli second;

    /** The same with one thread and with two, the second without words, over an older run's folder. */
    @BeforeAll
    static void run() throws IOException {
        first = distill("one", "--threads", "1");
        Files.createDirectory(folder.resolve("two"));
        Files.writeString(folder.resolve("two").resolve("summary.json"), "of an older run");
        second = distill("two", "--threads", "2", "--quiet");
    }

    private static Cli distill(String out, String... more) {
        List<String> args = new ArrayList<>(List.of("distill", "--train-size", "256", "--teacher", "mlp-24", "--student", "mlp-8",
                "--teacher-epochs", "2", "--epochs", "1", "--seeds", "2", "--omit", "3", "--augment", "shift:1", "--trust-teacher", "--out",
                folder.resolve(out).toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static Path file(String run, String name) {
        return folder.resolve(run).resolve(name);
    }

    @Test
    void succeedsAndHoldsAllFilesAndNoOthers() throws IOException {
        for (Cli run : List.of(first, second)) {
            assertEquals(0, run.code(), run.err());
        }
        for (String run : List.of("one", "two")) {
            try (var files = Files.list(folder.resolve(run))) {
                Set<String> expected = new TreeSet<>(WEIGHTS);
                expected.addAll(List.of("history.csv", "steps.csv", "summary.json", "curves.svg"));
                assertEquals(expected, files.map(path -> path.getFileName().toString())
                        .collect(Collectors.toCollection(TreeSet::new)));
            }
        }
    }

    @Test
    void sameSeedsGiveTheSameBitsWithOneThreadAndTwo() throws IOException {
        assertEquals(historyWithoutSeconds("one"), historyWithoutSeconds("two"));
        for (String name : WEIGHTS) {
            assertArrayEquals(Files.readAllBytes(file("one", name)), Files.readAllBytes(file("two", name)), name);
        }
    }

    private static List<String> historyWithoutSeconds(String run) throws IOException {
        return Files.readAllLines(file(run, "history.csv")).stream().map(line -> line.substring(0, line.lastIndexOf(',')))
                .toList();
    }

    @Test
    void theHistoryHasARowForEachEpochOfEachModel() throws IOException {
        List<String> lines = Files.readAllLines(file("one", "history.csv"));
        assertEquals("role,seed,epoch,learning_rate,loss,loss_ce,loss_kd,ce.weight,kd.weight,kd.temperature,train_accuracy,test_accuracy,seconds",
                lines.getFirst());
        assertEquals(List.of("teacher,1,1", "teacher,1,2", "student_alone,1,1", "student_distilled,1,1", "student_alone,2,1",
                "student_distilled,2,1"),
                lines.stream().skip(1).map(line -> String.join(",", List.of(line.split(",")).subList(0, 3))).toList());
        assertTrue(lines.stream().allMatch(line -> line.split(",", -1).length == 13), lines.toString());
    }

    @Test
    void theSummaryHasItsStableKeys() throws IOException {
        JsonNode summary = new ObjectMapper().readTree(file("one", "summary.json").toFile());
        assertEquals(Set.of("version", "data", "recipe", "seeds", "device", "threads", "wall_seconds", "models", "verdict",
                "omitted", "linear_accuracy", "values"), keys(summary));
        assertEquals(Set.of("name", "train", "test", "shape", "classes", "class_counts", "fingerprint", "test_fingerprint", "notes"),
                keys(summary.get("data")));
        assertEquals(256, summary.at("/data/train").asInt());
        assertEquals("[1,28,28]", summary.at("/data/shape").toString());
        assertEquals("mlp-8", summary.at("/recipe/student").asText());
        assertEquals("kd", summary.at("/recipe/method").asText());
        assertEquals(0.9, summary.at("/recipe/alpha").asDouble());
        assertEquals("[1,2]", summary.get("seeds").toString());
        assertEquals("cpu", summary.get("device").asText());
        assertEquals(1, summary.get("threads").asInt());
        assertEquals(2, new ObjectMapper().readTree(file("two", "summary.json").toFile()).get("threads").asInt());
        assertEquals(4, summary.get("omitted").size());
        assertEquals(List.of("teacher", "student_alone", "student_distilled"), summary.get("models").findValuesAsText("role"));
        int test = summary.at("/data/test").asInt();
        for (JsonNode model : summary.get("models")) {
            assertEquals(Set.of("role", "name", "parameters", "multiply_adds", "size_bytes", "accuracy", "balanced_accuracy", "errors", "agreement", "tasks",
                    "latency_ms",
                    "throughput_per_s"), keys(model));
            assertEquals(Set.of("mean", "std", "values"), keys(model.get("accuracy")));
            assertEquals(Set.of("mean", "std", "values"), keys(model.get("errors")));
            assertEquals(Set.of("mean", "std"), keys(model.get("agreement")));
            double accuracy = model.at("/accuracy/values/0").asDouble();
            assertEquals(test * (1 - accuracy), model.at("/errors/values/0").asDouble(), 1e-6);
            assertTrue(model.at("/agreement/mean").asDouble() <= 1 && model.get("latency_ms").asDouble() > 0, model.toString());
        }
        assertFalse(summary.toString().contains("NaN"));
    }

    private static Set<String> keys(JsonNode node) {
        var keys = new TreeSet<String>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    void planProgressAndTableCanBeRead() {
        assertTrue(first.out().startsWith("Data      digits: 256 to train on, 2,000 to test on, 1x28x28, 10 classes\n"),
                first.out());
        assertTrue(first.out().contains("Teacher   mlp-24  19,090 parameters"), first.out());
        assertTrue(first.out().contains("3.0 times smaller"), first.out());
        // Two epochs of the teacher, one of each of four students, and a line for each of the five models.
        assertEquals(11, first.err().lines().count(), first.err());
        assertTrue(first.out().contains("student alone  mlp-8") && first.out().contains("distilled      mlp-8"), first.out());
        assertTrue(first.out().contains("Trained without class 3"), first.out());
        assertTrue((first.out() + first.err()).lines().allMatch(line -> line.length() <= 120 || line.startsWith("Output")
                || line.startsWith("Took")
                || line.startsWith("No clear difference") || line.startsWith("Distillation")), first.out());
    }

    @Test
    void quietLeavesOnlyTheResults() {
        assertEquals("", second.err());
        assertFalse(second.out().contains("Loss ") || second.out().contains("Took"), second.out());
        assertTrue(second.out().contains("mlp-24") && second.out().contains("seeds."), second.out());
    }

    @Test
    void weightsSayWhatTheyAre() {
        try (var weights = Safetensors.open(file("one", "student-seed2.safetensors"))) {
            var metadata = weights.metadata();
            assertEquals("mlp-8", metadata.get("architecture"));
            assertEquals("1x28x28", metadata.get("input_shape"));
            assertEquals("10", metadata.get("classes"));
            assertEquals("digits", metadata.get("data"));
            assertEquals("student_distilled", metadata.get("role"));
            assertEquals("2", metadata.get("seed"));
        }
    }

    @Test
    void evaluateFindsWhatTheRunFound() throws IOException {
        Cli run = Cli.run("evaluate", "--weights", file("one", "teacher.safetensors").toString());
        assertEquals(0, run.code(), run.err());
        double accuracy = new ObjectMapper().readTree(file("one", "summary.json").toFile()).at("/models/0/accuracy/mean")
                .asDouble();
        assertTrue(run.out().startsWith("mlp-24 on digits: " + Text.percent(accuracy, 2) + " % right"), run.out());
        // A row a class, its head and the line below, and what stands around the table.
        assertEquals(16, run.out().lines().count(), run.out());
    }

    @Test
    void evaluateRefusesAnotherArchitecture() {
        Cli run = Cli.run("evaluate", "--weights", file("one", "teacher.safetensors").toString(), "--model", "mlp-25");
        assertEquals(1, run.code());
        assertTrue(run.err().contains("teacher.safetensors"), run.err());
    }

    /** SimKD keeps the student with a projector and the teacher's classifier. */
    @Test
    void whatAMethodMakesOfTheStudentIsKept() throws IOException {
        Cli run = Cli.run("distill", "--teacher", "cnn-small", "--student", "cnn-tiny", "--train-size", "32", "--teacher-epochs", "1", "--epochs",
                "1", "--seeds", "1", "--method", "simkd", "--trust-teacher", "--out", folder.resolve("simkd").toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("Loss      1 x simkd"), run.out());
        JsonNode summary = new ObjectMapper().readTree(file("simkd", "summary.json").toFile());
        assertEquals("simkd", summary.at("/recipe/method").asText());
        assertTrue(summary.at("/models/2/parameters").asLong() > summary.at("/models/1/parameters").asLong());
        try (var weights = Safetensors.open(file("simkd", "student.safetensors"))) {
            assertEquals("simkd", weights.metadata().get("method"));
        }
        Cli evaluate = Cli.run("evaluate", "--weights", file("simkd", "student.safetensors").toString());
        assertEquals(1, evaluate.code());
        assertTrue(evaluate.err().contains("(it was distilled by simkd; what a method such as simkd adds"), evaluate.err());
        assertEquals(0, Cli.run("evaluate", "--weights", file("simkd", "student-alone.safetensors").toString()).code());
    }

    @Test
    void aTrainedModelTeachesWithoutBeingNamed() throws IOException {
        Cli train = Cli.run("train", "--model", "mlp-16", "--train-size", "128", "--epochs", "2", "--out", folder.resolve("train")
                .toString());
        assertEquals(0, train.code(), train.err());
        assertFalse(train.out().contains("teacher") || train.out().contains("student"), train.out());
        JsonNode summary = new ObjectMapper().readTree(file("train", "summary.json").toFile());
        assertEquals("model", summary.at("/models/0/role").asText());
        assertEquals("mlp-16", summary.at("/recipe/model").asText());
        assertEquals(3, Files.readAllLines(file("train", "history.csv")).size());

        Cli distill = Cli.run("distill", "--teacher-weights", file("train", "model.safetensors").toString(), "--train-size",
                "128", "--epochs", "1",
                "--seeds", "1", "--student", "mlp-4", "--trust-teacher", "--out", folder.resolve("taught").toString());
        assertEquals(0, distill.code(), distill.err());
        assertTrue(distill.out().contains("Teacher   mlp-16") && distill.out().contains("one seed"), distill.out());
        assertTrue(Files.exists(file("taught", "teacher.safetensors")));
    }
}
