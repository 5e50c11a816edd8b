package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Weights that are a part of their storage, or more than it, are kept like others: the calls after the first are the same. */
final class FoldedWeightTest {
    private static final Key KEY = Key.of(7);
    private static final ConvSpec SPEC = ConvSpec.DEFAULT.padding(1);

    private static Tensor normal(String name, int... dims) {
        return Device.cpu().normal(KEY.split(name), dims);
    }

    @TestFactory
    Stream<DynamicTest> weightsThatAreViews() {
        // No scope is open: what belongs to one is not kept.
        return Stream.of(
                test("one kernel for all", normal("one", 1, 16, 3, 3).expand(16, 16, 3, 3)),
                test("one channel for all", normal("channel", 1, 1, 3, 3).expand(16, 16, 3, 3)),
                test("a slice", normal("slice", 64, 32, 3, 3).slice(0, 16, 32).slice(1, 16, 32)),
                test("turned", normal("turned", 16, 16, 3, 3).flip(2, 3)),
                test("channels exchanged", normal("exchanged", 16, 16, 3, 3).transpose(0, 1)));
    }

    private static DynamicTest test(String what, Tensor weight) {
        return DynamicTest.dynamicTest(what, () -> {
            Tensor dense = weight.add(0);
            Tensor scale = normal("scale", 16);
            Tensor shift = normal("shift", 16);
            for (int extent : new int[] {8, 5, 20}) {
                Tensor x = normal("x" + extent, 1, 16, extent, extent);
                var affine = new Conv2dAffine(SPEC, true);
                var bias = new Conv2dBias(SPEC, true);
                float[] normed = x.apply(affine, List.of(dense, scale, shift)).toFloats();
                float[] biased = x.apply(bias, List.of(dense, shift)).toFloats();
                for (int call = 0; call < 3; call++) {
                    assertArrayEquals(normed, x.apply(affine, List.of(weight, scale, shift)).toFloats(), 1e-5f, "norm, call " + call);
                    assertArrayEquals(biased, x.apply(bias, List.of(weight, shift)).toFloats(), 1e-5f, "bias, call " + call);
                }
            }
        });
    }
}
