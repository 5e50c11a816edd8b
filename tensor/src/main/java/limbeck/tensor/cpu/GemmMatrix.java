package limbeck.tensor.cpu;

/**
 * A matrix in an array: element (r, c) is at {@code offset + r * rowStride + c * columnStride}.
 *
 * @param array holds it
 * @param offset where its first element lies
 * @param rowStride the distance of its rows; may be 0 or negative
 * @param columnStride the distance of its columns; may be 0 or negative
 */
record GemmMatrix(float[] array, int offset, int rowStride, int columnStride) implements GemmSource {
    // Elements of a cache line.
    private static final int LINE = 16;

    GemmMatrix transposed() {
        return new GemmMatrix(array, offset, columnStride, rowStride);
    }

    @Override
    public void copy(int row, int rows, int column, int columns, float[] to, int at, int ld) {
        int from = offset + row * rowStride + column * columnStride;
        if (columnStride == 1) {
            copyRows(array, from, rowStride, rows, columns, to, at, ld);
        } else if (rowStride == 1 && VectorTranspose.BLOCK > 0) {
            // Few columns at a time, all their rows: few streams for the processor to fetch ahead.
            int wholeRows = rows - rows % VectorTranspose.BLOCK;
            int wholeColumns = columns - columns % VectorTranspose.BLOCK;
            for (int c = 0; c < wholeColumns; c += VectorTranspose.BLOCK) {
                for (int r = 0; r < wholeRows; r += VectorTranspose.BLOCK) {
                    VectorTranspose.block(array, from + r + c * columnStride, columnStride, to, at + r * ld + c, ld);
                }
            }
            copyElements(from + wholeRows, rows - wholeRows, wholeColumns, to, at + wholeRows * ld, ld);
            copyElements(from + wholeColumns * columnStride, rows, columns - wholeColumns, to, at + wholeColumns, ld);
        } else {
            // Whole cache lines of a source whose columns are contiguous.
            for (int r = 0; r < rows; r += LINE) {
                copyElements(from + r * rowStride, Math.min(LINE, rows - r), columns, to, at + r * ld, ld);
            }
        }
    }

    /** Copies rows that are contiguous on both sides. */
    static void copyRows(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        if (Simd.available()) {
            VectorRows.copy(from, start, stride, rows, columns, to, at, ld);
        } else {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(from, start + r * stride, to, at + r * ld, columns);
            }
        }
    }

    private void copyElements(int from, int rows, int columns, float[] to, int at, int ld) {
        for (int c = 0; c < columns; c++) {
            int source = from + c * columnStride;
            for (int r = 0; r < rows; r++) {
                to[at + r * ld + c] = array[source + r * rowStride];
            }
        }
    }
}
