#include "finish.cuh"
#include "slices.cuh"
#include "part.cuh"

// The product of two matrices, tile by tile, behind matmul.cu, conv.cu and conv_weight.cu, which say where operands are read. Compiled
// with -DINNER=n, which says how numbers are multiplied: see part.cuh.
//
// A block computes a tile of the result, each of its warps a part. Slices of the operands go through a ring of buffers in shared memory,
// filled by asynchronous copies while the slices before them are multiplied.

#define STAGES 4

// The tile of 128 x 128 has 2 warps down and so many across. Where a product is one instruction, shared memory is what limits, and a
// warp's part of 64 x 64 reads it least; elsewhere the sums of such a part would leave no registers to work with.
#if INNER >= 2
#define LARGE_ACROSS 2
#else
#define LARGE_ACROSS 4
#endif
#define LARGE_THREADS (64 * LARGE_ACROSS)

// ROWS x COLUMNS numbers of the result, shared out among WARPS_DOWN x WARPS_ACROSS warps.
template <int R, int C, int WARPS_DOWN, int WARPS_ACROSS, bool LEFT, bool RIGHT> struct Tile {
    static const int ROWS = R, COLUMNS = C, THREADS = 32 * WARPS_DOWN * WARPS_ACROSS;
    static const int WARP_ROWS = R / WARPS_DOWN, WARP_COLUMNS = C / WARPS_ACROSS;
    static const bool LEFT_K_MAJOR = LEFT, RIGHT_K_MAJOR = RIGHT;

    static DEVICE int warp_row() { return (threadIdx.x >> 5) / WARPS_ACROSS * WARP_ROWS; }
    static DEVICE int warp_column() { return (threadIdx.x >> 5) % WARPS_ACROSS * WARP_COLUMNS; }

    // Where a block's tile of an m x n result begins; false if there are fewer tiles. They are numbered in stripes of 8 rows of tiles,
    // so that blocks that run at the same time read the same parts of the operands.
    static DEVICE bool corner(int m, int n, int& row, int& column) {
        int down = (m + ROWS - 1) / ROWS, across = (n + COLUMNS - 1) / COLUMNS;
        int stripe = blockIdx.x / (8 * across), inside = blockIdx.x % (8 * across);
        int height = min(8, down - stripe * 8);
        if (height <= 0) return false;
        row = (stripe * 8 + inside % height) * ROWS;
        column = inside / height * COLUMNS;
        return true;
    }

    // The sum over some slices. The ring takes STAGES * (ROWS + COLUMNS) * DEEP floats.
    template <class A, class B> static DEVICE void multiply(Part<Tile>& part, A& left, B& right, int slices, float* ring) {
        const int slot = (ROWS + COLUMNS) * DEEP;
#pragma unroll
        for (int i = 0; i < STAGES - 1; i++) {
            if (i < slices) {
                left.next(ring + i * slot);
                right.next(ring + i * slot + ROWS * DEEP);
            }
            commit_copies();
        }
        int full = 0, empty = STAGES - 1;
        for (int i = 0; i < slices; i++) {
            await_copies<STAGES - 2>();
            // Behind it the slice is there for all, and all have done with the one before, whose place is filled next.
            __syncthreads();
            if (i + STAGES - 1 < slices) {
                left.next(ring + empty * slot);
                right.next(ring + empty * slot + ROWS * DEEP);
            }
            commit_copies();
            part.add(ring + full * slot, ring + full * slot + ROWS * DEEP);
            full = full + 1 == STAGES ? 0 : full + 1;
            empty = empty + 1 == STAGES ? 0 : empty + 1;
        }
    }
};

// Writes a tile of a row-major m x n matrix.
struct MatrixEnd {
    float* out;
    Finish finish;
    int row, column, m, n;
    bool pairs;

    DEVICE void operator()(int r, int c, float first, float second, bool two) const {
        r += row;
        c += column;
        if (r < m && c < n) {
            Index place = (Index) r * n + c;
            float x = finish.of(first, c, place);
            if (two && pairs) {
                *(float2*) (out + place) = make_float2(x, finish.of(second, c + 1, place + 1));
            } else {
                out[place] = x;
                if (two && c + 1 < n) out[place + 1] = finish.of(second, c + 1, place + 1);
            }
        }
    }
};
