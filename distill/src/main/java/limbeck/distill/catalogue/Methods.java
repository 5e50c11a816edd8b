package limbeck.distill.catalogue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import limbeck.distill.control.Commas;
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
import limbeck.distill.logits.BalancedKd;
import limbeck.distill.logits.ConfidenceKd;
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
import limbeck.distill.peers.CollaborativeLearning;
import limbeck.distill.peers.MutualLearning;
import limbeck.distill.peers.OwnTeacher;
import limbeck.distill.progressive.AlignmentDepth;
import limbeck.distill.progressive.AnnealingKd;
import limbeck.distill.progressive.BlockWise;
import limbeck.distill.progressive.ProgressiveFeatures;
import limbeck.distill.progressive.TemperatureStages;
import limbeck.distill.relations.ContrastiveRepresentation;
import limbeck.distill.relations.CorrelationCongruence;
import limbeck.distill.relations.MaximumMeanDiscrepancy;
import limbeck.distill.relations.ProbabilisticTransfer;
import limbeck.distill.relations.RelationalAngle;
import limbeck.distill.relations.RelationalDistance;
import limbeck.distill.relations.SimilarityPreserving;
import limbeck.distill.relations.ViewSimilarity;
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
            BalancedKd.METHOD,
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
            ConfidenceKd.METHOD,
            TeacherFree.METHOD,
            GeneralizedJsd.METHOD,
            SparseTopKKl.METHOD,
            TotalVariation.METHOD,
            TemperatureStages.METHOD,
            AnnealingKd.METHOD,
            OwnTeacher.METHOD,
            MutualLearning.METHOD,
            CollaborativeLearning.METHOD,
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
            ProgressiveFeatures.METHOD,
            AlignmentDepth.METHOD,
            BlockWise.METHOD,
            RelationalDistance.METHOD,
            RelationalAngle.METHOD,
            SimilarityPreserving.METHOD,
            ProbabilisticTransfer.METHOD,
            CorrelationCongruence.METHOD,
            ContrastiveRepresentation.METHOD,
            MaximumMeanDiscrepancy.METHOD,
            ViewSimilarity.METHOD,
            FeatureRegression.METHOD,
            Interpolation.METHOD,
            Ema.METHOD,
            L2.METHOD,
            Consistency.METHOD,
            Entropy.METHOD);

    private static final Map<String, Method> BY_NAME = ALL.stream()
            .collect(Collectors.toMap(Method::name, method -> method, (a, _) -> a, LinkedHashMap::new));
    private static final Pattern CHOICE = Pattern.compile("([\\w-]+)\\s*(?:\\((.*)\\))?", Pattern.DOTALL);

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
     * Methods with their options from one line, to be learned from at the same time.
     *
     * @param text such as {@code kd}, {@code kd,at} or {@code dkd(alpha=1, beta=2),at(weight=500)}; a value may have parentheses of its own,
     *         as in {@code kd(temperature=linear(8, 2, 50%))}
     * @return at least one choice, in order
     * @throws IllegalArgumentException in one sentence, if it cannot be read, a method or option is not known, or a method is there twice
     */
    public static List<Choice> parse(String text) {
        List<Choice> choices = read(text);
        for (Choice choice : choices) {
            if (choices.stream().filter(other -> other.method() == choice.method()).count() > 1) {
                throw new IllegalArgumentException("method: '" + choice.method().name() + "' is there twice; keep one of them");
            }
        }
        return choices;
    }

    /**
     * Methods with their options from one line, to be compared with each other: one may be there several times with different options.
     *
     * @param text such as {@code kd,kd(temperature=8)}
     * @return at least one choice, in order
     * @throws IllegalArgumentException in one sentence, if it cannot be read, a method or option is not known, or a choice is there twice
     */
    public static List<Choice> alternatives(String text) {
        List<Choice> choices = read(text);
        var seen = new HashSet<String>();
        for (Choice choice : choices) {
            if (!seen.add(choice.toString())) {
                throw new IllegalArgumentException("method: '" + choice + "' is there twice; keep one of them, or give it other options");
            }
        }
        return choices;
    }

    private static List<Choice> read(String text) {
        List<String> parts;
        try {
            parts = Commas.split(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("method: " + e.getMessage());
        }
        var choices = new ArrayList<Choice>();
        for (String part : parts) {
            Matcher choice = CHOICE.matcher(part);
            if (!choice.matches()) {
                throw new IllegalArgumentException("method: needs names such as kd,at or dkd(alpha=1, beta=2), got '" + text + "'");
            }
            Method method = of(choice.group(1));
            choices.add(method.with(options(method, choice.group(2))));
        }
        return List.copyOf(choices);
    }

    private static Map<String, String> options(Method method, String text) {
        var values = new LinkedHashMap<String, String>();
        if (text == null || text.isBlank()) {
            return values;
        }
        for (String pair : Commas.split(text)) {
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
