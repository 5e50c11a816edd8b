#include "tile.cuh"

// The gradient of a convolution's weights: a product of the gradient, transposed, and the matrix of windows of conv.cu, summed over all
// pixels. Those are cut into gridDim.y pieces, each of which writes a gradient of its own, (row, tap, channel), for
// `sum_weight_pieces` to add up in order. blockIdx.z counts groups.

struct WeightGradient {
    // The image, of any strides; `channels` of each group.
    int images, height, width, channels;
    int image_stride, row_stride, column_stride, channel_stride;
    // The gradient: channels last; `rows` channels of each group, a pixel `out_pixel` apart from the next.
    int out_height, out_width, rows, out_pixel;
    int taps_down, taps_across, stride_down, stride_across, pad_down, pad_across, dilation_down, dilation_across;
    // Pixels of a piece, a multiple of DEEP.
    int piece;
    // Whether the gradient, the image are read in chunks, and the result is written in pairs.
    int gradient_chunks, image_chunks, pairs;
};

// The windows as a row-major operand: a thread reads one place of them, in pixel after pixel.
template <int COLUMNS, int THREADS> struct WindowColumns {
    const float* base;
    const WeightGradient& p;
    // The thread's pixel of the gradient, and how far on the next one is that it looks at.
    int image, y, x;
    int image_step, y_step, x_step;
    // Its tap, as a distance from the window's first pixel, and whether there is one.
    int down, across;
    bool there;
    int k, end;

    DEVICE WindowColumns(const float* image_base, const WeightGradient& p, int column, int begin, int end) : p(p), k(begin), end(end) {
        int wide = p.image_chunks ? COLUMNS / 4 : COLUMNS;
        column += threadIdx.x % wide * (p.image_chunks ? 4 : 1);
        int channel = column % p.channels, tap = column / p.channels;
        there = tap < p.taps_down * p.taps_across;
        down = tap / p.taps_across * p.dilation_down - p.pad_down;
        across = tap % p.taps_across * p.dilation_across - p.pad_across;
        base = image_base + (Index) channel * p.channel_stride;
        int pixel = begin + threadIdx.x / wide, step = THREADS / wide;
        x = pixel % p.out_width, y = pixel / p.out_width % p.out_height, image = pixel / p.out_width / p.out_height;
        x_step = step % p.out_width, y_step = step / p.out_width % p.out_height, image_step = step / p.out_width / p.out_height;
    }

    DEVICE void next(float* slice) {
        if (p.image_chunks) {
            const int wide = COLUMNS / 4, step = THREADS / wide;
#pragma unroll
            for (int i = 0; i < DEEP / step; i++) {
                int deep = threadIdx.x / wide + i * step;
                Index place;
                bool inside = find(deep, place);
                float* to = slice + place_row_major<COLUMNS>(deep, threadIdx.x % wide * 4);
                copy_chunk<true>(to, inside ? base + place : base, inside ? 4 : 0);
            }
        } else {
#pragma unroll 1
            for (int i = 0; i < DEEP * COLUMNS / THREADS; i++) {
                int deep = threadIdx.x / COLUMNS + i * (THREADS / COLUMNS);
                Index place;
                bool inside = find(deep, place);
                copy_one(slice + place_row_major<COLUMNS>(deep, threadIdx.x % COLUMNS), inside ? base + place : base, inside);
            }
        }
        k += DEEP;
    }

    // Whether and where the tap of the pixel lies in the image; then goes on to the next pixel.
    DEVICE bool find(int deep, Index& place) {
        int from = y * p.stride_down + down, at = x * p.stride_across + across;
        place = (Index) image * p.image_stride + (Index) from * p.row_stride + (Index) at * p.column_stride;
        x += x_step;
        int carry = x >= p.out_width;
        x -= carry ? p.out_width : 0;
        y += y_step + carry;
        carry = y >= p.out_height;
        y -= carry ? p.out_height : 0;
        image += image_step + carry;
        return there && k + deep < end && (u32) from < (u32) p.height && (u32) at < (u32) p.width;
    }
};

template <class T> DEVICE void convolve_weight(const float* image, const float* gradient, float* parts, const WeightGradient& p) {
    extern __shared__ __align__(128) float ring[];
    int columns = p.taps_down * p.taps_across * p.channels, group = blockIdx.z, row, column;
    if (!T::corner(p.rows, columns, row, column)) return;
    int pixels = p.images * p.out_height * p.out_width;
    int begin = blockIdx.y * p.piece, end = end_of(begin, p.piece, pixels);
    Matrix<T::ROWS, false, T::THREADS> left = {gradient + group * p.rows + row, 1, p.out_pixel, p.rows - row, begin, end,
            p.gradient_chunks != 0};
    WindowColumns<T::COLUMNS, T::THREADS> right(image + (Index) group * p.channels * p.channel_stride, p, column, begin, end);
    Part<T> part;
    T::multiply(part, left, right, (end - begin + DEEP - 1) / DEEP, ring);
    Index plane = (Index) p.rows * columns;
    Finish finish = {nullptr, nullptr, nullptr, false};
    MatrixEnd to = {parts + ((Index) blockIdx.y * gridDim.z + group) * plane, finish, row, column, p.rows, columns, p.pairs != 0};
    part.each(to);
}

extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) conv_weight_128(const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ parts, WeightGradient p) {
    convolve_weight<Tile<128, 128, 2, LARGE_ACROSS, false, false>>(image, gradient, parts, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) conv_weight_64(const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ parts, WeightGradient p) {
    convolve_weight<Tile<64, 64, 2, 2, false, false>>(image, gradient, parts, p);
}

// For few channels of the gradient.
extern "C" __global__ void __launch_bounds__(128, 3) conv_weight_flat(const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ parts, WeightGradient p) {
    convolve_weight<Tile<32, 128, 1, 4, false, false>>(image, gradient, parts, p);
}
