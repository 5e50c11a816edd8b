#include "tile.cuh"

// C = A B for matrices of any strides, in batches. Batches are numbered by blockIdx.z; the summed index is cut into gridDim.y pieces,
// each of which writes a C of its own, for `sum_pieces` to add up in order.

struct Product {
    int m, n, k;
    // Summed numbers of a piece, a multiple of DEEP.
    int piece;
    int left_row, left_k, left_batch;
    int right_column, right_k, right_batch;
    // Rows of C lie one behind the other.
    int relu;
    // Whether A, B are read in chunks, and C is written in pairs.
    int left_chunks, right_chunks, pairs;
};

template <class T> DEVICE void matmul(const float* a, const float* b, float* c, const Finish& finish, const Product& p) {
    extern __shared__ __align__(128) float ring[];
    int row, column;
    if (!T::corner(p.m, p.n, row, column)) return;
    int begin = blockIdx.y * p.piece, end = end_of(begin, p.piece, p.k);
    Matrix<T::ROWS, T::LEFT_K_MAJOR, T::THREADS> left = {a + (Index) blockIdx.z * p.left_batch + (Index) row * p.left_row, p.left_row,
            p.left_k, p.m - row, begin, end, p.left_chunks != 0};
    Matrix<T::COLUMNS, T::RIGHT_K_MAJOR, T::THREADS> right = {b + (Index) blockIdx.z * p.right_batch + (Index) column * p.right_column,
            p.right_column, p.right_k, p.n - column, begin, end, p.right_chunks != 0};
    Part<T> part;
    T::multiply(part, left, right, (end - begin + DEEP - 1) / DEEP, ring);
    Index plane = (Index) p.m * p.n;
    MatrixEnd to = {c + ((Index) blockIdx.y * gridDim.z + blockIdx.z) * plane, finish, row, column, p.m, p.n, p.pairs != 0};
    part.each(to);
}

#define ARGUMENTS const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, const float* __restrict__ scale, \
        const float* __restrict__ shift, const float* __restrict__ residual, Product p
#define FINISH {scale, shift, residual, p.relu != 0}

// The names say which operand is K-major (k) or row-major (m for A, n for B).
extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) matmul_kk_128(ARGUMENTS) {
    matmul<Tile<128, 128, 2, LARGE_ACROSS, true, true>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) matmul_kn_128(ARGUMENTS) {
    matmul<Tile<128, 128, 2, LARGE_ACROSS, true, false>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) matmul_mk_128(ARGUMENTS) {
    matmul<Tile<128, 128, 2, LARGE_ACROSS, false, true>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) matmul_mn_128(ARGUMENTS) {
    matmul<Tile<128, 128, 2, LARGE_ACROSS, false, false>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) matmul_kk_64(ARGUMENTS) {
    matmul<Tile<64, 64, 2, 2, true, true>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) matmul_kn_64(ARGUMENTS) {
    matmul<Tile<64, 64, 2, 2, true, false>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) matmul_mk_64(ARGUMENTS) {
    matmul<Tile<64, 64, 2, 2, false, true>>(a, b, c, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) matmul_mn_64(ARGUMENTS) {
    matmul<Tile<64, 64, 2, 2, false, false>>(a, b, c, FINISH, p);
}
