package limbeck.tensor.cuda;

import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.spi.View;

/** Softmax and its relatives, each in one launch, along an axis of any layout. */
final class Softmaxes {
    /** The longest row that one warp takes. */
    private static final int WARP_ROW = 1024;

    private Softmaxes() {
    }

    static boolean applies(List<View> in) {
        return in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0);
    }

    /** One operand. */
    static void forward(CudaContext cuda, String name, int axis, View x, View out) {
        int count = x.shape().dim(axis);
        int rows = x.shape().intSize() / count;
        launch(cuda, name, rows, count,
                x, out, rows, count, stride(x, axis), stride(out, axis), walk(axis, x, out));
    }

    /** The result of {@link #forward} and its gradient. */
    static void backward(CudaContext cuda, String name, int axis, View y, View gradient, View out) {
        int count = y.shape().dim(axis);
        int rows = y.shape().intSize() / count;
        launch(cuda, name + "_input", rows, count,
                y, gradient, out, rows, count, stride(y, axis), stride(gradient, axis), stride(out, axis), walk(axis, y, gradient, out));
    }

    /** The gradient for the student's logits in row-major order, then a loss for each row. */
    static void divergence(CudaContext cuda, double temperature, View student, View teacher, View out) {
        int count = student.shape().dim(1);
        int rows = student.shape().dim(0);
        long gradient = DeviceStorage.address(out);
        launch(cuda, "soft_divergence", rows, count,
                student, teacher, gradient, gradient + 4L * rows * count, rows, count, stride(student, 1), stride(teacher, 1),
                (float) temperature, walk(1, student, teacher));
    }

    /** The gradient for the logits in row-major order, then a loss for each row. */
    static void crossEntropy(CudaContext cuda, double smoothing, View logits, View labels, View out) {
        int count = logits.shape().dim(1);
        int rows = logits.shape().dim(0);
        long gradient = DeviceStorage.address(out);
        launch(cuda, "cross_entropy", rows, count,
                logits, labels, gradient, gradient + 4L * rows * count, rows, count, stride(logits, 1), (float) smoothing,
                cuda.indexErrors().slot("crossEntropy", "labels", count), walk(1, logits, labels));
    }

    private static void launch(CudaContext cuda, String name, int rows, int count, Object... args) {
        Kernels kernels = cuda.kernels("softmax.cu");
        if (count <= WARP_ROW) {
            kernels.kernel(name + "_warp").launch(Math.ceilDiv(rows, 8), 1, 1, 256, 0, args);
        } else {
            kernels.kernel(name + "_block").launch(rows, 1, 1, 256, 0, args);
        }
    }

    private static int stride(View view, int axis) {
        return view.layout().stride(axis);
    }

    private static int[] walk(int axis, View... views) {
        int[] others = IntStream.range(0, views[0].shape().rank()).filter(other -> other != axis).toArray();
        Layout[] layouts = new Layout[views.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = views[i].layout();
        }
        return Walk.over(others, layouts).struct();
    }
}
