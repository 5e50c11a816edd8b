package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static Module build(String name, Shape example, int classes) {
        return Models.build(name, example, classes, Key.of(1));
    }

    private record Unused(Linear used, Linear unused) implements Module {
        @Override
        public Variable forward(Variable x) {
            return used.apply(used.apply(x));
        }
    }

    @Test
    void lenetByHand() {
        Summary summary = Summary.of(build("lenet", Shape.of(1, 28, 28), 10), Shape.of(1, 1, 28, 28));
        assertEquals(320 + 18_496 + 1_179_776 + 1_290, summary.parameters());
        assertEquals(26 * 26 * 32 * 9 + 24 * 24 * 64 * 288 + 9216 * 128 + 1280, summary.multiplyAdds());
        assertEquals(4 * 1_199_882, summary.bytes());
        assertEquals(0, summary.buffers());
        assertEquals(new Summary.Row("features.0", "Conv2d", Shape.of(1, 32, 26, 26), 320, 26 * 26 * 32 * 9), summary.rows().getFirst());
        String[] lines = summary.toString().split(System.lineSeparator());
        assertEquals(summary.rows().size() + 2, lines.length);
        assertTrue(lines[1].matches("features\\.0  Conv2d +\\(1, 32, 26, 26\\) +320 +194,688"), lines[1]);
        assertTrue(lines[lines.length - 1].startsWith("1,199,882 parameters, 0 buffer values, 4,687.0 KiB, "), lines[lines.length - 1]);
    }

    @Test
    void resnet20AsInThePaper() {
        Summary summary = Summary.of(build("resnet20", Shape.of(3, 32, 32), 10), Shape.of(1, 3, 32, 32));
        // 0.27 M and 41 M (He et al., 2016); the 1x1 shortcuts add 2,752 parameters and 0.26 M.
        assertEquals(269_722 + 2_752, summary.parameters());
        long stages = 6 * 2304 * 1024 + (4608 + 5 * 9216) * 256 + (18_432 + 5 * 36_864) * 64;
        assertEquals(27 * 16 * 1024 + stages + 2 * 131_072 + 640, summary.multiplyAdds());
        assertEquals(2 * (7 * 16 + 7 * 32 + 7 * 64), summary.buffers());
    }

    @Test
    void aLayerThatRunsTwiceWorksTwiceAndOneThatDoesNotIsListed() {
        Module model = Init.on(Device.reference(), () -> new Unused(Linear.of(3, 3, Key.of(1)), Linear.of(3, 2, Key.of(2))));
        List<Summary.Row> rows = Summary.of(model, Shape.of(4, 3)).rows();
        assertEquals(new Summary.Row("used", "Linear", Shape.of(4, 3), 12, 2 * 36), rows.get(0));
        assertEquals("unused", rows.get(1).path());
        assertNull(rows.get(1).output());
        assertEquals(2, rows.size());
    }
}
