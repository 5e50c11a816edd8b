package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import limbeck.distill.data.Drawn;
import limbeck.distill.experiment.Experiment;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plan is shown before the digits are drawn: drawing them takes longer than all that is known before. */
class PlanFirstTest {
    /** Ends a run of which enough has been seen. */
    @SuppressWarnings("serial")
    private static final class Enough extends RuntimeException {
    }

    /** Runs until the plan has been shown. */
    private static void assertShownFirst(Settings settings, Run.Comparison experiment) {
        var out = new ByteArrayOutputStream();
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        var terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), nowhere, false);
        var run = new Run(terminal, SettingOptions.all(), new RecipeFile("", "", settings), null, false);
        assertThrows(Enough.class, () -> run.start((given, listener, keeper) -> experiment.run(given, new Listener() {
            @Override
            public void planned(Plan plan) {
                listener.planned(plan);
                assertTrue(out.toString(StandardCharsets.UTF_8).contains("Output"), "the plan is shown");
                assertFalse(Drawn.isDrawn(plan.data().train()), "nothing of the training part has been read");
                assertFalse(Drawn.isDrawn(plan.data().test()), "nothing of the test part has been read");
                plan.data().train().read(0, new float[28 * 28], 0);
                assertTrue(Drawn.isDrawn(plan.data().train()), "reading draws");
                throw new Enough();
            }
        }, keeper)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"method=kd", "method=kd,at student=cnn-tiny", "method=crd batch=1", "augment=shift:2 teacher-view=none",
            "assistants=mlp-32 generations=2", "sampling=balanced imbalance=10", "labelled=10%"})
    void distill(String changes) {
        assertShownFirst(settings(changes), Experiment::run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"student=mlp-64", "augment=shift:2 warmup=1", "batch=1"})
    void train(String changes) {
        assertShownFirst(settings(changes), Experiment::alone);
    }

    private static Settings settings(String changes) {
        Settings settings = Settings.DEFAULT;
        for (String change : changes.split(" ")) {
            String[] parts = change.split("=");
            settings = settings.with(Setting.of(parts[0]), parts[1]);
        }
        return settings;
    }
}
