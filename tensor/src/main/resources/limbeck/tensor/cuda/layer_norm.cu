#include "finish.cuh"

// Layer norm and its gradients, for rows that lie one after the other. A row has a warp, or a block where it is long, which reads it
// three times: but for the first time from the cache.

// The sum over the threads of a row.
template <bool WARP> DEVICE float row_sum(float x) {
    return WARP ? warp_sum(x) : block_sum(x);
}

// Which row a thread works on, and where in it.
template <bool WARP> struct Row {
    int row, first, step;

    DEVICE Row() {
        row = WARP ? blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5) : blockIdx.x;
        first = WARP ? threadIdx.x & 31 : threadIdx.x;
        step = WARP ? 32 : blockDim.x;
    }
};

template <bool WARP> DEVICE void statistics(const Row<WARP>& at, const float* x, int size, float epsilon, float& mean, float& inverse) {
    float sum = 0.0f;
#pragma unroll 4
    for (int i = at.first; i < size; i += at.step) sum += x[i];
    mean = row_sum<WARP>(sum) / size;
    float square = 0.0f;
#pragma unroll 4
    for (int i = at.first; i < size; i += at.step) {
        float distance = x[i] - mean;
        square = fmaf(distance, distance, square);
    }
    inverse = 1.0f / sqrtf(row_sum<WARP>(square) / size + epsilon);
}

template <bool WARP> DEVICE void layer_norm(const float* x, const float* weight, const float* bias, float epsilon, float* y, int rows,
        int size) {
    Row<WARP> at;
    if (at.row >= rows) return;
    x += (Index) at.row * size;
    y += (Index) at.row * size;
    float mean, inverse;
    statistics(at, x, size, epsilon, mean, inverse);
#pragma unroll 4
    for (int i = at.first; i < size; i += at.step) y[i] = fmaf((x[i] - mean) * inverse, weight[i], bias[i]);
}

extern "C" __global__ void __launch_bounds__(128) layer_norm_warp(const float* __restrict__ x, const float* __restrict__ weight,
        const float* __restrict__ bias, float epsilon, float* __restrict__ y, int rows, int size) {
    layer_norm<true>(x, weight, bias, epsilon, y, rows, size);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_block(const float* __restrict__ x, const float* __restrict__ weight,
        const float* __restrict__ bias, float epsilon, float* __restrict__ y, int rows, int size) {
    layer_norm<false>(x, weight, bias, epsilon, y, rows, size);
}

// The gradient of x: (h - mean(h) - normalized mean(h normalized)) / deviation, with h for g weight. Keeps each row's mean and inverse
// deviation for the sums over rows.
template <bool WARP> DEVICE void layer_norm_input(const float* x, const float* weight, const float* g, float epsilon, float* out,
        float* statistics_of_rows, int rows, int size) {
    Row<WARP> at;
    if (at.row >= rows) return;
    x += (Index) at.row * size;
    g += (Index) at.row * size;
    out += (Index) at.row * size;
    float mean, inverse;
    statistics(at, x, size, epsilon, mean, inverse);
    float sum = 0.0f, product = 0.0f;
#pragma unroll 4
    for (int i = at.first; i < size; i += at.step) {
        float h = g[i] * weight[i];
        sum += h;
        product = fmaf(h, (x[i] - mean) * inverse, product);
    }
    sum = row_sum<WARP>(sum) / size;
    product = row_sum<WARP>(product) / size;
#pragma unroll 4
    for (int i = at.first; i < size; i += at.step) out[i] = (g[i] * weight[i] - sum - (x[i] - mean) * inverse * product) * inverse;
    if (at.first == 0) {
        statistics_of_rows[2 * at.row] = mean;
        statistics_of_rows[2 * at.row + 1] = inverse;
    }
}

extern "C" __global__ void __launch_bounds__(128) layer_norm_input_warp(const float* __restrict__ x, const float* __restrict__ weight,
        const float* __restrict__ g, float epsilon, float* __restrict__ out, float* __restrict__ statistics_of_rows, int rows, int size) {
    layer_norm_input<true>(x, weight, g, epsilon, out, statistics_of_rows, rows, size);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_input_block(const float* __restrict__ x, const float* __restrict__ weight,
        const float* __restrict__ g, float epsilon, float* __restrict__ out, float* __restrict__ statistics_of_rows, int rows, int size) {
    layer_norm_input<false>(x, weight, g, epsilon, out, statistics_of_rows, rows, size);
}

// The gradients of bias and weight, sums over rows of g and of g times the normalized x: parts[piece][which][column] for 32 columns a
// block, each of whose 8 warps has every eighth row of a piece.
extern "C" __global__ void __launch_bounds__(256) layer_norm_sums(const float* __restrict__ x, const float* __restrict__ g,
        const float* __restrict__ statistics_of_rows, float* __restrict__ parts, int rows, int size, int piece) {
    __shared__ float sums[8][32], products[8][32];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, column = blockIdx.x * 32 + lane;
    int end = end_of(blockIdx.y * piece, piece, rows);
    float sum = 0.0f, product = 0.0f;
    if (column < size) {
#pragma unroll 4
        for (int row = blockIdx.y * piece + warp; row < end; row += 8) {
            Index at = (Index) row * size + column;
            float slope = g[at];
            sum += slope;
            product = fmaf(slope, (x[at] - statistics_of_rows[2 * row]) * statistics_of_rows[2 * row + 1], product);
        }
    }
    sums[warp][lane] = sum;
    products[warp][lane] = product;
    __syncthreads();
    if (warp == 0 && column < size) {
        for (int w = 1; w < 8; w++) {
            sum += sums[w][lane];
            product += products[w][lane];
        }
        float* part = parts + (Index) blockIdx.y * 2 * size + column;
        part[0] = sum;
        part[size] = product;
    }
}
