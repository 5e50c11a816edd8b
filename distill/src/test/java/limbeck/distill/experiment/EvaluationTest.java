package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Loader;
import limbeck.distill.tasks.Head;
import limbeck.nn.Module;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final Evaluation FOUR = new Evaluation(new float[][] {{3, 1, 0}, {0, 2, 1}, {1, 2, 0}, {0, 1, 5}},
            new int[] {0, 1, 0, 2});

    @Test
    void countsErrorsAndAccuracy() {
        assertEquals(1, FOUR.prediction(2));
        assertEquals(1, FOUR.errors());
        assertEquals(0.75, FOUR.accuracy());
        assertEquals(1, FOUR.errors(0, -1, 0));
        assertEquals(0, FOUR.errors(2, -1, 0));
    }

    @Test
    void logitsThatAreNoNumbersAreAFailureAndNotAClass() {
        var data = Dataset.ofFloats("two", Shape.of(2), 2, new float[] {1, 2, 3, 4}, new int[] {0, 1});
        Module overflown = x -> x.div(0);
        String message = assertThrows(ArithmeticException.class,
                () -> Evaluation.of(overflown, Loader.of(data, 2).build(), data, done -> { })).getMessage();
        assertTrue(message.contains("lower the learning rate"), message);
    }

    @Test
    void theFirstOfEqualLogitsWins() {
        var tie = new Evaluation(new float[][] {{1, 1}, {0, 0}}, new int[] {0, 1});
        assertEquals(0, tie.prediction(0));
        assertEquals(1, tie.errors());
    }

    @Test
    void raisingAClassChangesOnlyItsLogit() {
        assertEquals(0, FOUR.errors(-1, 0, 1.5));
        assertEquals(3, FOUR.errors(-1, 1, 10));
        assertEquals(0, FOUR.errors(1, 1, 10));
        assertEquals(FOUR.errors(), FOUR.errors(-1, 2, 0));
    }

    @Test
    void agreementCountsEqualAnswersRightOrWrong() {
        var other = new Evaluation(new float[][] {{3, 1, 0}, {5, 2, 1}, {1, 2, 0}, {0, 1, 5}}, new int[] {0, 1, 0, 2});
        assertEquals(0.75, FOUR.agreement(other));
        assertEquals(0.75, other.agreement(FOUR));
        assertEquals(1, FOUR.agreement(FOUR));
    }

    @Test
    void theBalancedAccuracyIsTheMeanOfTheRecalls() {
        // Class 0: 1 of 2 right, class 1: 1 of 1, class 2: 1 of 1; class 3 is not there.
        assertEquals((0.5 + 1 + 1) / 3, FOUR.balancedAccuracy(), 1e-15);
        float[][] always = new float[100][];
        int[] labels = new int[100];
        for (int i = 0; i < 100; i++) {
            always[i] = new float[] {1, 0, 0};
            labels[i] = i < 98 ? 0 : 2;
        }
        var lazy = new Evaluation(always, labels);
        assertEquals(0.98, lazy.accuracy(), 1e-15);
        assertEquals(0.5, lazy.balancedAccuracy());
    }

    @Test
    void ofSeveralTasksFiguresAreMeansAndAnErrorIsAnyWrongAnswer() {
        // Classes 0, 1, 2: whether odd, and whether large, about which nothing is said of class 1.
        List<Head> heads = Head.parse("odd=010; large=0-1", 3);
        float[][] logits = {{2, 1, 5, 4}, {1, 2, 9, 0}, {3, 1, 2, 1}, {0, 1, 0, 7}};
        var both = new Evaluation(logits, new int[] {0, 1, 2, 2}, heads);
        assertEquals(0.75, both.of(heads.get(0)).accuracy());
        assertEquals(2.0 / 3, both.of(heads.get(1)).accuracy(), 1e-15);
        assertEquals((0.75 + 2.0 / 3) / 2, both.accuracy(), 1e-15);
        assertEquals(2, both.errors());
        assertEquals(((2.0 / 3 + 1) / 2 + (1 + 0.5) / 2) / 2, both.balancedAccuracy(), 1e-15);
        var other = new Evaluation(new float[][] {{2, 1, 5, 4}, {2, 1, 0, 9}, {3, 1, 2, 1}, {0, 1, 0, 7}}, new int[] {0, 1, 2, 2}, heads);
        assertEquals((0.75 + 1) / 2, both.agreement(other));
    }

    @Test
    void theMissingClassIsRaisedByWhatMakesFewestErrors() {
        // Class 1 was never seen: its logit is 2 too low everywhere. Raised too far it would take what is class 0.
        float[][] train = {{0, -1.5f}, {0, -1.5f}, {0, -4}, {0, -5}};
        int[] labels = {1, 1, 0, 0};
        float[][] test = {{0, -1.5f}, {0, -1.8f}, {0, -9}};
        Omission omission = Omission.of(Role.STUDENT_DISTILLED, 7, 1, new Evaluation(train, labels), new Evaluation(test,
                new int[] {1, 1, 0}));
        assertEquals(new Omission(Role.STUDENT_DISTILLED, 7, 1, 2, 2, 2, 1.6, 1, 1), omission);
    }

    @Test
    void nothingIsRaisedWhereThatWouldOnlyHurt() {
        var seen = new Evaluation(new float[][] {{1, 0}, {0, 1}}, new int[] {0, 1});
        Omission omission = Omission.of(Role.STUDENT_ALONE, 1, 1, seen, seen);
        assertEquals(0, omission.raise());
        assertEquals(0, omission.allErrorsAfter());
    }

    @Test
    void aSpreadIsMeanAndSampleDeviation() {
        Spread spread = Spread.of(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(5, spread.mean());
        assertEquals(Math.sqrt(32.0 / 7), spread.std(), 1e-15);
        assertEquals(0, Spread.of(3).std());
        assertTrue(Double.isNaN(new Spread(List.of()).mean()));
    }

    @Test
    void theVerdictComparesTheGainWithItsSpread() {
        assertTrue(verdict(Spread.of(0.90, 0.91, 0.90), Spread.of(0.93, 0.94, 0.93))
                .startsWith("Distillation helped: +3.00 points"));
        assertTrue(verdict(Spread.of(0.93, 0.94, 0.93), Spread.of(0.90, 0.91, 0.90))
                .startsWith("Distillation hurt: -3.00 points"));
        assertTrue(verdict(Spread.of(0.90, 0.91, 0.90), Spread.of(0.91, 0.89, 0.91)).startsWith("No clear difference"));
        assertTrue(verdict(Spread.of(0.90), Spread.of(0.92)).contains("one seed"));
    }

    private static String verdict(Spread alone, Spread distilled) {
        var models = List.of(report(Role.TEACHER, Spread.of(0.99)), report(Role.STUDENT_ALONE, alone),
                report(Role.STUDENT_DISTILLED, distilled));
        return new Results(null, models, List.of(), List.of(), 1).verdict();
    }

    private static ModelReport report(Role role, Spread accuracy) {
        return new ModelReport(role, "mlp-8", 1, 1, 4, accuracy, accuracy, Spread.of(1), Spread.of(1), Map.of(), 1, 1);
    }
}
