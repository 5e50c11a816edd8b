package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import limbeck.tensor.OpTable.Applied;
import limbeck.tensor.OpTable.Case;
import limbeck.tensor.OpTable.Row;
import limbeck.tensor.OpTable.Through;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Window;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class OpTableTest {
    @TestFactory
    Stream<DynamicNode> cpuAgreesWithTheReference() {
        return OpTable.compare(Device.cpu());
    }

    /** The oracle itself: a view and a plain array of the same numbers give the same bits. */
    @TestFactory
    Stream<DynamicNode> theReferenceSeesNumbersNotPlaces() {
        return OpTable.rows().stream().map(row -> DynamicContainer.dynamicContainer(row.name(), row.cases().stream()
                .filter(c -> c.inputs().stream().anyMatch(input -> input.placement() != Input.Placement.CONTIGUOUS))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    List<Tensor> views = c.operands(Device.reference());
                    List<Tensor> plain = views.stream().map(OpTableTest::rewritten).toList();
                    assertArrayEquals(c.apply(plain).toDoubles(), c.apply(views).toDoubles());
                }))));
    }

    @TestFactory
    Stream<DynamicTest> theCpuGivesTheSameBitsForAnyNumberOfThreads() {
        return OpTable.rows().stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> {
            int before = Threads.count();
            try {
                for (Case c : row.cases()) {
                    Threads.use(1);
                    double[] alone = c.run(Device.cpu()).toDoubles();
                    Threads.use(3);
                    assertArrayEquals(alone, c.run(Device.cpu()).toDoubles(), c.name());
                }
            } finally {
                Threads.use(before);
            }
        }));
    }

    @Test
    void everyOpHasARow() {
        List<Op> tried = ops();
        Set<String> missing = leaves(Op.class).filter(type -> tried.stream().noneMatch(type::isInstance)).map(Class::getSimpleName)
                .collect(Collectors.toSet());
        assertEquals(Set.of(), missing, "ops without a row in OpTable");
    }

    /** An op that carries a function, a distribution or an order is tried with each of them. */
    @Test
    void everyConstantOfAnOpHasACase() throws ReflectiveOperationException {
        Set<Object> tried = new HashSet<>();
        Set<Class<?>> enums = new HashSet<>();
        for (Op op : ops()) {
            for (RecordComponent component : op.getClass().getRecordComponents()) {
                if (component.getType().isEnum()) {
                    enums.add(component.getType());
                    tried.add(component.getAccessor().invoke(op));
                }
            }
        }
        for (Class<?> type : enums) {
            for (Object constant : type.getEnumConstants()) {
                assertTrue(tried.contains(constant), type.getSimpleName() + "." + constant + " has no case in OpTable");
            }
        }
    }

    @Test
    void everyWindowHasACase() throws ReflectiveOperationException {
        Set<Class<?>> tried = new HashSet<>();
        for (Op op : ops()) {
            for (RecordComponent component : op.getClass().getRecordComponents()) {
                if (component.getType() == Window.class) {
                    tried.add(component.getAccessor().invoke(op).getClass());
                }
            }
        }
        assertEquals(leaves(Window.class).collect(Collectors.toSet()), tried);
    }

    @Test
    void namesAreUnique() {
        Set<String> rows = new HashSet<>();
        for (Row row : OpTable.rows()) {
            assertTrue(rows.add(row.name()), "two rows are named " + row.name());
            Set<String> cases = new HashSet<>();
            for (Case c : row.cases()) {
                assertTrue(cases.add(c.name()), "two cases of " + row.name() + " are named " + c.name());
            }
        }
    }

    private static List<Op> ops() {
        return OpTable.rows().stream().flatMap(row -> row.cases().stream())
                .flatMap(c -> switch (c.function()) {
                    case Applied(Op op) -> Stream.of(op);
                    case Through(Op op, _) -> Stream.of(op);
                    default -> Stream.empty();
                }).toList();
    }

    /** The types at the ends of a sealed hierarchy; an interface that users implement is one of them. */
    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OpTableTest::leaves) : Stream.of(type);
    }

    /** The same numbers through a Java array. */
    private static Tensor rewritten(Tensor x) {
        return x.device().tensor(x.toDoubles(), x.shape()).cast(x.dtype());
    }
}
