package limbeck.distill.experiment;

import java.util.List;
import java.util.Locale;

/**
 * What an experiment found.
 *
 * @param plan what it did
 * @param models teacher, student alone and student distilled, in the order of their roles, with whatever else there was between them
 * @param history every epoch of every model, in order
 * @param omissions the missing-class test, if a class was left out
 * @param seconds how long it took
 * @param linear the accuracy of a linear model, which a teacher has to be better than; NaN if no teacher was compared with it
 */
public record Results(Plan plan, List<ModelReport> models, List<EpochReport> history, List<Omission> omissions, double seconds,
        double linear) {
    /**
     * What was found without a look at a linear model.
     *
     * @param plan what was done
     * @param models the models
     * @param history every epoch of every model, in order
     * @param omissions the missing-class test
     * @param seconds how long it took
     */
    public Results(Plan plan, List<ModelReport> models, List<EpochReport> history, List<Omission> omissions, double seconds) {
        this(plan, models, history, omissions, seconds, Double.NaN);
    }

    /**
     * The report of a role.
     *
     * @param role which
     * @return its report
     */
    public ModelReport model(Role role) {
        return models.stream().filter(m -> m.role().equals(role)).findFirst().orElseThrow();
    }

    /**
     * Whether distillation helped, in one honest sentence: the gain is compared with its own spread over the seeds, which
     * are paired (both students of a seed start from the same weights and see the same batches).
     *
     * @return the sentence
     */
    public String verdict() {
        List<Double> alone = model(Role.STUDENT_ALONE).accuracy().values();
        List<Double> distilled = model(Role.STUDENT_DISTILLED).accuracy().values();
        double[] gains = new double[alone.size()];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = 100 * (distilled.get(i) - alone.get(i));
        }
        Spread gain = Spread.of(gains);
        String by = String.format(Locale.ROOT, "%+.2f points", gain.mean());
        if (gains.length < 2) {
            return "Distillation " + (gain.mean() > 0 ? "helped" : gain.mean() < 0 ? "hurt" : "changed nothing") + " by " + by
                    + " on the one seed that was run; run more seeds (--seeds 3) to know the spread.";
        }
        String spread = String.format(Locale.ROOT, "%.2f", gain.std());
        double standardError = gain.std() / Math.sqrt(gains.length);
        if (Math.abs(gain.mean()) <= 2 * standardError) {
            return "No clear difference: the distilled student is at " + by + " against the student alone, with a standard deviation of "
                    + spread + " over " + gains.length + " seeds.";
        }
        return "Distillation " + (gain.mean() > 0 ? "helped: " : "hurt: ") + by
                + " of accuracy over the student alone, with a standard deviation of "
                + spread + " over " + gains.length + " seeds.";
    }
}
