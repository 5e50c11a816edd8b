package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.MatMul;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches, single rows and columns of products, in all the ways in which operands can lie. */
final class MatMulKernelTest {
    private static final Key KEY = Key.of(5);

    @Test
    void batchesInAllForms() {
        // Shapes of the left and the right operand, neither transposed.
        int[][][] shapes = {
            {{2, 3, 7, 9}, {2, 3, 9, 8}}, {{2, 3, 7, 9}, {9, 8}}, {{7, 9}, {2, 3, 9, 8}}, {{2, 1, 7, 9}, {3, 9, 8}},
            {{2, 3, 7, 9}, {1, 1, 9, 8}}, {{2, 3, 1, 9}, {9, 8}}, {{2, 3, 1, 9}, {2, 3, 9, 8}}, {{5, 1, 9}, {1, 9, 1}},
            {{40, 20, 30}, {40, 30, 10}}, {{3, 150, 160}, {3, 160, 200}}, {{4, 50, 64}, {64, 300}}, {{2, 1, 500}, {500, 300}},
            {{1, 70}, {70, 1}}, {{300, 500}, {500, 1}}, {{1, 5}, {5, 1300}}, {{0, 3, 4}, {4, 5}}, {{2, 3, 0}, {2, 0, 5}}, {{2, 0, 3}, {3, 5}},
            // Few columns: dot products.
            {{33, 100}, {100, 10}}, {{2, 96}, {96, 10}}, {{257, 97}, {97, 2}}, {{70, 128}, {128, 7}}, {{3, 400, 144}, {144, 9}},
            // Few rows of the left operand and many of a transposed right one: the product is turned.
            {{40, 300}, {300, 700}}, {{130, 513}, {513, 650}}, {{7, 90}, {90, 1000}},
        };
        for (int[][] shape : shapes) {
            Tensor left = Device.cpu().normal(KEY.split("left"), shape[0]);
            Tensor right = Device.cpu().normal(KEY.split("right"), shape[1]);
            double[] expected = left.to(Device.reference()).matmul(right.to(Device.reference())).toDoubles();
            for (Tensor a : forms(left)) {
                for (Tensor b : forms(right)) {
                    check(expected, a, b, new MatMul(false, false), shape);
                    check(expected, a.transpose(-2, -1), b, new MatMul(true, false), shape);
                    check(expected, a, b.transpose(-2, -1).contiguous(), new MatMul(false, true), shape);
                    check(expected, a.transpose(-2, -1).contiguous(), b.transpose(-2, -1), new MatMul(true, true), shape);
                }
            }
        }
    }

    /** The same numbers, laid out in rows, in columns, as every second element, and back to front. */
    private static List<Tensor> forms(Tensor tensor) {
        var forms = new ArrayList<Tensor>();
        forms.add(tensor);
        forms.add(tensor.transpose(-2, -1).contiguous().transpose(-2, -1));
        forms.add(tensor.flip(-2).contiguous().flip(-2));
        Shape shape = tensor.shape();
        if (shape.size() > 0) {
            int[] dims = new int[shape.rank() + 1];
            System.arraycopy(shape.dims(), 0, dims, 0, shape.rank());
            dims[shape.rank()] = 1;
            Tensor column = tensor.reshape(dims);
            forms.add(column.concat(-1, List.of(column)).slice(-1, 0, 1).reshape(shape.dims()));
        }
        return forms;
    }

    private static void check(double[] expected, Tensor a, Tensor b, MatMul op, int[][] shape) {
        int before = Threads.count();
        try {
            Threads.use(1);
            double[] alone = a.apply(op, List.of(b)).toDoubles();
            int inner = shape[0][shape[0].length - 1];
            assertArrayEquals(expected, alone, 2e-6 * (inner + 1), () -> op + " of " + a.layout() + " and " + b.layout());
            Threads.use(3);
            assertArrayEquals(alone, a.apply(op, List.of(b)).toDoubles());
        } finally {
            Threads.use(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"33, 40, 17", "33, 120, 10", "2, 120, 10"})
    void aBatchIsItsProductsOneByOne(int m, int k, int n) {
        Tensor left = Device.cpu().normal(KEY.split("a"), 6, m, k);
        Tensor right = Device.cpu().normal(KEY.split("b"), k, n);
        double[] whole = left.matmul(right).toDoubles();
        for (int i = 0; i < 6; i++) {
            double[] one = left.slice(0, i, i + 1).reshape(m, k).matmul(right).toDoubles();
            for (int j = 0; j < one.length; j++) {
                assertEquals(one[j], whole[i * one.length + j], "batch " + i);
            }
        }
    }
}
