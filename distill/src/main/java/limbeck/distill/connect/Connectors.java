package limbeck.distill.connect;

import java.util.ArrayList;
import java.util.List;
import limbeck.nn.BatchNorm1d;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Conv2d;
import limbeck.nn.GlobalAvgPool2d;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;

/**
 * Makes connectors: modules that turn the student's feature into the shape of the teacher's. Their parameters are trained with the
 * student and thrown away afterwards.
 *
 * {@snippet :
 * Shape student = Shape.of(32, 16, 16);
 * Shape teacher = Shape.of(128, 8, 8);
 * Module connector = Connectors.between(student, teacher, Tail.NORM_RELU, key);
 * Connectors.describe(student, teacher, Tail.NORM_RELU);   // conv 3x3 stride 2, batch norm, ReLU
 * }
 *
 * Which one is chosen follows FitNets (Romero et al., ICLR 2015) and its usual implementations, see {@link #between}.
 */
public final class Connectors {
    /** A valid convolution for a larger difference would cost more than many a student: there, the map is pooled first. */
    private static final int LARGEST_KERNEL = 7;

    /** How two shapes are brought together. */
    private enum Way {
        SAME,
        HALVE,
        DOUBLE,
        SHAVE,
        RESIZE,
        LINEAR,
        POOL
    }

    private Connectors() {
    }

    /**
     * A connector for maps of one size.
     *
     * @param in the student's channels
     * @param out the teacher's channels
     * @param tail what follows the convolution; without a norm the convolution has a bias
     * @param key where the randomness comes from
     * @return (N, in, H, W) to (N, out, H, W)
     */
    public static Module conv1x1(int in, int out, Tail tail, Key key) {
        return maps(List.of(), conv(in, out, 1, ConvSpec.DEFAULT, tail, key), out, tail);
    }

    /**
     * The connector that suits two shapes, of one example each, without the batch.
     *
     * <ul>
     * <li>maps (C, H, W) of one size: a convolution 1x1
     * <li>the student's twice as large: a convolution 3x3 of stride 2
     * <li>the student's half as large: a transposed convolution 4x4 of stride 2
     * <li>the student's larger by d, at most 6, in both directions: a convolution of 1 + d without padding
     * <li>all other sizes: {@link Resize} to the teacher's size, then a convolution 1x1
     * <li>vectors (C): a linear layer
     * <li>maps to a vector: global average pooling, then a linear layer
     * </ul>
     *
     * @param student the shape of the student's feature
     * @param teacher the shape of the teacher's feature
     * @param tail what follows; without a norm the linear map has a bias
     * @param key where the randomness comes from
     * @return a module from batches of the one to batches of the other
     * @throws IllegalArgumentException if the student shows a vector and the teacher maps, or one shows neither
     */
    public static Module between(Shape student, Shape teacher, Tail tail, Key key) {
        int in = student.dim(0);
        int out = teacher.dim(0);
        return switch (way(student, teacher)) {
            case SAME -> conv1x1(in, out, tail, key);
            case HALVE -> maps(List.of(), conv(in, out, 3, ConvSpec.DEFAULT.stride(2).padding(1), tail, key), out, tail);
            case DOUBLE -> maps(List.of(), transposed(in, out, tail, key), out, tail);
            case SHAVE -> maps(List.of(), conv(in, out, 1 + student.dim(1) - teacher.dim(1), ConvSpec.DEFAULT, tail, key), out, tail);
            case RESIZE -> maps(List.of(new Resize(teacher.dim(1), teacher.dim(2), Upsampling.BILINEAR)),
                    conv(in, out, 1, ConvSpec.DEFAULT, tail, key), out, tail);
            case LINEAR -> vectors(List.of(), in, out, tail, key);
            case POOL -> vectors(List.of(new GlobalAvgPool2d()), in, out, tail, key);
        };
    }

    /**
     * What {@link #between} makes, in words.
     *
     * @param student the shape of the student's feature
     * @param teacher the shape of the teacher's feature
     * @param tail what follows
     * @return such as {@code conv 3x3 stride 2, batch norm}
     * @throws IllegalArgumentException as {@link #between} does
     */
    public static String describe(Shape student, Shape teacher, Tail tail) {
        return switch (way(student, teacher)) {
            case SAME -> "conv 1x1";
            case HALVE -> "conv 3x3 stride 2";
            case DOUBLE -> "transposed conv 4x4 stride 2";
            case SHAVE -> {
                int kernel = 1 + student.dim(1) - teacher.dim(1);
                yield "conv " + kernel + "x" + kernel + " without padding";
            }
            case RESIZE -> "resize to " + teacher.dim(1) + "x" + teacher.dim(2) + ", conv 1x1";
            case LINEAR -> "linear";
            case POOL -> "global average pool, linear";
        } + tail.words();
    }

    private static Way way(Shape student, Shape teacher) {
        boolean fits = (student.rank() == 1 || student.rank() == 3) && (teacher.rank() == 1 || teacher.rank() == 3)
                && student.rank() >= teacher.rank();
        if (!fits) {
            throw new IllegalArgumentException("connector: the student shows " + student + ", the teacher " + teacher
                    + "; from maps (C, H, W) to maps or a vector (C), or from a vector to a vector, a connector can be made, so choose other layers");
        }
        if (teacher.rank() == 1) {
            return student.rank() == 1 ? Way.LINEAR : Way.POOL;
        }
        int height = student.dim(1) - teacher.dim(1);
        int width = student.dim(2) - teacher.dim(2);
        if (height == 0 && width == 0) {
            return Way.SAME;
        }
        if (student.dim(1) == 2 * teacher.dim(1) && student.dim(2) == 2 * teacher.dim(2)) {
            return Way.HALVE;
        }
        if (2 * student.dim(1) == teacher.dim(1) && 2 * student.dim(2) == teacher.dim(2)) {
            return Way.DOUBLE;
        }
        return height == width && height > 0 && height < LARGEST_KERNEL ? Way.SHAVE : Way.RESIZE;
    }

    private static Module conv(int in, int out, int kernel, ConvSpec spec, Tail tail, Key key) {
        return tail == Tail.NONE ? Conv2d.of(in, out, kernel, spec, key) : Conv2d.withoutBias(in, out, kernel, spec, key);
    }

    private static Module transposed(int in, int out, Tail tail, Key key) {
        ConvSpec spec = ConvSpec.DEFAULT.stride(2).padding(1);
        return tail == Tail.NONE ? TransposedConv2d.of(in, out, 4, spec, key) : TransposedConv2d.withoutBias(in, out, 4, spec, key);
    }

    private static Module maps(List<Module> before, Module map, int out, Tail tail) {
        return chain(before, map, tail == Tail.NONE ? null : BatchNorm2d.of(out), tail);
    }

    private static Module vectors(List<Module> before, int in, int out, Tail tail, Key key) {
        return tail == Tail.NONE ? chain(before, Linear.of(in, out, key), null, tail)
                : chain(before, Linear.withoutBias(in, out, key), BatchNorm1d.of(out), tail);
    }

    private static Module chain(List<Module> before, Module map, Module norm, Tail tail) {
        var layers = new ArrayList<>(before);
        layers.add(map);
        switch (tail) {
            case NONE -> { }
            case NORM -> layers.add(norm);
            case NORM_RELU -> layers.addAll(List.of(norm, new Relu()));
        }
        return layers.size() == 1 ? layers.getFirst() : new Sequential(layers);
    }
}
