package limbeck.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccuraciesTest {
    private static JsonNode summary(String fingerprint, double teacher, double student) throws JsonProcessingException {
        return new ObjectMapper().readTree("""
                {"data": {"test": 10000, "test_fingerprint": "%s"}, "seeds": [1, 2], "models": [
                 {"role": "teacher", "name": "resnet20", "accuracy": {"mean": %s, "values": [%s]}},
                 {"role": "distilled", "name": "resnet8", "accuracy": {"mean": %s, "values": [0.5, 0.5]}}]}
                """.formatted(fingerprint, teacher, teacher, student));
    }

    @Test
    void eachModelIsComparedWithinTwoStandardErrors() throws JsonProcessingException {
        List<Figure> figures = Accuracies.figures("cifar10", summary("f", 0.9, 0.61), summary("f", 1, 0.6));
        assertEquals(List.of("accuracy cifar10 teacher resnet20", "accuracy cifar10 distilled resnet8"),
                figures.stream().map(Figure::what).distinct().toList());
        assertEquals(90, figures.get(0).value(), 1e-9);
        assertEquals(100, figures.get(1).value(), 1e-9);
        // Nothing wrong in 10,000 examples still leaves room for one.
        assertEquals(0.028, figures.get(2).value(), 1e-3);
        // 2 sqrt(2 * 0.6 * 0.4 / 20,000), for two seeds.
        assertEquals(0.98, figures.get(5).value(), 1e-3);
    }

    @Test
    void otherDataIsRefused() throws JsonProcessingException {
        JsonNode gpu = summary("f", 0.9, 0.6);
        JsonNode cpu = summary("g", 0.9, 0.6);
        var e = assertThrows(IllegalArgumentException.class, () -> Accuracies.figures("cifar10", gpu, cpu));
        assertEquals("cifar10: the runs differ in data or seeds and cannot be compared", e.getMessage());
    }
}
