package limbeck.distill.progressive;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Phase;
import limbeck.distill.method.Setup;
import limbeck.nn.optim.Schedule;

/**
 * Distillation of logits in stages of falling temperature: first the teacher's soft answers, which say most about what classes have in
 * common, then ever sharper ones. The loss of each stage is {@link LogitKd}'s, {@code tau^2 KL(teacher || student)}, beside the labels.
 *
 * <p>Each temperature is a stage of its own, so the optimizer is fresh and the learning rate begins anew with each (a warm restart). For a
 * temperature that falls within one stage, under one learning rate, give {@code kd} a temperature over time. Jafari et al. (2021), after
 * whom this is modelled, lower the temperature too but compare logits and leave the labels to the end: that is {@link AnnealingKd}.
 */
public final class TemperatureStages {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("temperature-stages", "after Jafari et al., EACL 2021", Compares.LOGITS)
            .advice("kd from soft to sharp where the teacher is far ahead of the student; needs epochs for each temperature")
            .option("temperatures", "8+4+2", "tau in each stage, joined by +")
            .option(Proportions.OPTION, Proportions.EQUAL, Proportions.HELP)
            .weight(0.9).ce(0.1)
            .taughtBy(TemperatureStages::lesson);

    private TemperatureStages() {
    }

    private static Lesson lesson(Setup setup) {
        List<Double> temperatures = Proportions.numbers(setup, "temperatures", "8+4+2");
        return Lesson.of(null).phases(phases(temperatures, Proportions.of(setup, temperatures.size())));
    }

    /**
     * The stages, for a recipe of one's own.
     *
     * @param temperatures tau in each stage, above 0
     * @param parts their lengths in proportion
     * @return a phase for each temperature
     */
    public static List<Phase> phases(List<Double> temperatures, List<Double> parts) {
        return IntStream.range(0, temperatures.size()).mapToObj(i -> {
            Schedule temperature = Schedule.constant(temperatures.get(i));
            return new Phase("temperature " + text(temperatures.get(i)), parts.get(i), new LogitKd(temperature), List.of(),
                    Map.of("temperature-stages.temperature", temperature));
        }).toList();
    }

    private static String text(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
