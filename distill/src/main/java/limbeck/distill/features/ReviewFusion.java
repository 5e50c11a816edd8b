package limbeck.distill.features;

import java.util.List;
import java.util.stream.Stream;
import limbeck.autograd.Variable;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Resize;
import limbeck.distill.connect.Tail;
import limbeck.distill.connect.Upsampling;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Conv2d;
import limbeck.nn.Module;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.op.ConvSpec;

/**
 * Attention-based fusion, the level of {@link ReviewKd} (Chen et al., CVPR 2021): the student's maps at this level and what the deeper
 * levels have made are weighed at each position and added; the sum is what the next shallower level gets, and a convolution makes the
 * teacher's channels of it.
 *
 * @param reduce the student's maps to the common channels: a convolution 1x1 with batch norm
 * @param attention both maps to a weight for each of them: a convolution 1x1; null at the deepest level, where nothing is fused
 * @param expand the sum to the teacher's channels: a convolution 3x3 with batch norm
 */
public record ReviewFusion(Module reduce, Module attention, Module expand) {
    /**
     * What a level makes.
     *
     * @param compared what is compared with the teacher's maps
     * @param fused what the next shallower level gets
     */
    record Level(Variable compared, Variable fused) {
    }

    /**
     * A level with first weights.
     *
     * @param in the student's channels
     * @param common channels of what goes from level to level
     * @param out the teacher's channels
     * @param deepest whether there is no deeper level
     * @param key where the randomness comes from
     * @return the level
     */
    public static ReviewFusion of(int in, int common, int out, boolean deepest, Key key) {
        return new ReviewFusion(Connectors.conv1x1(in, common, Tail.NORM, key.split("reduce")),
                deepest ? null : Connectors.conv1x1(2 * common, 2, Tail.NONE, key.split("attention")),
                Sequential.of(Conv2d.withoutBias(common, out, 3, ConvSpec.DEFAULT.padding(1), key.split("expand")), BatchNorm2d.of(out)));
    }

    /** From the student's maps, the deeper level's, and the size of the teacher's maps. */
    Level apply(Variable maps, Variable deeper, int height, int width) {
        Variable own = reduce.apply(maps);
        if (attention != null) {
            Variable grown = resize(deeper, own.shape().dim(2), own.shape().dim(3));
            Variable weights = attention.apply(own.concat(1, List.of(grown))).sigmoid();
            own = own.mul(weights.slice(1, 0, 1)).add(grown.mul(weights.slice(1, 1, 2)));
        }
        Variable fused = resize(own, height, width);
        return new Level(expand.apply(fused), fused);
    }

    private static Variable resize(Variable maps, int height, int width) {
        return new Resize(height, width, Upsampling.NEAREST).of(maps);
    }

    Stream<Module> modules() {
        return Stream.of(reduce, attention, expand).filter(module -> module != null);
    }
}
