package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.nn.Summary;
import limbeck.nn.models.Models;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static Summary linear(int features) {
        return Summary.of(Models.build("linear", Shape.of(features), 10, Key.of(0)), Shape.of(1, features));
    }

    /** A teacher of twice the student's work, 2 epochs; each student 4 epochs. */
    private static Forecast forecast(int seeds, List<Integer> stages) {
        Settings settings = Settings.DEFAULT.with(Setting.EPOCHS, "4").with(Setting.TEACHER_EPOCHS, "2");
        var numbers = LongStream.range(0, seeds).boxed().toList();
        return new Forecast(new Plan(settings, null, linear(20), linear(10), numbers, "", stages, List.of()));
    }

    @Test
    void guessesOtherModelsByTheirWorkUntilTheyAreMeasured() {
        Forecast forecast = forecast(1, List.of(4));
        forecast.started();
        assertTrue(Double.isNaN(forecast.phase(0, 0, 0)));
        // Half an epoch in 3 seconds: one and a half are left, and students whose epochs take half of 6, and (3 + 2) sixths of 6.
        assertEquals(9, forecast.phase(0, 0.5, 3), 1e-9);
        assertEquals(9 + 4 * 3 + 4 * 5, forecast.run(0, 0.5, 3), 1e-9);
        forecast.epoch(6);
        forecast.epoch(4);
        forecast.started();
        assertEquals(3.5 * 2 + 4 * 2 * 5 / 3.0, forecast.run(0, 0.5, 1), 1e-9);
    }

    @Test
    void theFirstEpochCountsOnlyWhileItIsTheOnlyOne() {
        Forecast forecast = forecast(1, List.of(4));
        forecast.started();
        forecast.epoch(9);
        assertEquals(9, forecast.phase(1, 0, 0), 1e-9);
        forecast.epoch(5);
        forecast.started();
        forecast.epoch(3);
        forecast.epoch(1);
        forecast.epoch(1);
        assertEquals(0.5, forecast.phase(3, 0.5, 0.6), 1e-9);
    }

    @Test
    void stagesAreMeasuredApart() {
        Forecast forecast = forecast(2, List.of(1, 3));
        forecast.started();
        forecast.epoch(1);
        forecast.epoch(1);
        forecast.started();
        for (int i = 0; i < 4; i++) {
            forecast.epoch(1);
        }
        forecast.started();
        forecast.epoch(10);
        // The main stage has not begun: as long as the one before it.
        assertEquals(30, forecast.phase(1, 0, 0), 1e-9);
        // Its own first epoch tells better.
        assertEquals(2.5 * 4, forecast.phase(1, 0.5, 2), 1e-9);
        forecast.epoch(4);
        assertEquals(8, forecast.phase(2, 0, 0), 1e-9);
        // Two epochs of it, the next seed's student alone, and again 10 + 3 x 4.
        assertEquals(8 + 4 + 22, forecast.run(2, 0, 0), 1e-9);
    }
}
