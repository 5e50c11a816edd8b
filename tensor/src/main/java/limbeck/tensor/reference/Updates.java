package limbeck.tensor.reference;

import java.util.List;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.View;

/** The optimizers' rules, letter for letter as {@link Update} gives them. */
final class Updates {
    private Updates() {
    }

    static void sgd(Update.Sgd rule, View target, View gradient, List<View> state) {
        Elements parameter = Elements.of(target);
        Elements slope = Elements.of(gradient);
        Elements velocity = state.isEmpty() ? null : Elements.of(state.getFirst());
        for (int[] i : parameter.indices()) {
            double p = parameter.get(i);
            double g = slope.get(i) + rule.weightDecay() * p;
            double v = g;
            if (velocity != null) {
                v += rule.momentum() * velocity.get(i);
                velocity.set(v, i);
            }
            parameter.set(p - rule.rate() * (rule.nesterov() ? g + rule.momentum() * v : v), i);
        }
    }

    static void adam(Update.Adam rule, View target, View gradient, View firstMoment, View secondMoment) {
        Elements parameter = Elements.of(target);
        Elements slope = Elements.of(gradient);
        Elements first = Elements.of(firstMoment);
        Elements second = Elements.of(secondMoment);
        double correction1 = 1 - Math.pow(rule.beta1(), rule.step());
        double correction2 = 1 - Math.pow(rule.beta2(), rule.step());
        for (int[] i : parameter.indices()) {
            double p = parameter.get(i);
            double g = slope.get(i);
            if (rule.decoupled()) {
                p -= rule.rate() * rule.weightDecay() * p;
            } else {
                g += rule.weightDecay() * p;
            }
            double m = rule.beta1() * first.get(i) + (1 - rule.beta1()) * g;
            double v = rule.beta2() * second.get(i) + (1 - rule.beta2()) * g * g;
            first.set(m, i);
            second.set(v, i);
            parameter.set(p - rule.rate() * (m / correction1) / (Math.sqrt(v / correction2) + rule.epsilon()), i);
        }
    }

    static void average(Update.Average rule, View target, View gradient) {
        Elements parameter = Elements.of(target);
        Elements slope = Elements.of(gradient);
        for (int[] i : parameter.indices()) {
            parameter.set(rule.decay() * parameter.get(i) + (1 - rule.decay()) * rule.scale() * slope.get(i), i);
        }
    }
}
