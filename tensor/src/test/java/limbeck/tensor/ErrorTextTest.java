package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users read when shapes, types or devices do not fit: one sentence that says what was given and what to try. */
final class ErrorTextTest {
    private static final Device DEVICE = Device.reference();

    private static Tensor zeros(int... dims) {
        return DEVICE.zeros(dims);
    }

    private static void assertShapeError(String expected, Executable call) {
        assertEquals(expected, assertThrows(ShapeException.class, call).getMessage());
    }

    @Test
    void matmul() {
        assertShapeError("matmul: inner dimensions differ: left is (2, 3), right is (4, 5); 3 != 4",
                () -> zeros(2, 3).matmul(zeros(4, 5)));
        assertShapeError("matmul: inner dimensions differ: left is (2, 3), right is (4, 3); 3 != 4. Did you mean right.t()?",
                () -> zeros(2, 3).matmul(zeros(4, 3)));
        assertShapeError("matmul: matrices are needed: left is (2, 3), right is (3); rank 1 < 2; unsqueeze a vector to a row or a column",
                () -> zeros(2, 3).matmul(zeros(3)));
        assertShapeError("matmul: shapes do not broadcast: left is (2), right is (3); 2 != 3 on axis -1, and neither is 1; "
                + "reshape or expand one of them", () -> zeros(2, 1, 1).matmul(zeros(3, 1, 1)));
    }

    @Test
    void fused() {
        assertEquals("linear: the bias is (3) where (5) fits the weight (5, 4)", assertThrows(ShapeException.class,
                () -> zeros(2, 4).apply(new Linear(false), List.of(zeros(5, 4), zeros(3)))).getMessage());
        assertEquals("conv2dBias: the bias is (2) where (5) fits the weight (5, 2, 3, 3)", assertThrows(ShapeException.class,
                () -> zeros(1, 2, 6, 6).apply(new Conv2dBias(ConvSpec.DEFAULT, false), List.of(zeros(5, 2, 3, 3), zeros(2)))).getMessage());
        assertEquals("conv2dInputAdd: the addend is (2, 8, 1) where the image's gradient is (1, 2, 8, 8); expand or reshape it",
                assertThrows(ShapeException.class, () -> zeros(1, 5, 6, 6).apply(new Conv2dInputAdd(ConvSpec.DEFAULT, Shape.of(1, 2, 8, 8)),
                        List.of(zeros(5, 2, 3, 3), zeros(2, 8, 1)))).getMessage());
        assertShapeError("layerNorm: the input's last axes are not those of the weight: left is (2, 3), right is (); "
                + "the weight needs an axis", () -> zeros(2, 3).apply(new LayerNorm(1e-5), List.of(zeros(), zeros())));
    }

    @Test
    void broadcast() {
        assertShapeError("add: shapes do not broadcast: left is (2, 3), right is (2); 3 != 2 on axis -1, and neither is 1; "
                + "reshape or expand one of them", () -> zeros(2, 3).add(zeros(2)));
        assertShapeError("expand: cannot expand: input is (2, 3); wanted (4, 3); only axes of extent 1 can be repeated",
                () -> zeros(2, 3).expand(4, 3));
    }

    @Test
    void reshape() {
        assertShapeError("reshape: sizes differ: input is (2, 3); wanted (4) with 4 elements, have 6; "
                + "use -1 for the one dimension that follows from the others", () -> zeros(2, 3).reshape(4));
        assertShapeError("reshape: (2, 3) has 6 elements, which do not divide by the 4 of [4, -1] to give the dimension marked -1",
                () -> zeros(2, 3).reshape(4, -1));
        assertShapeError("reshape: only one dimension may be -1, got [-1, -1]", () -> zeros(2, 3).reshape(-1, -1));
    }

    @Test
    void axes() {
        assertShapeError("axis -1 does not exist in shape (); a scalar has no axes", () -> DEVICE.scalar(1).softmax(-1));
        assertShapeError("axis 2 does not exist in shape (2, 3); give -2 to 1", () -> zeros(2, 3).sum(2));
        assertShapeError("sum: an axis is negative: input is (2, 3); axes [-1]; count axes from 0",
                () -> zeros(2, 3).apply(new Reduce(ReduceFn.SUM, List.of(-1), true), List.of()));
        assertShapeError("sum: an axis is named twice: input is (2, 3); axes [0, 0]; name each axis once",
                () -> zeros(2, 3).apply(new Reduce(ReduceFn.SUM, List.of(0, 0), false), List.of()));
        assertShapeError("flip: an axis is named twice: input is (2, 3); axes [1, 1]; name each axis once", () -> zeros(2, 3).flip(1, -1));
        assertShapeError("permute: axes [0, 0] are not a permutation: input is (2, 3); need each of 0 to 1 once",
                () -> zeros(2, 3).permute(0, 0));
        assertShapeError("squeeze: axis 1 of shape (2, 3) has extent 3, not 1; select one element instead", () -> zeros(2, 3).squeeze(1));
        assertShapeError("unsqueeze: axis 4 does not fit shape (2, 3); give -3 to 2", () -> zeros(2, 3).unsqueeze(4));
        assertShapeError("argmax: nothing to choose from: input is (0, 3); axis 0 is empty", () -> zeros(0, 3).argmax(0));
    }

