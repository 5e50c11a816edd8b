package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.BiFunction;
import limbeck.distill.Objective;
import limbeck.distill.features.AttentionTransfer.Form;
import limbeck.distill.features.Overhaul.Place;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Identity;
import limbeck.nn.Sequential;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** In float on the CPU the losses and their gradients are those of double on the reference device. */
class FloatTest {
    private static final List<BiFunction<Tensor, Tensor, Objective>> OBJECTIVES = List.of(
            (s, t) -> new Hint(Maps.bare(s, t)),
            (s, t) -> new AttentionTransfer(List.of(Maps.place(s, t)), Form.MEAN, 2),
            (s, t) -> new AttentionTransfer(List.of(Maps.place(s, t)), Form.NORM, 3),
            (s, t) -> new NeuronSelectivity(List.of(Maps.place(s, t))),
            (s, t) -> new FlowMatrix(List.of(ObjectiveCheck.pairing(s, t), ObjectiveCheck.pairing(s, t))),
            (s, t) -> new ActivationBoundary(List.of(Maps.bare(s, t))),
            (s, t) -> new Overhaul(List.of(new Place(Maps.bare(s, t), null))),
            (s, t) -> new FactorTransfer(Maps.place(s, t), new Paraphraser(Sequential.of(), Sequential.of()), new Identity()));

    @Test
    void floatAgreesWithDouble() {
        for (int i = 0; i < OBJECTIVES.size(); i++) {
            Tensor s = Maps.random("s", 7, 5, 9, 6);
            Tensor t = Maps.random("t", 7, 5, 9, 6);
            Objective objective = OBJECTIVES.get(i).apply(s, t);
            var exact = ObjectiveCheck.features(objective, s, t);
            var fast = ObjectiveCheck.features(objective, s.to(Device.cpu()), t.to(Device.cpu()));
            assertEquals(exact.value(), fast.value(), 1e-5 * Math.abs(exact.value()), "objective " + i);
            Tensor gradient = exact.featureGradient("s");
            double scale = gradient.abs().max().item();
            assertEquals(0, fast.featureGradient("s").to(Device.reference()).sub(gradient).abs().max().item(), 1e-4 * scale, "objective " + i);
        }
    }
}
