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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import limbeck.nn.io.Safetensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several teachers, assistants and generations at the command line, on a few digits with tiny models. */
class TeachersTest {
    @TempDir
    private static Path folder;
    private static Cli first;

    @BeforeAll
    static void run() {
        first = distill("--teacher", "2*mlp-12,mlp-8", "--ensemble", "probabilities", "--ensemble-weights", "0.5:0.3:0.2", "--assistants", "mlp-7",
                "--generations", "2", "--generation-ensemble", "--trust-teacher", "--out", folder.resolve("first").toString());
    }

    private static Cli distill(String... more) {
        List<String> args = new ArrayList<>(List.of("distill", "--train-size", "64", "--student", "mlp-6", "--teacher-epochs", "1", "--epochs", "1",
                "--seeds", "1", "--batch", "16"));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    @Test
    void eachModelHasAFileButSeveralAsOneHaveNone() throws IOException {
        assertEquals(0, first.code(), first.err());
        try (var files = Files.list(folder.resolve("first"))) {
            Set<String> weights = files.map(path -> path.getFileName().toString()).filter(name -> name.endsWith(".safetensors"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(Set.of("teacher-1.safetensors", "teacher-2.safetensors", "teacher-3.safetensors", "assistant-1.safetensors",
                    "student-alone.safetensors", "generation-1.safetensors", "student.safetensors"), weights);
        }
        try (var weights = Safetensors.open(folder.resolve("first/teacher-3.safetensors"))) {
            assertEquals("mlp-8", weights.metadata().get("architecture"));
            assertEquals("teacher_3", weights.metadata().get("role"));
        }
        assertEquals(0, Cli.run("evaluate", "--weights", folder.resolve("first/assistant-1.safetensors").toString()).code());
    }

    @Test
    void thePlanShowsWhoTeachesWhom() {
        String plan = first.out().replaceAll("\\s+", " ");
        for (String part : List.of("Teachers mlp-12", "they show the mean of their probabilities; they count as 0.5 : 0.3 : 0.2",
                "trusted without a comparison with a linear model", "Assistant mlp-7", "taught by the teachers",
                "2 generations, one after the other, each with fresh weights: the first is taught by the last assistant, each other by the one before",
                "the mean of all their logits is reported too")) {
            assertTrue(plan.contains(part), part + " in " + first.out());
        }
    }

    @Test
    void theFilesTellOfAllModels() throws IOException {
        JsonNode summary = new ObjectMapper().readTree(folder.resolve("first/summary.json").toFile());
        var roles = new ArrayList<String>();
        summary.get("models").forEach(model -> roles.add(model.get("role").asText()));
        assertEquals(List.of("teacher_1", "teacher_2", "teacher_3", "teacher", "assistant_1", "student_alone", "generation_1", "student_distilled",
                "generations"), roles);
        assertEquals("2*mlp-12,mlp-8", summary.at("/models/3/name").asText());
        assertEquals("yes", summary.at("/recipe/trust-teacher").asText());
        assertTrue(summary.get("linear_accuracy").isNull());
        Set<String> trained = Files.readAllLines(folder.resolve("first/history.csv")).stream().skip(1).map(line -> line.substring(0, line.indexOf(',')))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("teacher_1", "teacher_2", "teacher_3", "assistant_1", "student_alone", "generation_1", "student_distilled"), trained);
        for (String title : List.of("teacher 2", "assistant 1", "generation 1", "generations", "distilled")) {
            assertTrue(first.out().lines().anyMatch(line -> line.startsWith(title + " ")), title + " in " + first.out());
        }
    }

    @Test
    void keptTeachersTeachAgainWithoutBeingNamed() {
        String files = folder.resolve("first/teacher-1.safetensors") + "," + folder.resolve("first/teacher-3.safetensors");
        Cli run = distill("--teacher-weights", files, "--trust-teacher", "yes", "--ensemble", "each");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("each has a loss of its own") && run.out().contains("mlp-8"), run.out());
        assertTrue(run.err().contains("read from its file") && run.err().contains("2 as one"), run.err());
    }

    @Test
    void aRecipeNamesThemToo() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                teacher: 2*mlp-12
                student: mlp-6
                ensemble: logits
                ensemble-weights: learned
                trust-teacher: yes
                train-size: 64
                batch: 16
                teacher-epochs: 1
                epochs: 1
                seeds: 1
                """);
        Cli run = Cli.run("distill", "--recipe", recipe.toString());
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("how much each counts is learned from the labels"), run.out());
    }

    @Test
    void aTeacherThatKnowsNothingStopsTheRunInOneSentence() {
        for (String command : List.of("distill", "compare")) {
            Cli run = Cli.run(command, "--train-size", "64", "--teacher", "2*mlp-2", "--student", "mlp-6", "--teacher-epochs", "1", "--epochs", "1",
                    "--seeds", "1", "--teacher-lr", "1e-6");
            assertEquals(1, run.code(), run.out());
            String last = run.err().lines().toList().getLast();
            assertTrue(last.matches("limbeck: teacher 2\\*mlp-2 is right on .* % of the test examples and a linear model on .* %, so .*--trust-teacher yes"),
                    last);
            assertFalse(run.err().contains("student alone"), run.err());
        }
    }

    @Test
    void theComparisonOfMethodsTakesSeveralTeachers() {
        Cli run = Cli.run("compare", "--train-size", "64", "--teacher", "mlp-12,mlp-8", "--student", "mlp-6", "--teacher-epochs", "1", "--epochs", "1",
                "--seeds", "1", "--batch", "16", "--methods", "kd,dkd", "--trust-teacher");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("dkd"), run.out());
    }
}
