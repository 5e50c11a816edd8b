package limbeck.distill.features;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Frozen;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Term;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.SameSize;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers;
import limbeck.nn.Layers.Layer;

/** What the pages of this package share when they are built. */
final class Places {
    private Places() {
    }

    /** A copy that is not empty. */
    static <P> List<P> some(String method, List<P> places) {
        if (places.isEmpty()) {
            throw new IllegalArgumentException(method + ": there is no place to compare; give at least one pair of layers");
        }
        return List.copyOf(places);
    }

    /** The pairs, of which each has to be of feature maps. */
    static List<SameSize> maps(String method, List<SameSize> places) {
        for (SameSize place : places) {
            Pairing pair = place.pair();
            if (!pair.student().isMap() || !pair.teacher().isMap()) {
                throw new IllegalArgumentException(method + ": compares feature maps (C, H, W), got " + pair + "; choose convolutional layers");
            }
        }
        return some(method, places);
    }

    /** A connector for each pair, placed beside the models and said in the plan. */
    static List<Connected> connect(Setup setup, List<Pairing> pairs, Tail tail) {
        return IntStream.range(0, pairs.size()).mapToObj(i -> connect(setup, pairs.get(i), i, tail)).toList();
    }

    /** A connector for the pair of this number. */
    static Connected connect(Setup setup, Pairing pair, int number, Tail tail) {
        Connected connected = Connected.of(pair, tail, setup.key().split(number));
        setup.place(connected.connector());
        setup.note("connects " + pair.student().path() + " to " + pair.teacher().path() + " by "
                + Connectors.describe(pair.student().output(), pair.teacher().output(), tail));
        return connected;
    }

    /**
     * Whether a layer is known to show no negative values, because a ReLU comes last. A connector to it ends in a ReLU too; one to a
     * place of which this is not known must not, or it could not reach a negative target.
     */
    static boolean isRectified(Layers layers, Layer layer) {
        int stage = layers.stages().indexOf(layer);
        return stage < 0 ? layer.type().equals("Relu") : layers.preactivations().get(stage).path().startsWith(layer.path() + ".");
    }

    /** A stage before the main one that trains the student as far as the last place, and what the loss itself learns. */
    static Stage before(Setup setup, String name, String epochs, Pairing last, Objective objective) {
        var trained = new ArrayList<Parameter>(setup.task().students().parametersUpTo(last.student()));
        trained.addAll(objective.parameters());
        int length = setup.epochs(setup.number(epochs));
        var term = new Term(name, setup.weight(length), objective);
        return new Stage(name, length, new Recipe(new Frozen(setup.task().teacher()), List.of(term)), trained);
    }
}
