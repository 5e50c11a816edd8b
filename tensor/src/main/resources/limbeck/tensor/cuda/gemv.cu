#include "finish.cuh"

// y = A x for matrices of any strides in batches, which blockIdx.z counts: reading A is all the work. Plain float32 sums in an order
// that the sizes alone decide. Number i of y is in column i of the result if `across`, else in row i.

struct Vector {
    int n, k;
    // Summed numbers of a piece; blockIdx.y counts pieces, each with a y of its own.
    int piece;
    int row, step, batch;
    int x_step, x_batch;
    int across, relu;
};

DEVICE void write(float* y, const Vector& p, int i, float sum, const Finish& finish) {
    Index place = ((Index) blockIdx.y * gridDim.z + blockIdx.z) * p.n + i;
    y[place] = finish.of(sum, p.across ? i : 0, place);
}

// For rows along memory: a warp sums a row, each lane 4 numbers apart in turn.
extern "C" __global__ void __launch_bounds__(128) gemv_rows(const float* __restrict__ a, const float* __restrict__ x, float* __restrict__ y,
        const float* __restrict__ shift, Vector p) {
    int i = blockIdx.x * 4 + (threadIdx.x >> 5);
    int begin = blockIdx.y * p.piece, end = end_of(begin, p.piece, p.k);
    if (i >= p.n) return;
    const float* row = a + (Index) blockIdx.z * p.batch + (Index) i * p.row;
    const float* vector = x + (Index) blockIdx.z * p.x_batch;
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    int k = begin + (threadIdx.x & 31);
    for (; k + 96 < end; k += 128)
#pragma unroll
        for (int j = 0; j < 4; j++)
            sums[j] = fmaf(row[(Index) (k + 32 * j) * p.step], vector[(Index) (k + 32 * j) * p.x_step], sums[j]);
    for (; k < end; k += 32) sums[0] = fmaf(row[(Index) k * p.step], vector[(Index) k * p.x_step], sums[0]);
    float sum = warp_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
    Finish finish = {nullptr, shift, nullptr, p.relu != 0};
    if ((threadIdx.x & 31) == 0) write(y, p, i, sum, finish);
}

// For columns along memory: a block has 32 rows, a warp every eighth of their numbers.
extern "C" __global__ void __launch_bounds__(256) gemv_columns(const float* __restrict__ a, const float* __restrict__ x,
        float* __restrict__ y, const float* __restrict__ shift, Vector p) {
    __shared__ float sums[8][32];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, i = blockIdx.x * 32 + lane;
    int begin = blockIdx.y * p.piece, end = end_of(begin, p.piece, p.k);
    const float* row = a + (Index) blockIdx.z * p.batch + (Index) i * p.row;
    const float* vector = x + (Index) blockIdx.z * p.x_batch;
    float sum = 0.0f;
    if (i < p.n) {
#pragma unroll 4
        for (int k = begin + warp; k < end; k += 8) sum = fmaf(row[(Index) k * p.step], vector[(Index) k * p.x_step], sum);
    }
    sums[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && i < p.n) {
        sum = 0.0f;
        for (int w = 0; w < 8; w++) sum += sums[w][lane];
        Finish finish = {nullptr, shift, nullptr, p.relu != 0};
        write(y, p, i, sum, finish);
    }
}
