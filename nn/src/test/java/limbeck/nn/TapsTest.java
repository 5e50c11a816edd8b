package limbeck.nn;

import static limbeck.nn.ModuleChecks.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Recompute;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import org.junit.jupiter.api.Test;

class TapsTest {
    private record Block(Linear linear) implements Module {
        static Block of(long seed) {
            return Init.on(Device.reference(), () -> new Block(Linear.of(3, 3, Key.of(seed))));
        }

        @Override
        public Variable forward(Variable x) {
            return Taps.at("before", linear.apply(x)).relu();
        }

        @Override
        public Set<String> probes() {
            return Set.of("before");
        }
    }

    private record Undeclared() implements Module {
        @Override
        public Variable forward(Variable x) {
            return Taps.at("here", x);
        }
    }

    private static Sequential model() {
        return Sequential.of(Block.of(1), Block.of(2));
    }

    @Test
    void seesOutputsAndProbesByPath() {
        Module model = model();
        Variable x = Variable.of(normal(1, 2, 3));
        Taps taps = Taps.watch(model, Set.of("", "0", "1.linear", "1.before"));
        Variable y = taps.bind(() -> model.apply(x));
        assertSame(y, taps.get(""));
        assertSame(taps.get("1.linear"), taps.get("1.before"));
        assertArrayEquals(model.modules().get("0").apply(x).tensor().toDoubles(), taps.get("0").tensor().toDoubles());
        assertArrayEquals(y.tensor().toDoubles(), taps.get("1.before").tensor().relu().toDoubles());
    }

    @Test
    void gradientsFlowThroughWhatIsWatched() {
        Sequential model = model();
        Taps taps = Taps.watch(model, Set.of("0"));
        var tape = new Tape();
        Variable loss = tape.record(() -> {
            taps.bind(() -> model.apply(Variable.of(normal(1, 4, 3))));
            return taps.get("0").square().sum();
        });
        var gradients = tape.backward(loss);
        assertTrue(gradients.has(model.parameters().get("0.linear.weight")));
        assertTrue(!gradients.has(model.parameters().get("1.linear.weight")));
    }

    @Test
    void studentAndTeacherHaveTheirOwn() {
        Module student = model();
        Module teacher = model();
        Taps outer = Taps.watch(student, Set.of("0"));
        Taps inner = Taps.watch(teacher, Set.of("0"));
        Variable a = Variable.of(normal(1, 2, 3));
        Variable b = Variable.of(normal(2, 5, 3));
        outer.bind(() -> inner.bind(() -> List.of(teacher.apply(b), student.apply(a))));
        assertEquals(2, outer.get("0").shape().dim(0));
        assertEquals(5, inner.get("0").shape().dim(0));
    }

    @Test
    void aMistypedPathIsAnsweredByTheNearest() {
        assertEquals("taps: there is no layer '0.liner' in Sequential; the nearest are '0.linear', '1.linear', '0.before'",
                assertThrows(IllegalArgumentException.class, () -> Taps.watch(model(), Set.of("0.liner"))).getMessage());
    }

    @Test
    void errorsSayWhatIsWrong() {
        Module model = model();
        Taps taps = Taps.watch(model, Set.of("0"));
        assertTrue(assertThrows(IllegalStateException.class, () -> taps.get("0")).getMessage().contains("has not run"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> taps.get("1")).getMessage().contains("is not watched"));
        taps.bind(() -> model.apply(Variable.of(normal(1, 1, 3))));
        taps.bind(() -> null);
        assertThrows(IllegalStateException.class, () -> taps.get("0"), "each bind starts anew");
        Module undeclared = Sequential.of(new Undeclared());
        Variable x = Variable.of(normal(1, 1, 3));
        assertSame(x, undeclared.apply(x), "no one watches");
        assertTrue(assertThrows(IllegalStateException.class, () -> Taps.watch(undeclared, Set.of("0")).bind(() -> undeclared.apply(x)))
                .getMessage().contains("probes()"));
    }

    @Test
    void aReplayedBlockIsNotSeenAgain() {
        Sequential model = model();
        Taps taps = Taps.watch(model, Set.of("0"));
        var tape = new Tape();
        taps.bind(() -> {
            Variable loss = tape.record(() -> Recompute.of(in -> model.apply(in.getFirst()), List.of(Variable.leaf(normal(1, 2, 3)))).sum());
            Variable first = taps.get("0");
            tape.backward(loss);
            assertSame(first, taps.get("0"));
            return null;
        });
    }

    @Test
    void editDistance() {
        assertEquals(3, Names.distance("kitten", "sitting"));
        assertEquals(4, Names.distance("", "conv"));
        assertEquals(0, Names.distance("layer1", "layer1"));
    }
}
