package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Optional;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Tensor;

/** Products of square matrices beside cuBLAS, in operations a second. */
final class ProductRates {
    private static final List<Integer> SIZES = List.of(1024, 2048, 4096, 8192);
    private static final List<Integer> TOYS = List.of(48, 64);
    private static final int PATTERN = 1 << 20;

    private final Ours ours;
    private final Figures figures;
    private final Optional<Rival.Products> rival;

    private ProductRates(Ours ours, Figures figures) {
        this.ours = ours;
        this.figures = figures;
        this.rival = Rival.find(Rival.Products.class, "Cublas", figures);
    }

    /** Measures all precisions in turn. */
    static void measure(Ours ours, Figures figures, Options options) {
        var rates = new ProductRates(ours, figures);
        List<Integer> sizes = options.quick() ? TOYS : SIZES;
        for (Precision precision : options.precisions()) {
            Precision.use(precision);
            rates.agree(precision, sizes.getFirst());
            sizes.forEach(size -> rates.rate(precision, size));
        }
    }

    private static String name(Precision precision, int size) {
        return "product " + size + " " + Rates.name(precision);
    }

    private void agree(Precision precision, int size) {
        float[] a = Agreement.numbers(size * size, 1);
        float[] b = Agreement.numbers(size * size, 2);
        String what = name(precision, size) + " by a rival";
        figures.attempt(what, () -> {
            float[] product = ours.gpu().tensor(a, size, size).matmul(ours.gpu().tensor(b, size, size)).toFloats();
            for (Work work : works(precision, size, a, b)) {
                try (work) {
                    work.launch();
                    work.await();
                    Agreement.require(precision, product, work.result(product.length));
                }
            }
        });
    }

    private List<Work> works(Precision precision, int size, float[] a, float[] b) {
        return rival.map(r -> r.products(precision, size, a, b)).orElse(List.of());
    }

    private void rate(Precision precision, int size) {
        String name = name(precision, size);
        double operations = 2.0 * size * size * size;
        figures.attempt(name, () -> {
            Tensor a = ours.gpu().normal(Key.of(1), size, size);
            Tensor b = ours.gpu().normal(Key.of(2), size, size);
            add(name, Figure.OURS, operations / ours.time(() -> a.matmul(b)));
        });
        figures.attempt(name + " by a rival", () -> works(precision, size, Agreement.numbers(PATTERN, 1), Agreement.numbers(PATTERN, 2))
                .forEach(work -> add(name, work.who(), operations / ours.time(work))));
    }

    private void add(String name, String who, double rate) {
        figures.add(new Figure(name, who, rate * 1e-12, "TFLOP/s"));
    }
}
