package limbeck.distill.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import limbeck.distill.features.ActivationBoundary;
import limbeck.distill.features.AttentionTransfer;
import limbeck.distill.features.ChannelWise;
import limbeck.distill.features.FactorTransfer;
import limbeck.distill.features.FeatureRegression;
import limbeck.distill.features.FlowMatrix;
import limbeck.distill.features.Hint;
import limbeck.distill.features.NeuronSelectivity;
import limbeck.distill.features.Overhaul;
import limbeck.distill.features.PearsonFeature;
import limbeck.distill.features.ReviewKd;
import limbeck.distill.features.SimKd;
import limbeck.distill.features.SoftmaxRegression;
import limbeck.distill.features.VariationalInformation;
import limbeck.distill.features.WeightedFeatures;
import limbeck.distill.logits.ConfidenceTemperature;
import limbeck.distill.logits.CurriculumTemperature;
import limbeck.distill.logits.DecoupledKd;
import limbeck.distill.logits.Dist;
import limbeck.distill.logits.FocalTemperature;
import limbeck.distill.logits.GeneralizedJsd;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.logits.MseLogits;
import limbeck.distill.logits.NormalizedKd;
import limbeck.distill.logits.OneForAll;
import limbeck.distill.logits.SparseTopKKl;
import limbeck.distill.logits.StandardizedKd;
import limbeck.distill.logits.TeacherFree;
import limbeck.distill.logits.TotalVariation;
import limbeck.distill.logits.UniversalSelfKd;
import limbeck.distill.logits.WeightedSoftLabels;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Method;
import limbeck.distill.relations.ContrastiveRepresentation;
import limbeck.distill.relations.CorrelationCongruence;
import limbeck.distill.relations.MaximumMeanDiscrepancy;
import limbeck.distill.relations.ProbabilisticTransfer;
import limbeck.distill.relations.RelationalAngle;
import limbeck.distill.relations.RelationalDistance;
import limbeck.distill.relations.SimilarityPreserving;
import limbeck.distill.weights.Consistency;
import limbeck.distill.weights.Ema;
import limbeck.distill.weights.Entropy;
import limbeck.distill.weights.Interpolation;
import limbeck.distill.weights.L2;
import limbeck.nn.Names;

/**
 * All methods by name. A new one is a page with a {@code METHOD} and a row here.
 *
 * {@snippet :
 * List<Choice> choices = Methods.parse("dkd(beta=2),at");
 * }
 */
public final class Methods {
    private static final List<Method> ALL = List.of(
            LogitKd.METHOD,
            MseLogits.METHOD,
            DecoupledKd.METHOD,
            NormalizedKd.METHOD,
            UniversalSelfKd.METHOD,
            StandardizedKd.METHOD,
            Dist.METHOD,
            WeightedSoftLabels.METHOD,
            OneForAll.METHOD,
            CurriculumTemperature.METHOD,
            FocalTemperature.METHOD,
            ConfidenceTemperature.METHOD,
            TeacherFree.METHOD,
            GeneralizedJsd.METHOD,
            SparseTopKKl.METHOD,
            TotalVariation.METHOD,
            Hint.METHOD,
            AttentionTransfer.METHOD,
            NeuronSelectivity.METHOD,
            FlowMatrix.METHOD,
            ActivationBoundary.METHOD,
            Overhaul.METHOD,
            FactorTransfer.METHOD,
            VariationalInformation.METHOD,
            ReviewKd.METHOD,
            SoftmaxRegression.METHOD,
            SimKd.METHOD,
            ChannelWise.METHOD,
            PearsonFeature.METHOD,
            WeightedFeatures.METHOD,
            RelationalDistance.METHOD,
            RelationalAngle.METHOD,
            SimilarityPreserving.METHOD,
            ProbabilisticTransfer.METHOD,
            CorrelationCongruence.METHOD,
            ContrastiveRepresentation.METHOD,
            MaximumMeanDiscrepancy.METHOD,
            FeatureRegression.METHOD,
            Interpolation.METHOD,
            Ema.METHOD,
            L2.METHOD,
            Consistency.METHOD,
            Entropy.METHOD);

    private static final Map<String, Method> BY_NAME = ALL.stream()
            .collect(Collectors.toMap(Method::name, method -> method, (a, _) -> a, LinkedHashMap::new));
    private static final Pattern CHOICE = Pattern.compile("\\s*([\\w-]+)\\s*(?:\\(([^()]*)\\))?\\s*(?:,|$)");

    private Methods() {
    }

    /**
     * The catalogue.
     *
     * @return every method, by what it compares
     */
    public static List<Method> all() {
        return ALL;
    }

    /**
     * A method by its name.
     *
     * @param name such as {@code dkd}
     * @return the method
     * @throws IllegalArgumentException if there is none, naming the nearest
     */
    public static Method of(String name) {
        Method method = BY_NAME.get(name);
        if (method == null) {
            throw new IllegalArgumentException("method: there is no '" + name + "'; the nearest are " + Names.nearest(name, BY_NAME.keySet(), 3)
                    + " (limbeck methods lists all)");
        }
        return method;
    }

    /**
     * Methods with their options from one line.
     *
     * @param text such as {@code kd}, {@code kd,at} or {@code dkd(alpha=1, beta=2),at(weight=500)}
     * @return at least one choice, in order
     * @throws IllegalArgumentException in one sentence, if it cannot be read, or a method or option is not known
     */
    public static List<Choice> parse(String text) {
        var choices = new ArrayList<Choice>();
        Matcher matcher = CHOICE.matcher(text);
        int at = 0;
        while (at < text.length() && matcher.find(at) && matcher.start() == at) {
            Method method = of(matcher.group(1));
            if (choices.stream().anyMatch(choice -> choice.method() == method)) {
                throw new IllegalArgumentException("method: '" + method.name() + "' is there twice; keep one of them");
            }
            choices.add(method.with(options(method, matcher.group(2))));
            at = matcher.end();
        }
        if (at < text.length() || choices.isEmpty() || text.strip().endsWith(",")) {
            throw new IllegalArgumentException("method: needs names such as kd,at or dkd(alpha=1, beta=2), got '" + text + "'");
        }
        return List.copyOf(choices);
    }

    private static Map<String, String> options(Method method, String text) {
        var values = new LinkedHashMap<String, String>();
        if (text == null || text.isBlank()) {
            return values;
        }
        for (String pair : text.split(",", -1)) {
            int sign = pair.indexOf('=');
            if (sign < 0) {
                throw new IllegalArgumentException("method " + method.name() + ": options look like alpha=1, got '" + pair.strip() + "'");
            }
            if (values.put(pair.substring(0, sign).strip(), pair.substring(sign + 1).strip()) != null) {
                throw new IllegalArgumentException("method " + method.name() + ": " + pair.substring(0, sign).strip() + " is set twice");
            }
        }
        return values;
    }
}
