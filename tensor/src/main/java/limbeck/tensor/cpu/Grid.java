package limbeck.tensor.cpu;

/**
 * Some axes of a tensor, numbered through in row-major order.
 *
 * @param dims their extents
 * @param strides their strides
 */
record Grid(int[] dims, int[] strides) {
    /** The number of places. */
    int size() {
        int size = 1;
        for (int dim : dims) {
            size *= dim;
        }
        return size;
    }

    /** The offset of a place. */
    int at(int index) {
        int at = 0;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            at += index % dims[axis] * strides[axis];
            index /= dims[axis];
        }
        return at;
    }
}
