package limbeck.distill.relations;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Identity;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The maximum mean discrepancy between the student's and the teacher's features as two clouds of points (Gretton et al., JMLR 2012;
 * to distil: Huang and Wang, 2017, arXiv 1707.01219):
 * {@code L = mean k(t_i, t_j) + mean k(s_i, s_j) - 2 mean k(s_i, t_j)}, the biased estimate, which is never negative and 0 for equal
 * clouds. Which example is which does not count.
 *
 * <p>It needs one feature of each, (N, ...) of the same number of elements for an example; where they differ, a linear connector
 * takes the student's there.
 *
 * @param pair where to look; the pooled features
 * @param kernel the kernel
 * @param connector takes the student's rows (N, D) to the teacher's width; an {@link Identity} where they are equal
 */
public record MaximumMeanDiscrepancy(Pairing pair, Kernel kernel, Module connector) implements Objective {
    /** How alike two points are. */
    public sealed interface Kernel {
    }

    /**
     * The Gaussian kernel {@code exp(-|x - y|^2 / (2 h^2))} whose width h is the median distance between two different points of both
     * clouds together, a constant to the gradient.
     */
    public record Rbf() implements Kernel {
    }

    /** The dot product {@code x . y / D}: it compares the clouds' means alone. */
    public record DotProduct() implements Kernel {
    }

    /**
     * {@code (x . y / D + 1)^degree}: it compares all moments up to that degree.
     *
     * @param degree at least 1
     */
    public record Polynomial(int degree) implements Kernel {
        /**
         * Checks the degree.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Polynomial {
            if (degree < 1) {
                throw new IllegalArgumentException("mmd: the degree of a polynomial kernel is at least 1, usually 2, got " + degree);
            }
        }
    }

    /** Chosen by name. */
    public static final Method METHOD = Method.named("mmd", "Gretton et al., JMLR 2012; Huang, Wang, 2017", Compares.RELATIONS)
            .advice("compares distributions, not examples: also where teacher and student see different augmentations")
            .layers("pooled")
            .option("kernel", "rbf", "rbf, linear or polynomial")
            .option("degree", 2, "of the polynomial kernel")
            .builtBy(MaximumMeanDiscrepancy::build);

    private static Objective build(Setup setup) {
        Kernel kernel = switch (setup.oneOf("kernel", "rbf", "linear", "polynomial")) {
            case "linear" -> new DotProduct();
            case "polynomial" -> new Polynomial(setup.count("degree"));
            default -> new Rbf();
        };
        Pairing pair = setup.pair();
        int from = pair.student().output().intSize();
        int to = pair.teacher().output().intSize();
        if (from == to) {
            return new MaximumMeanDiscrepancy(pair, kernel, new Identity());
        }
        setup.note("takes the student's " + from + " features to " + to + " by a linear connector");
        return new MaximumMeanDiscrepancy(pair, kernel, setup.place(Linear.of(from, to, setup.key())));
    }

    @Override
    public Variable loss(Moment moment) {
        Variable student = connector.apply(Rows.of(pair.student(moment)));
        Variable teacher = Variable.of(Rows.of(pair.teacher(moment)));
        int dimensions = student.shape().dim(1);
        return switch (kernel) {
            case Rbf() -> gaussian(student, teacher);
            // The mean of all products is the product of the means.
            case DotProduct() -> student.mean(0).sub(teacher.mean(0)).square().mean();
            case Polynomial(int degree) -> {
                Variable own = power(student, student, dimensions, degree);
                Variable both = power(student, teacher, dimensions, degree);
                yield power(teacher, teacher, dimensions, degree).add(own).sub(both.mul(2));
            }
        };
    }

    private static Variable power(Variable x, Variable y, int dimensions, int degree) {
        Variable base = x.matmulTransposed(y).div(dimensions).add(1);
        Variable power = base;
        for (int i = 1; i < degree; i++) {
            power = power.mul(base);
        }
        return power.mean();
    }

    private static Variable gaussian(Variable student, Variable teacher) {
        Variable own = Rows.squaredDistances(student, student);
        Variable theirs = Rows.squaredDistances(teacher, teacher);
        Variable both = Rows.squaredDistances(student, teacher);
        double scale = -0.5 / median(own.tensor(), theirs.tensor(), both.tensor());
        return theirs.mul(scale).exp().mean().add(own.mul(scale).exp().mean()).sub(both.mul(scale).exp().mean().mul(2));
    }

    /** The median of the squared distances between different points, which is the square of the median distance; 1 if all fall together. */
    private static double median(Tensor own, Tensor theirs, Tensor both) {
        int count = own.shape().dim(0);
        double[] sorted = Stream.of(above(own, count), above(theirs, count), Arrays.stream(both.toDoubles()))
                .flatMapToDouble(each -> each).sorted().toArray();
        double middle = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return middle > 0 ? middle : 1;
    }

    private static DoubleStream above(Tensor square, int count) {
        double[] values = square.toDoubles();
        return IntStream.range(0, values.length).filter(k -> k % count > k / count).mapToDouble(k -> values[k]);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Shape from = student.feature(pair.student().path());
        Shape to = teacher.feature(pair.teacher().path());
        if (connector instanceof Identity && from.size() / from.dim(0) != to.size() / to.dim(0)) {
            throw new IllegalArgumentException("mmd: the student's " + pair.student().path() + " is " + from + ", the teacher's "
                    + pair.teacher().path() + " " + to + "; they lie in one space only with a connector to the teacher's width");
        }
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(connector.parameters().values());
    }
}
