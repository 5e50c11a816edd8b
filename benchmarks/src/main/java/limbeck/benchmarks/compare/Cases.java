package limbeck.benchmarks.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import limbeck.benchmarks.compare.Case.Trait;

/** Everything that {@code limbeck bench} compares, in the order of its table. */
final class Cases {
    private static final List<String> PRODUCTS = List.of("128x128x128", "256x256x256", "512x512x512", "1024x1024x1024", "2048x2048x2048",
            "64x784x576", "128x196x1152", "256x10x128", "4096x64x27", "16384x64x576", "50000x64x147");
    private static final Set<String> SLOW_PRODUCTS = Set.of("128x128x128", "256x256x256", "2048x2048x2048", "128x196x1152", "50000x64x147");

    /** As the parameter of ConvBench: images, channels, extent, output channels, kernel, stride, padding, groups. */
    private static final List<String> CONVOLUTIONS = List.of("128x16x32x16x3x1x1x1", "128x32x16x32x3x1x1x1", "128x64x8x64x3x1x1x1",
            "8x64x56x64x3x1x1x1", "128x3x32x16x3x1x1x1", "128x16x32x32x3x2x1x1", "128x16x32x32x1x2x0x1");
    private static final Set<String> QUICK_CONVOLUTIONS = Set.of("128x16x32x16x3x1x1x1", "128x64x8x64x3x1x1x1");

    private static final int L2 = 64 << 10;
    private static final int RAM = 8 << 20;

    private Cases() {
    }

    /** All of them. */
    static List<Case> all() {
        var cases = new ArrayList<Case>();
        PRODUCTS.forEach(shape -> cases.add(gemm(shape)));
        for (String shape : CONVOLUTIONS) {
            convolution(cases, shape);
        }
        elementwise(cases);
        reductions(cases);
        layers(cases);
        losses(cases);
        for (String model : List.of("mlp-1200-1200", "lenet", "resnet20")) {
            cases.add(step("train step " + model, "StepBench.train", model));
        }
        cases.add(Case.of("train step resnet56 -> resnet20", "StepBench.distil", "", "samples/s", 1).as(Trait.IMAGES).as(Trait.WHOLE));
        for (String model : List.of("mlp-1200-1200", "lenet", "resnet20")) {
            for (int batch : new int[] {1, 128}) {
                cases.add(Case.of("infer " + model + ", batch " + batch, "InferenceBench.infer", "", "samples/s", batch)
                        .with("model", model).with("batch", Integer.toString(batch)).as(Trait.WHOLE));
            }
        }
        return cases.stream().map(c -> c.parameters().getOrDefault("model", "mlp").startsWith("mlp") ? c : c.as(Trait.IMAGES)).toList();
    }

    private static Case gemm(String shape) {
        Case gemm = Case.of("gemm " + shape, "GemmBench.matmul", "tripleLoop", "GFLOP/s", 2e-9 * product(shape, 3))
                .with("shape", shape).with("form", "NN");
        return SLOW_PRODUCTS.contains(shape) ? gemm.as(Trait.SLOW) : gemm;
    }

    private static void convolution(List<Case> cases, String shape) {
        int[] d = numbers(shape);
        int side = (d[2] + 2 * d[6] - d[4]) / d[5] + 1;
        double work = 2e-9 * d[0] * d[3] * side * side * d[1] / d[7] * d[4] * d[4];
        String what = String.format(Locale.ROOT, "conv %dx%d %dx%dx%d -> %d%s, batch %d", d[4], d[4], d[1], d[2], d[2], d[3],
                d[5] == 1 ? "" : " stride " + d[5], d[0]);
        for (String[] pass : new String[][] {{"forward", "", "plainLoops"}, {"gradientOfImage", ", image gradient", ""},
            {"gradientOfWeight", ", weight gradient", ""}}) {
            Case one = Case.of(what + pass[1], "ConvBench." + pass[0], pass[2], "GFLOP/s", work).with("shape", shape).as(Trait.IMAGES);
            boolean quick = QUICK_CONVOLUTIONS.contains(shape) && !pass[0].equals("gradientOfImage");
            cases.add(quick ? one : one.as(Trait.SLOW));
        }
    }

