package limbeck.nn.models;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.nn.Module;
import limbeck.nn.Names;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;

/**
 * Image classifiers by name.
 *
 * {@snippet :
 * Module student = Models.build("resnet20", Shape.of(3, 32, 32), 10, Key.of(1));
 * Module teacher = Models.build("mlp-1200-1200", Shape.of(1, 28, 28), 10, Key.of(2));
 * }
 *
 * They take a batch (N, C, H, W), or for perceptrons any (N, ...), and answer logits (N, classes).
 */
public final class Models {
    /** Builds a model. */
    @FunctionalInterface
    public interface Builder {
        /**
         * Builds a model with fresh weights.
         *
         * @param example the shape of one example, without the batch
         * @param classes logits out
         * @param key where the randomness comes from
         * @return the model
         */
        Module build(Shape example, int classes, Key key);
    }

    /**
     * A model that can be built.
     *
     * @param name its name; {@code mlp-<widths>} stands for a family
     * @param description one line
     * @param builder builds it
     */
    public record Entry(String name, String description, Builder builder) {
    }

    private static final String MLP = "mlp-<widths>";
    /** Halved twice this leaves 2x2 pixels: a 3x3 convolution still has something to see. */
    private static final int SMALLEST = 8;
    private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

    static {
        add("linear", "one linear layer: the baseline", (example, classes, key) -> mlp(List.of(), 0, 0, example, classes, key));
        add(MLP, "perceptron with ReLU, such as mlp-300-100", (example, classes, key) -> {
            throw new IllegalArgumentException("models: '" + MLP + "' is a pattern; give the widths, such as mlp-300-100");
        });
        // No dropout of inputs: the teacher learns from moved images, which is noise enough.
        add("hinton-teacher", "mlp-1200-1200 with dropout (Hinton et al., 2015)",
                (example, classes, key) -> mlp(List.of(1200, 1200), 0, 0.5, example, classes, key));
        images("lenet", "two convolutions and a hidden layer",
                (example, classes, key) -> LeNet.of(example.dim(0), example.dim(1), example.dim(2), classes, key));
        cnn("cnn-tiny", "three 3x3 convolutions, 16-16-32 channels", 0, List.of(List.of(16), List.of(16), List.of(32)));
        cnn("cnn-small", "three 3x3 convolutions, 24-48-64 channels", 0, List.of(List.of(24), List.of(48), List.of(64)));
        cnn("cnn-base", "four 3x3 convolutions, 32-64-128 channels", 0.2,
                List.of(List.of(32, 32), List.of(64), List.of(128)));
        cnn("cnn-deep", "six 3x3 convolutions, 32-64-128 channels", 0.3,
                List.of(List.of(32, 32), List.of(64, 64), List.of(128, 128)));
        cnn("cnn-large", "six 3x3 convolutions, 64-128-256 channels", 0.3,
                List.of(List.of(64, 64), List.of(128, 128), List.of(256, 256)));
        for (int depth : new int[] {8, 14, 20, 32, 44, 56, 110}) {
            resnet("resnet" + depth, "residual, 16-32-64 channels (He et al., 2016)", depth, 16, 16);
        }
        resnet("resnet8x4", "resnet8 with 64-128-256 channels", 8, 32, 64);
        resnet("resnet32x4", "resnet32 with 64-128-256 channels", 32, 32, 64);
        for (int[] size : new int[][] {{16, 1}, {16, 2}, {40, 1}, {40, 2}}) {
            images("wrn-" + size[0] + "-" + size[1], "wide residual (Zagoruyko, Komodakis, 2016)",
                    (example, classes, key) -> WideResNet.of(example.dim(0), (size[0] - 4) / 6, size[1], classes, key));
        }
    }

    private Models() {
    }

    /**
     * The names that {@link #build} knows.
     *
     * @return in order of size within each family; {@code mlp-<widths>} stands for all perceptrons
     */
    public static List<String> names() {
        return List.copyOf(ENTRIES.keySet());
    }

    /**
     * What the names stand for.
     *
     * @return in the order of {@link #names}
     */
    public static List<Entry> entries() {
        return List.copyOf(ENTRIES.values());
    }

    /**
     * Builds a model by name, with fresh weights.
     *
     * @param name one of {@link #names}, or a perceptron such as {@code mlp-300-100}
     * @param example the shape of one example, without the batch: (C, H, W), or (features) for perceptrons
     * @param classes logits out
     * @param key where the randomness comes from: the same key gives the same weights
     * @return the model
     * @throws IllegalArgumentException if there is no such name, naming the nearest; or the examples do not suit the model
     */
    public static Module build(String name, Shape example, int classes, Key key) {
        if (classes < 1) {
            throw new IllegalArgumentException("models: a classifier needs at least 1 class, got " + classes);
        }
        if (name.matches("mlp(-[1-9]\\d{0,5})+")) {
            List<Integer> widths = Arrays.stream(name.substring(4).split("-")).map(Integer::valueOf).toList();
            return mlp(widths, 0, 0, example, classes, key);
        }
        Entry entry = ENTRIES.get(name);
        if (entry == null && name.matches("mlp-[-\\d]*")) {
            throw new IllegalArgumentException("models: '" + name + "' needs widths from 1 to 999999 after 'mlp-', such as mlp-300-100");
        }
        if (entry == null) {
            throw new IllegalArgumentException("models: there is no '" + name + "'; the nearest are " + Names.nearest(name, names(), 3));
        }
        return entry.builder.build(example, classes, key);
    }

    private static void add(String name, String description, Builder builder) {
        ENTRIES.put(name, new Entry(name, description, builder));
    }

    private static void images(String name, String description, Builder builder) {
        add(name, description, (example, classes, key) -> {
            if (example.rank() != 3 || example.dim(0) < 1 || example.dim(1) < SMALLEST || example.dim(2) < SMALLEST) {
                throw new IllegalArgumentException("models: '" + name + "' needs images (C, H, W) of at least " + SMALLEST + " x " + SMALLEST
                        + ", an example is " + example + "; for other data use linear or mlp-<widths>");
            }
            return builder.build(example, classes, key);
        });
    }

    private static void cnn(String name, String description, double dropout, List<List<Integer>> stages) {
        images(name, description, (example, classes, key) -> Cnn.of(example.dim(0), stages, classes, dropout, key));
    }

    private static void resnet(String name, String description, int depth, int stem, int width) {
        images(name, description, (example, classes, key) -> ResNet.of(example.dim(0), (depth - 2) / 6, stem, width, classes, key));
    }

    private static Module mlp(List<Integer> widths, double inputDropout, double hiddenDropout, Shape example, int classes, Key key) {
        if (example.rank() == 0 || example.size() == 0) {
            throw new IllegalArgumentException("models: a perceptron needs examples with at least one feature, an example is " + example);
        }
        return Mlp.of(example.intSize(), widths, classes, inputDropout, hiddenDropout, key);
    }
}
