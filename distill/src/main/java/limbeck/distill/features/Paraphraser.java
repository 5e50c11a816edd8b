package limbeck.distill.features;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.connect.TransposedConv2d;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Conv2d;
import limbeck.nn.LeakyRelu;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;

/**
 * An autoencoder of the teacher's maps (Kim, Park and Kwak, NeurIPS 2018): what lies in its middle, the factor, says the same with fewer
 * channels. Three convolutions 3x3 and three transposed ones, each followed by a leaky ReLU of slope 0.1; height and width are kept.
 *
 * {@snippet :
 * var paraphraser = Paraphraser.of(64, 32, key);
 * Variable same = paraphraser.apply(maps);         // (N, 64, H, W), after training
 * Tensor factor = paraphraser.factor(target);      // (N, 32, H, W)
 * }
 *
 * @param encoder maps to factors
 * @param decoder factors to maps
 */
public record Paraphraser(Sequential encoder, Sequential decoder) implements Module {
    private static final double SLOPE = 0.1;
    private static final ConvSpec KEEP = ConvSpec.DEFAULT.padding(1);

    /**
     * A paraphraser with first weights.
     *
     * @param channels of the teacher's maps
     * @param factors channels of the factors; half as many in the paper
     * @param key where the randomness comes from
     * @return the autoencoder
     */
    public static Paraphraser of(int channels, int factors, Key key) {
        int[] widths = {channels, channels, factors, factors, factors, channels, channels};
        var layers = new ArrayList<Module>();
        for (int i = 0; i < 6; i++) {
            Key own = key.split(i);
            layers.add(i < 3 ? Conv2d.of(widths[i], widths[i + 1], 3, KEEP, own) : TransposedConv2d.of(widths[i], widths[i + 1], 3, KEEP, own));
            layers.add(new LeakyRelu(SLOPE));
        }
        return new Paraphraser(new Sequential(layers.subList(0, 6)), new Sequential(layers.subList(6, 12)));
    }

    /**
     * The student's counterpart of the encoder, with batch norm before each leaky ReLU.
     *
     * @param channels of the student's maps
     * @param factors channels of the factors
     * @param key where the randomness comes from
     * @return (N, channels, H, W) to (N, factors, H, W)
     */
    public static Sequential translator(int channels, int factors, Key key) {
        int[] widths = {channels, channels, factors, factors};
        var layers = new ArrayList<Module>();
        for (int i = 0; i < 3; i++) {
            layers.addAll(List.of(Conv2d.withoutBias(widths[i], widths[i + 1], 3, KEEP, key.split(i)), BatchNorm2d.of(widths[i + 1]),
                    new LeakyRelu(SLOPE)));
        }
        return new Sequential(layers);
    }

    @Override
    public Variable forward(Variable x) {
        return decoder.apply(encoder.apply(x));
    }

    /**
     * The factor, without gradients: nothing that is compared with it can change the paraphraser.
     *
     * @param maps the teacher's, (N, C, H, W)
     * @return (N, factors, H, W)
     */
    public Tensor factor(Tensor maps) {
        return Mode.evaluate(() -> Tape.paused(() -> encoder.apply(Variable.of(maps)))).tensor();
    }

    /**
     * The paraphraser's own training: {@code mean (decoder(encoder(F_t)) - F_t)^2}. It looks at the teacher alone.
     *
     * @param tap a layer of the teacher that shows maps
     * @param paraphraser what is trained
     */
    public record Training(Tap tap, Paraphraser paraphraser) implements Objective {
        @Override
        public Set<Tap.Side> looksAt() {
            return Set.of(Tap.Side.TEACHER);
        }

        @Override
        public Variable loss(Moment moment) {
            Tensor maps = moment.teacher().feature(tap.path());
            return Losses.mse(paraphraser.apply(Variable.of(maps)), maps, Reduction.MEAN);
        }

        @Override
        public Set<Tap> taps() {
            return Set.of(tap);
        }

        @Override
        public List<Parameter> parameters() {
            return List.copyOf(paraphraser.parameters().values());
        }
    }
}
