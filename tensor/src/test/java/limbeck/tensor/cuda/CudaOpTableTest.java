package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.OpTable;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of every row of the table on the emulated GPU, against the reference. The cases of a row take turns in the order of a
 * block's threads, which decides what comes out where a barrier is missing, and every second one has buffers that end at a page
 * which faults when touched. All memory is given back between cases, so that a kernel meets fresh buffers full of NaN.
 */
@Tag("cuda-emulated")
final class CudaOpTableTest {
    private static final List<String> ORDERS = List.of("fwd", "rev", "rand:5");
    /** Cases of a row that are tried in all orders. */
    private static final int IN_ALL_ORDERS = 6;

    @AfterAll
    static void backToTheUsual() {
        surroundings("fwd", false);
    }

    private static void surroundings(String order, boolean guarded) {
        Emulator.environment("CUEMU_ORDER", order);
        Emulator.environment("CUEMU_GUARD", guarded ? "1" : "0");
    }

    @TestFactory
    Stream<DynamicNode> cudaAgreesWithTheReference() {
        Device device = Emulator.device();
        return OpTable.rows().stream().map(row -> DynamicContainer.dynamicContainer(row.name(),
                IntStream.range(0, row.cases().size()).mapToObj(i -> DynamicTest.dynamicTest(row.cases().get(i).name(), () -> {
                    device.trim();
                    surroundings(ORDERS.get(i % ORDERS.size()), i % 2 == 0);
                    OpTable.compare(device, row.cases().get(i));
                }))));
    }

    @TestFactory
    Stream<DynamicTest> theOrderOfThreadsChangesNoBit() {
        Device device = Emulator.device();
        return OpTable.rows().stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> {
            for (Case c : sample(row)) {
                surroundings("fwd", false);
                double[] expected = result(c, device);
                for (String order : ORDERS.subList(1, ORDERS.size())) {
                    surroundings(order, false);
                    assertArrayEquals(expected, result(c, device), c.name() + " in order " + order);
                }
            }
        }));
    }

    private static double[] result(Case c, Device device) {
        try (var _ = Scope.open("sample")) {
            return c.run(device).toDoubles();
        }
    }

    private static List<Case> sample(Row row) {
        int step = Math.max(1, row.cases().size() / IN_ALL_ORDERS);
        return IntStream.iterate(0, i -> i < row.cases().size(), i -> i + step).mapToObj(row.cases()::get).toList();
    }
}
