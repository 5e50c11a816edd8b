package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import limbeck.distill.Score;
import limbeck.distill.StepReport;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.TrainingStep;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsCsvTest {
    @TempDir
    private Path folder;
    private Path file;
    private StepsCsv steps;

    @BeforeEach
    void open() {
        file = folder.resolve("steps.csv");
        steps = new StepsCsv(file);
    }

    private static void step(StepsCsv steps, int number, Map<String, Double> losses, Map<String, Double> values) {
        steps.add(new TrainingStep(Role.TEACHER, 1, "main", 1, number, 0.1, new StepReport(1.0 / number, losses, values, new Score(3, 4), 4)), "teacher");
    }

    private static Map<String, Double> numbers(String one, double first, String other, double second) {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(one, first);
        numbers.put(other, second);
        return numbers;
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file);
    }

    @Test
    void hasARowForEachStepInFullPrecisionAndAnyLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            step(steps, 3, Map.of("ce", 1e-9), Map.of("ce.weight", 0.1));
            assertFalse(Files.exists(file), "written once an epoch");
            steps.write();
        } finally {
            Locale.setDefault(before);
        }
        assertEquals(List.of("role,seed,stage,epoch,step,learning_rate,loss,loss_ce,ce.weight",
                "teacher,1,main,1,3,0.1,0.3333333333333333,1.0E-9,0.1"), lines());
    }

    @Test
    void newNamesBecomeColumnsAtTheRightAndMissingOnesAreEmpty() throws IOException {
        step(steps, 1, Map.of("ce", 2.0), Map.of());
        steps.write();
        step(steps, 2, numbers("ce", 3, "kd", 4), Map.of("kd.temperature", 5.0));
        step(steps, 4, Map.of("kd", 6.0), Map.of());
        steps.write();
        step(steps, 5, Map.of("ce", 7.0), Map.of());
        steps.write();
        assertEquals(List.of("role,seed,stage,epoch,step,learning_rate,loss,loss_ce,loss_kd,kd.temperature",
                "teacher,1,main,1,1,0.1,1.0,2.0,,", "teacher,1,main,1,2,0.1,0.5,3.0,4.0,5.0", "teacher,1,main,1,4,0.1,0.25,,6.0,",
                "teacher,1,main,1,5,0.1,0.2,7.0,,"), lines());
        assertEquals(4, steps.rows());
    }

    @Test
    void goesOnBehindTheStepsThatWereKept() throws IOException {
        for (int number = 1; number <= 3; number++) {
            step(steps, number, Map.of("ce", 1.0), Map.of());
            steps.write();
        }
        var next = new StepsCsv(file);
        next.resume(2);
        assertEquals(2, next.rows());
        assertEquals(3, lines().size());
        step(next, 9, numbers("ce", 1, "kd", 2), Map.of());
        next.write();
        assertEquals("teacher,1,main,1,2,0.1,0.5,1.0,", lines().get(2));
        assertEquals("teacher,1,main,1,9,0.1,0.1111111111111111,1.0,2.0", lines().get(3));
    }

    /** The process ends while rows are appended: only the file under its other name can have half a row. */
    @Test
    void neverShowsHalfARow() throws IOException {
        step(steps, 1, Map.of("ce", 1.0), Map.of());
        steps.write();
        Files.move(file, folder.resolve(".steps.csv.part"));
        Files.writeString(folder.resolve(".steps.csv.part"), Files.readString(folder.resolve(".steps.csv.part")) + "teacher,1,ma");
        var next = new StepsCsv(file);
        next.resume(1);
        assertEquals(2, lines().size());
        assertEquals("teacher,1,main,1,1,0.1,1.0,1.0", lines().getLast());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aRunAfterAnotherBeginsAnew() throws IOException {
        step(steps, 1, Map.of("ce", 1.0), Map.of());
        steps.write();
        var next = new StepsCsv(file);
        step(next, 1, Map.of("at", 2.0), Map.of());
        next.write();
        assertEquals(List.of("role,seed,stage,epoch,step,learning_rate,loss,loss_at", "teacher,1,main,1,1,0.1,1.0,2.0"), lines());
    }

    @Test
    void aLogThatWasRemovedBeginsAnew() throws IOException {
        steps.resume(7);
        step(steps, 8, Map.of("ce", 1.0), Map.of());
        steps.write();
        assertEquals(2, lines().size());
    }
}
