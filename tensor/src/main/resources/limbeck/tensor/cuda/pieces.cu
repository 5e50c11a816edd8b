#include "finish.cuh"
#include "strands.cuh"

// The second pass of products whose summed index is cut into pieces: the pieces are added up in order, so that the bits are the same
// each time. And the orders of weights that convolutions want.

// Number i of the sums, finished; i counts rows of n columns.
extern "C" __global__ void __launch_bounds__(1024) sum_pieces(const float* __restrict__ parts, int pieces, int strands, int size,
        float* __restrict__ out, int n, const float* __restrict__ scale, const float* __restrict__ shift,
        const float* __restrict__ residual, int relu) {
    int neighbours = blockDim.x / strands, i = blockIdx.x * neighbours + threadIdx.x % neighbours;
    float sum = sum_of_strands<float>(parts, pieces, size, i, i < size, strands);
    if ((int) threadIdx.x < neighbours && i < size) {
        Finish finish = {scale, shift, residual, relu != 0};
        out[i] = finish.of(sum, i % n, i);
    }
}

// The gradient of weights, of which each piece is (row, tap, channel), as (row, channel, tap).
extern "C" __global__ void __launch_bounds__(1024) sum_weight_pieces(const float* __restrict__ parts, int pieces, int strands, int size,
        float* __restrict__ out, int taps, int channels) {
    int neighbours = blockDim.x / strands, i = blockIdx.x * neighbours + threadIdx.x % neighbours;
    float sum = sum_of_strands<float>(parts, pieces, size, i, i < size, strands);
    if ((int) threadIdx.x < neighbours && i < size) {
        int channel = i % channels, tap = i / channels % taps, row = i / channels / taps;
        out[((Index) row * channels + channel) * taps + tap] = sum;
    }
}

// Matrices one behind the other, (batch, rows, columns), transposed. A block of 256 threads has a square of 32, blockIdx.x counts
// squares, blockIdx.y and .z batches.
extern "C" __global__ void __launch_bounds__(256) transpose(const float* __restrict__ in, float* __restrict__ out, int batches, int rows,
        int columns) {
    __shared__ float square[32][33];
    int batch = blockIdx.y + gridDim.y * blockIdx.z;
    if (batch >= batches) return;
    int across = (columns + 31) / 32;
    int row = blockIdx.x / across * 32, column = blockIdx.x % across * 32;
    int x = threadIdx.x & 31, y = threadIdx.x >> 5;
    Index start = (Index) batch * rows * columns;
#pragma unroll
    for (int i = y; i < 32; i += 8)
        if (row + i < rows && column + x < columns) square[i][x] = in[start + (Index) (row + i) * columns + column + x];
    __syncthreads();
#pragma unroll
    for (int i = y; i < 32; i += 8)
        if (column + i < columns && row + x < rows) out[start + (Index) (column + i) * rows + row + x] = square[x][i];
}
