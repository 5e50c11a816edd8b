package limbeck.tensor.reference;

import java.util.Iterator;
import java.util.NoSuchElementException;
import limbeck.tensor.Shape;

/**
 * Every index of a shape, in row-major order: for (2, 2) the arrays 00, 01, 10, 11. A scalar has one index, of length 0;
 * a shape without elements has none. The array handed out is always the same one, valid until the next step.
 *
 * @param shape the shape to walk
 */
record Indices(Shape shape) implements Iterable<int[]> {
    @Override
    public Iterator<int[]> iterator() {
        return new Iterator<>() {
            private final int[] index = new int[shape.rank()];
            private long left = shape.size();
            private boolean started;

            @Override
            public boolean hasNext() {
                return left > 0;
            }

            @Override
            public int[] next() {
                if (left == 0) {
                    throw new NoSuchElementException();
                }
                left--;
                if (started) {
                    advance();
                }
                started = true;
                return index;
            }

            /** Counts up like an odometer: the last axis runs fastest. */
            private void advance() {
                int axis = index.length - 1;
                while (++index[axis] == shape.dim(axis)) {
                    index[axis--] = 0;
                }
            }
        };
    }
}
