package limbeck.tensor.cuda;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.op.Unary;
import limbeck.tensor.spi.View;

/** The ops that work element by element: four elements a thread where all operands lie alike, one by one elsewhere. */
final class Elementwise {
    /** Four elements are read at once. */
    private static final int ALIGNMENT = 16;

    private Elementwise() {
    }

    private static Kernel kernel(CudaContext cuda, String name) {
        return cuda.elementwise().kernel(name);
    }

    static void unary(CudaContext cuda, Unary op, View in, View out) {
        boolean integers = in.type() == DType.I32;
        if (integers) {
            Walk walk = Walk.of(out.layout(), in.layout()).from(1);
            kernel(cuda, "unary_" + ElementwiseSource.name(op.fn()) + "_i32_walk")
                    .launchFor(size(out), in, out, size(out), op.a(), op.b(), walk.struct());
        } else {
            unary(cuda, ElementwiseSource.name(op.fn()), (float) op.a(), (float) op.b(), in, out);
        }
    }

    static void gelu(CudaContext cuda, Gelu op, View in, View out) {
        unary(cuda, op.approximate() ? "gelu_tanh" : "gelu", 0, 0, in, out);
    }

    static void geluInput(CudaContext cuda, GeluInput op, View x, View gradient, View out) {
        binary(cuda, op.approximate() ? "gelu_tanh_input" : "gelu_input", x, gradient, out);
    }

    private static void unary(CudaContext cuda, String fn, float a, float b, View in, View out) {
        Walk walk = Walk.of(out.layout(), in.layout());
        int n = size(out);
        if (walk.isFlat(1) && walk.step(1) == (n > 1 ? 1 : 0) && isAligned(in) && isAligned(out)) {
            kernel(cuda, "unary_" + fn + "_f32_dense").launchFor(Math.ceilDiv(n, 4), in, out, n, a, b);
        } else {
            kernel(cuda, "unary_" + fn + "_f32_walk").launchFor(n, in, out, n, a, b, walk.from(1).struct());
        }
    }

    static void binary(CudaContext cuda, Binary op, View left, View right, View out) {
        binary(cuda, ElementwiseSource.name(op.fn()), left, right, out);
    }

    static void compare(CudaContext cuda, Compare op, View left, View right, View out) {
        binary(cuda, ElementwiseSource.name(op.fn()), left, right, out);
    }

    private static void binary(CudaContext cuda, String fn, View left, View right, View out) {
        String name = "binary_" + fn + (left.type() == DType.I32 ? "_i32" : "_f32");
        Walk walk = Walk.of(out.layout(), left.layout().expand(out.shape()), right.layout().expand(out.shape()));
        int n = size(out);
        if (walk.isFlat(1) && walk.isFlat(2) && isAligned(left, walk.step(1)) && isAligned(right, walk.step(2)) && isAligned(out)) {
            kernel(cuda, name + "_dense").launchFor(Math.ceilDiv(n, 4), left, walk.step(1), right, walk.step(2), out, n);
        } else if (walk.isInFours() && isAligned(left, walk.step(1)) && isAligned(right, walk.step(2)) && isAligned(out)) {
            kernel(cuda, name + "_fours").launchFor(n / 4, left, walk.step(1), right, walk.step(2), out, n / 4,
                    walk.inFours().from(1).struct());
        } else {
            kernel(cuda, name + "_walk").launchFor(n, left, right, out, n, walk.from(1).struct());
        }
    }

    /** A choice between float32 or int32. */
    static void where(CudaContext cuda, View condition, View left, View right, View out) {
        Layout[] layouts = {out.layout(), condition.layout().expand(out.shape()), left.layout().expand(out.shape()),
            right.layout().expand(out.shape())};
        kernel(cuda, "where_walk").launchFor(size(out), condition, left, right, out, size(out), Walk.of(layouts).from(1).struct());
    }

    private static boolean isAligned(View view, int step) {
        return step == 0 || isAligned(view);
    }

    private static boolean isAligned(View view) {
        return DeviceStorage.address(view) % ALIGNMENT == 0;
    }

    private static int size(View view) {
        return view.shape().intSize();
    }
}
