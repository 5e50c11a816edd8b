package limbeck.tensor.reference;

import java.util.Arrays;
import java.util.stream.IntStream;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.spi.View;

/** Matrix products and convolutions. */
final class Products {
    private Products() {
    }

    /** {@code out[..., i, j] = sum over k of left[..., i, k] right[..., k, j]}. */
    static void matMul(MatMul op, View left, View right, View out) {
        Layout l = op.transposeLeft() ? transposed(left.layout()) : left.layout();
        Layout r = op.transposeRight() ? transposed(right.layout()) : right.layout();
        int inner = l.shape().dim(-1);
        int row = out.shape().rank() - 2;
        int column = row + 1;
        Elements x = Elements.of(left, l.expand(out.shape().with(column, inner)));
        Elements y = Elements.of(right, r.expand(out.shape().with(row, inner)));
        Elements z = Elements.of(out);
        for (int[] i : z.indices()) {
            int[] ik = i.clone();
            int[] kj = i.clone();
            double sum = 0;
            for (int k = 0; k < inner; k++) {
                ik[column] = k;
                kj[row] = k;
                sum += x.get(ik) * y.get(kj);
            }
            z.set(sum, i);
        }
    }

    private static Layout transposed(Layout matrices) {
        Integer[] axes = IntStream.range(0, matrices.shape().rank()).boxed().toArray(Integer[]::new);
        int last = axes.length - 1;
        axes[last] = last - 1;
        axes[last - 1] = last;
        return matrices.permute(Arrays.asList(axes));
    }

    static void conv2d(ConvSpec spec, View image, View weight, View out) {
        Elements x = Elements.of(image);
        Elements w = Elements.of(weight);
        Elements y = Elements.of(out);
        y.zero();
        contributions(spec, x.shape(), w.shape(), y.shape(), (p, q, r) -> y.add(x.get(p) * w.get(q), r));
        y.round();
    }

    static void conv2dInput(ConvSpec spec, View gradient, View weight, View image) {
        Elements x = Elements.of(image);
        Elements w = Elements.of(weight);
        Elements y = Elements.of(gradient);
        x.zero();
        contributions(spec, x.shape(), w.shape(), y.shape(), (p, q, r) -> x.add(y.get(r) * w.get(q), p));
        x.round();
    }

    static void conv2dWeight(ConvSpec spec, View image, View gradient, View weight) {
        Elements x = Elements.of(image);
        Elements w = Elements.of(weight);
        Elements y = Elements.of(gradient);
        w.zero();
        contributions(spec, x.shape(), w.shape(), y.shape(), (p, q, r) -> w.add(x.get(p) * y.get(r), q));
        w.round();
    }

    /** What to do where image element p, weight element q and output element r meet. */
    private interface Contribution {
        void at(int[] p, int[] q, int[] r);
    }

    /**
     * All meetings of image (N, C, H, W), weight (K, C / groups, kh, kw) and output (N, K, H', W'). A convolution is linear
     * in image and in weight: {@code y[r] += x[p] w[q]} over all meetings, and its two gradients are the same sum with the
     * roles exchanged.
     */
    private static void contributions(ConvSpec spec, Shape image, Shape weight, Shape output, Contribution contribution) {
        int channels = weight.dim(1);
        int outputsPerGroup = weight.dim(0) / spec.groups();
        var kernel = new Indices(Shape.of(channels, weight.dim(2), weight.dim(3)));
        for (int[] r : new Indices(output)) {
            int firstChannel = r[1] / outputsPerGroup * channels;
            for (int[] k : kernel) {
                int row = r[2] * spec.strideH() - spec.padH() + k[1] * spec.dilationH();
                int column = r[3] * spec.strideW() - spec.padW() + k[2] * spec.dilationW();
                if (row >= 0 && row < image.dim(2) && column >= 0 && column < image.dim(3)) {
                    contribution.at(new int[] {r[0], firstChannel + k[0], row, column}, new int[] {r[1], k[0], k[1], k[2]}, r);
                }
            }
        }
    }
}
