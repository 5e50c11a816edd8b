package limbeck.tensor.reference;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * The numbers of a tensor by their index, whatever its layout. They are doubles in memory for every element type; what
 * is {@link #set} is rounded to the type.
 */
final class Elements {
    private final double[] array;
    private final DType type;
    private final Layout layout;
    private final int[] strides;

    private Elements(HostStorage storage, Layout layout) {
        this.array = storage.doubles();
        this.type = storage.type();
        this.layout = layout;
        this.strides = layout.strides();
    }

    static Elements of(View view) {
        return of(view, view.layout());
    }

    /** The elements seen through another layout of the same storage, for instance an expanded one. */
    static Elements of(View view, Layout layout) {
        return new Elements((HostStorage) view.storage(), layout);
    }

    /** The elements repeated to a larger shape. */
    static Elements broadcast(View view, Shape to) {
        return of(view, view.layout().expand(to));
    }

    Shape shape() {
        return layout.shape();
    }

    /** All indices, in row-major order. */
    Indices indices() {
        return new Indices(layout.shape());
    }

    double get(int... index) {
        return array[at(index)];
    }

    void set(double value, int... index) {
        array[at(index)] = type.round(value);
    }

    /** Adds without rounding, for sums that {@link #round} finishes. */
    void add(double value, int... index) {
        array[at(index)] += value;
    }

    /** Sets all elements to 0, where a sum starts. */
    void zero() {
        for (int[] index : indices()) {
            set(0, index);
        }
    }

    /** Rounds all elements to the type, where a sum ends. */
    void round() {
        for (int[] index : indices()) {
            set(get(index), index);
        }
    }

    private int at(int[] index) {
        int at = layout.offset();
        for (int axis = 0; axis < index.length; axis++) {
            at += index[axis] * strides[axis];
        }
        return at;
    }
}