    @Test
    void slice() {
        assertShapeError("slice: range out of bounds: input is (2, 3); asked for 1 to 4 step 1 on axis 1 of extent 3; "
                + "keep 0 <= start <= stop <= extent and step >= 1", () -> zeros(2, 3).slice(1, 1, 4));
    }

    @Test
    void concatAndPad() {
        assertShapeError("concat: shapes differ outside axis 0: left is (2, 3), right is (2, 4); all other extents must be equal",
                () -> zeros(2, 3).concat(0, List.of(zeros(2, 4))));
        assertShapeError("pad: a border is negative: input is (2, 3); axis 1 has -1 and 0; use slice to cut",
                () -> zeros(2, 3).pad(1, -1, 0, 0));
    }

    @Test
    void gatherAndScatterAdd() {
        assertShapeError("indexSelect: an index of rank 1 is needed: left is (3, 2), right is (1, 2); the index has rank 2; "
                + "flatten it, or use gather", () -> zeros(3, 2).indexSelect(0, DEVICE.arange(2).reshape(1, 2)));
        Tensor index = DEVICE.tensor(new int[4], 4);
        assertShapeError("gather: ranks differ: left is (2, 3), right is (4); 1 != 2; unsqueeze the index",
                () -> zeros(2, 3).gather(1, index));
        assertShapeError("gather: the index does not fit the source: left is (2, 3), right is (4, 1); 4 != 2 on axis 0; "
                + "off the gathered axis extents are equal, or 1 in the index", () -> zeros(2, 3).gather(1, index.reshape(4, 1)));
        assertShapeError("gather: indices must be I32, got F64; cast first, for example index.cast(I32)",
                () -> zeros(2, 3).gather(0, zeros(1, 1)));
        assertShapeError("scatterAdd: extents differ along axis 0: left is (2), right is (4); 2 != 4; give one index for each element",
                () -> zeros(2).apply(new ScatterAdd(0, 5), List.of(index)));
    }

