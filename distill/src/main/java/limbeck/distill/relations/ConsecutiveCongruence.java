package limbeck.distill.relations;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Pairing;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.tensor.Key;

/**
 * Correlation congruence as its authors published it in code (Peng et al., ICCV 2019; also in RepDistiller): both features go
 * through a linear layer each, and where an example's difference is large its successor's shall be small,
 * {@code L = 1 / (N - 1) sum_i<N sum_d |s - t|_id |s - t|_(i+1)d}. The paper's form is {@link CorrelationCongruence}.
 *
 * <p>Both layers learn, and nothing but the student's other losses keeps the teacher's from shrinking to 0, where this loss is 0 as
 * well. The weight is 0.02, for 128 dimensions. A batch of one has no successor, and its loss is 0.
 *
 * @param pair where to look; the pooled features
 * @param student takes the student's rows (N, D) to (N, dimensions)
 * @param teacher takes the teacher's rows there
 */
public record ConsecutiveCongruence(Pairing pair, Module student, Module teacher) implements Objective {
    /**
     * With linear layers.
     *
     * @param pair where to look
     * @param dimensions the width of both embeddings; the authors use 128
     * @param key where the layers' first weights come from
     * @return the objective
     */
    public static ConsecutiveCongruence of(Pairing pair, int dimensions, Key key) {
        return new ConsecutiveCongruence(pair, Linear.of(pair.student().output().intSize(), dimensions, key.split("student")),
                Linear.of(pair.teacher().output().intSize(), dimensions, key.split("teacher")));
    }

    @Override
    public Variable loss(Moment moment) {
        Variable embedded = student.apply(Rows.of(pair.student(moment)));
        Variable difference = embedded.sub(teacher.apply(Rows.of(Variable.of(pair.teacher(moment))))).abs();
        int pairs = difference.shape().dim(0) - 1;
        return difference.slice(0, 0, pairs).mul(difference.slice(0, 1, pairs + 1)).sum().div(Math.max(1, pairs));
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.of(student, teacher).flatMap(module -> module.parameters().values().stream()).toList();
    }
}