    private static void elementwise(List<Case> cases) {
        cases.add(elementwise("relu 64K", "relu", "reluLoop", L2));
        cases.add(elementwise("relu 8M", "relu", "reluLoop", RAM));
        cases.add(elementwise("relu 128x64x32x32, new result", "relu", "reluLoop", RAM).against("reluFresh"));
        cases.add(elementwise("add 64K", "add", "addLoop", L2).as(Trait.SLOW));
        cases.add(elementwise("add 8M", "add", "addLoop", RAM).as(Trait.SLOW));
        for (String function : List.of("exp", "tanh", "gelu", "geluTanh")) {
            String name = function.equals("geluTanh") ? "gelu-tanh" : function;
            String loop = function.startsWith("gelu") ? "geluLoop" : function + "Loop";
            cases.add(elementwise(name + " 64K", function, loop, L2));
            cases.add(elementwise(name + " 8M", function, loop, RAM).as(Trait.SLOW));
        }
    }

    private static Case elementwise(String name, String method, String baseline, int size) {
        double bytes = method.equals("add") ? 12 : 8;
        return Case.of("elementwise " + name, "ElementwiseBench." + method, baseline, "GB/s", 1e-9 * bytes * size)
                .with("size", Integer.toString(size));
    }

    private static void reductions(List<Case> cases) {
        for (int rows : new int[] {64, 8192}) {
            for (String[] one : new String[][] {{"sum", "sumRowsLoop"}, {"sumRows", "sumRowsLoop"}, {"sumColumns", ""},
                {"maxRows", "maxRowsLoop"}}) {
                String name = "reduction " + one[0] + " " + rows + "x1024";
                Case reduction = Case.of(name, "ReductionBench." + one[0], one[1], "GB/s", 4e-9 * rows * 1024)
                        .with("rows", Integer.toString(rows));
                cases.add(rows == 64 && one[0].equals("sumRows") ? reduction : reduction.as(Trait.SLOW));
            }
        }
    }

    private static void layers(List<Case> cases) {
        cases.add(Case.calls("batch norm 128x64x32x32", "NormBench.batchNorm", "batchNormLoop").as(Trait.IMAGES));
        cases.add(Case.calls("batch norm 128x64x32x32, forward and backward", "NormBench.batchNormStep", "").as(Trait.IMAGES));
        cases.add(Case.calls("layer norm 4096x512", "NormBench.layerNorm", "layerNormLoop"));
        cases.add(Case.calls("layer norm 4096x512, forward and backward", "NormBench.layerNormStep", ""));
        cases.add(Case.calls("max pool 2x2 128x64x32x32", "PoolBench.maxPool", "maxPoolLoop").as(Trait.IMAGES));
        cases.add(Case.calls("max pool 2x2 128x64x32x32, forward and backward", "PoolBench.maxPoolStep", "").as(Trait.IMAGES));
    }

    private static void losses(List<Case> cases) {
        cases.add(Case.calls("loss log-softmax 1024x1000", "LossBench.logSoftmax", "logSoftmaxLoop"));
        cases.add(Case.calls("loss log-softmax 1024x1000, forward and backward", "LossBench.logSoftmaxStep", ""));
        cases.add(Case.calls("loss cross-entropy 1024x1000, forward and backward", "LossBench.crossEntropyStep", "").as(Trait.SLOW));
        cases.add(Case.calls("loss distillation 1024x1000, forward and backward", "LossBench.kdStep", ""));
    }

    private static Case step(String name, String benchmark, String model) {
        return Case.of(name, benchmark, "", "samples/s", 1).with("model", model).as(Trait.WHOLE);
    }

    private static int[] numbers(String shape) {
        return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    private static double product(String shape, int count) {
        return Arrays.stream(numbers(shape)).limit(count).mapToDouble(x -> x).reduce(1, (a, b) -> a * b);
    }
}