    /** Backends word it in their own way, but all name the index and the extent. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void indexOutOfRange(String device) {
        Tensor index = Device.of(device).tensor(new int[] {0, 1, -7, 0}, 4);
        for (Executable call : List.<Executable>of(() -> Device.of(device).zeros(29).gather(0, index),
                () -> Device.of(device).zeros(4).apply(new ScatterAdd(0, 29), List.of(index)), () -> index.oneHot(29))) {
            String message = assertThrows(IllegalArgumentException.class, call).getMessage();
            assertTrue(message.contains("-7") && (message.contains("29") || message.contains("28")) && message.contains("2"), message);
        }
    }

    @Test
    void conv2d() {
        Tensor image = zeros(2, 3, 8, 8);
        assertShapeError("conv2d: channels differ: left is (2, 3, 8, 8), right is (4, 5, 3, 3); 3 != 5 x 1 groups; "
                + "the weights' second dimension is the image's channels divided by groups",
                () -> image.conv2d(zeros(4, 5, 3, 3), ConvSpec.DEFAULT));
        assertShapeError("conv2d: output channels do not divide into the groups: left is (2, 3, 8, 8), right is (4, 1, 3, 3); 4 % 3 != 0",
                () -> image.conv2d(zeros(4, 1, 3, 3), ConvSpec.DEFAULT.groups(3)));
        assertShapeError("conv2d: images (N, C, H, W) and weights (out, in, kh, kw) are needed: left is (3, 8, 8), right is (4, 3, 3, 3); "
                + "ranks 3 and 4; unsqueeze or reshape", () -> zeros(3, 8, 8).conv2d(zeros(4, 3, 3, 3), ConvSpec.DEFAULT));
        assertShapeError("conv2d: a kernel that spans 9 does not fit into extent 8 with padding 0; use a smaller kernel or more padding",
                () -> image.conv2d(zeros(4, 3, 3, 3), ConvSpec.DEFAULT.dilation(4)));
        assertShapeError("conv2d: stride (0, 0), padding (0, 0), dilation (1, 1), groups 1; "
                + "need stride, dilation and groups >= 1 and padding >= 0", () -> ConvSpec.DEFAULT.stride(0));
    }

    @Test
    void pooling() {
        assertShapeError("maxPool2d: images (N, C, H, W) are needed: input is (3, 8, 8); rank 3 != 4; unsqueeze or reshape",
                () -> zeros(3, 8, 8).maxPool2d(2, 2, 0));
        assertShapeError("pool: extent 2 with padding 0 is too short for the kernel 3; use a smaller kernel or more padding",
                () -> zeros(1, 1, 2, 2).maxPool2d(3, 1, 0));
        assertShapeError("pool: extent 0 with padding 1 is too short for the kernel 2; use a smaller kernel or more padding",
                () -> zeros(1, 1, 0, 2).maxPool2d(2, 1, 1));
        assertShapeError("pool: kernel 2, stride 1, padding 2 do not make windows; "
                + "need kernel >= 1, stride >= 1 and 0 <= padding <= kernel / 2", () -> new Window.Sliding(2, 1, 2));
        assertShapeError("pool: cannot cut an empty axis into 2 windows", () -> zeros(1, 1, 0, 2).adaptiveAvgPool2d(2, 2));
    }

    @Test
    void elementTypes() {
        Tensor integers = DEVICE.arange(3);
        assertShapeError("add: element types differ: [F64, I32]; cast one side first, for example x.cast(F64)",
                () -> zeros(3).add(integers));
        assertShapeError("exp: wants floating-point numbers, got I32; cast first, for example x.cast(F32)", integers::exp);
        assertShapeError("sum: BOOL has no arithmetic; cast it first, for example mask.cast(F32)", () -> integers.gt(1).sum());
        assertShapeError("where: the condition must be BOOL, got F64; compare first, for example x.gt(y)",
                () -> zeros(3).where(zeros(3), zeros(3)));
    }

    @Test
    void devices() {
        var error = assertThrows(IllegalArgumentException.class, () -> Device.cpu().zeros(2).add(zeros(2)));
        assertEquals("add: operands are on different devices, cpu and reference; move one with to(device)", error.getMessage());
        error = assertThrows(IllegalArgumentException.class, () -> Device.of("tpu"));
        assertEquals("device: there is no 'tpu'; choose cpu, reference, cuda or cuda:N", error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Device.of("cuda:00"), "a second name for cuda:0");
    }

    @Test
    void values() {
        assertShapeError("tensor: shape (2, 3) needs 6 values, got 5", () -> DEVICE.tensor(new float[5], 2, 3));
        assertShapeError("tensor: shape (2, 3) needs 6 values, got 7", () -> DEVICE.tensor(new float[7], 2, 3));
        assertShapeError("tensor: shape () needs 1 values, got 3", () -> DEVICE.tensor(new double[3]));
        assertShapeError("tensor: shape (2) needs 2 values, got 3", () -> DEVICE.tensor(new int[3], 2));
        assertShapeError("shape: a dimension is negative in (2, -3); every dimension must be 0 or more", () -> Shape.of(2, -3));
        assertShapeError("shape: (2147483647, 2147483647, 3) has more elements than can be counted",
                () -> Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 3));
        assertShapeError("shape (65536, 65536) has 4294967296 elements; one tensor holds at most 2147475456",
                () -> zeros(1).expand(1 << 16, 1 << 16));
        assertShapeError("shape (65536, 65536) has 4294967296 elements; one tensor holds at most 2147475456",
                () -> Shape.of(1 << 16, 1 << 16).intSize());
        assertShapeError("item: a tensor of one element is needed, this one is (2); reduce it first, or use toFloats()",
                () -> zeros(2).item());
    }

    @Test
    void fractionsOfIntegers() {
        Tensor integers = DEVICE.tensor(new int[] {49}, 1);
        String rest = ": wants floating-point numbers, got I32; cast first, for example x.cast(F32)";
        // 49 * (1 / 49.0) is less than 1, and would be cut off to 0.
        assertShapeError("div" + rest, () -> integers.div(49));
        assertShapeError("mean" + rest, integers::mean);
        assertShapeError("var" + rest, () -> integers.var(List.of(0), 0, false));
    }

    private static void assertRefused(String expected, Executable call) {
        assertEquals(expected, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void ranges() {
        assertRefused("clamp: the bounds are 6.0 and 0.0; the lower one comes first", () -> zeros(2).clamp(6, 0));
        assertRefused("bernoulli: the probability is 1.5; it must lie within 0 to 1",
                () -> DEVICE.bernoulli(Key.of(1), 1.5, Shape.of(2)));
        assertRefused("normal: the standard deviation is -1.0; it must be 0 or more",
                () -> DEVICE.normal(Key.of(1), 0, -1, Shape.of(2)));
        assertRefused("uniform: the bounds are 1.0 and 0.0; the lower one comes first",
                () -> DEVICE.uniform(Key.of(1), 1, 0, Shape.of(2)));
    }

    @Test
    void elementsThatWereNotKept() {
        Tensor shape = zeros(2).withoutElements();
        String expected = "this tensor's memory was given back by an op that saves nothing of it for backward (Op.saves); "
                + "read it earlier, or hand it on with scope.keep(tensor)";
        assertEquals(expected, assertThrows(IllegalStateException.class, shape::toFloats).getMessage());
        assertEquals(expected, assertThrows(IllegalStateException.class, shape::toDoubles).getMessage());
    }

    @Test
    void aLayersPathComesFirst() {
        var error = assertThrows(ShapeException.class, () -> zeros(2).reshape(3));
        assertTrue(error.at("layer3.1.conv2").getMessage().startsWith("in layer3.1.conv2: reshape: sizes differ"));
        assertEquals(error, error.at("head").getCause());
    }
}
