package limbeck.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Linear;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Collective;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that learn from parts of a batch, and one model that learns from all of it. */
final class AveragedTest {
    private static final Key KEY = Key.of(41);
    private static final int BATCH = 12;
    private static final int STEPS = 12;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void replicasLearnLikeOneModelFromTheWholeBatch(int ranks) {
        List<float[]> whole = train(0, 1, null);
        List<List<float[]>> replicas = Collective.run(Collections.nCopies(ranks, Device.cpu()), rank -> train(rank.rank(), ranks, rank));
        for (int i = 0; i < whole.size(); i++) {
            assertArrayEquals(whole.get(i), replicas.getFirst().get(i), 2e-5f, "parameter " + i);
            for (List<float[]> replica : replicas) {
                assertArrayEquals(replicas.getFirst().get(i), replica.get(i), "parameter " + i);
            }
        }
    }

    private static List<float[]> train(int part, int parts, Collective rank) {
        Module model = Sequential.of(Linear.of(6, 16, KEY.split("a")), new Relu(), Linear.of(16, 4, KEY.split("b")));
        List<Parameter> parameters = List.copyOf(model.parameters().values());
        Optimizer adam = new Clipped(Adam.of(List.of(Group.of(parameters, 1e-3)), Schedule.cosine(0.01, 0, Schedule.steps(STEPS))), 0.5);
        Optimizer optimizer = rank == null ? adam : new Averaged(adam, rank);
        for (int step = 0; step < STEPS; step++) {
            try (var _ = Scope.open("step")) {
                Tensor all = Device.cpu().normal(KEY.split("data").split(step), BATCH, 6);
                Tensor wanted = all.slice(1, 0, 4).square();
                Variable x = Variable.of(all.slice(0, part * BATCH / parts, (part + 1) * BATCH / parts));
                Tensor y = wanted.slice(0, part * BATCH / parts, (part + 1) * BATCH / parts);
                var tape = new Tape();
                Variable loss = tape.record(() -> Losses.mse(model.apply(x), y, Reduction.MEAN));
                optimizer.step(tape.backward(loss), Progress.of(step, STEPS));
            }
        }
        assertEquals(parameters, optimizer.parameters());
        var weights = new ArrayList<float[]>();
        parameters.forEach(parameter -> weights.add(parameter.tensor().toFloats()));
        optimizer.state().values().forEach(state -> weights.add(state.toFloats()));
        return weights;
    }

    @Test
    void aRankThatFailsStopsTheOthers() {
        assertEquals("rank 1", assertThrows(ArithmeticException.class, () -> Collective.run(Collections.nCopies(3, Device.cpu()), rank -> {
            if (rank.rank() == 1) {
                throw new ArithmeticException("rank 1");
            }
            return train(rank.rank(), 3, rank);
        })).getMessage());
    }
}
