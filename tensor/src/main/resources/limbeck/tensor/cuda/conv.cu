#include "tile.cuh"

// Convolutions as products with a matrix that is never written down: a row for each pixel of the result, holding the pixels that its
// window covers (Chetlur et al., "cuDNN: Efficient Primitives for Deep Learning", 2014). The summed index counts taps, and the channels
// of each, which lie one behind the other in memory.
//
// The gradient of the image is a convolution of the gradient, too: with stride s, the pixels of the image with one remainder by s meet
// the same taps, so that there are s x s phases, each a convolution of stride 1 with some of the taps, backwards.

struct Convolution {
    // What the windows slide over: images of any strides, `channels` of each group.
    int images, height, width, channels;
    int image_stride, row_stride, column_stride, channel_stride;
    // The result: channels last; `out_channels` of each group, a pixel `out_pixel` apart from the next.
    int out_height, out_width, out_channels, out_pixel;
    int groups;
    // The forward convolution's geometry; `transposed` for the gradient of the image.
    int taps_down, taps_across, stride_down, stride_across, pad_down, pad_across, dilation_down, dilation_across;
    int transposed;
    // Summed numbers of a piece, a multiple of DEEP.
    int piece;
    int relu;
    // Whether both operands are read in chunks, and the result is written in pairs.
    int chunks, pairs;
};

// One direction of a phase: pixel u of it lies at u * out_step + out_first of the result, and tap j of its window at
// u * step + start + j * tap of what it slides over; that is tap j * weight_step + weight_first of the weights.
struct Axis {
    int size, out_step, out_first;
    int step, start, tap;
    int taps, weight_step, weight_first;
};

DEVICE Axis axis_of(int transposed, int phase, int size, int taps, int stride, int pad, int dilation) {
    if (!transposed) return {size, 1, 0, stride, -pad, dilation, taps, 1, 0};
    // Tap r of the gradient's pixel o lies on pixel i of the image: o * stride - pad + r * dilation = i.
    int every = 1, first = 0;
    while (every * dilation % stride != 0) every++;
    while (first < every && (phase + pad - first * dilation) % stride != 0) first++;
    int count = first < every && first < taps ? (taps - 1 - first) / every + 1 : 0;
    return {(size - phase + stride - 1) / stride, stride, phase, 1, (phase + pad - first * dilation) / stride, -(every * dilation / stride),
            count, every, first};
}

// Of a row of the product: where its window and its result begin.
struct Pixel {
    Index in, out;
    int y, x;
};

// A place in the summed index that goes on by DEEP: a carry does what would take divisions.
struct Tap {
    int down, across, channel;
    int across_step, channel_step, down_step;
    int taps_across, channels;

    DEVICE void start(int k, int taps, int depth) {
        taps_across = max(taps, 1), channels = max(depth, 1);
        channel = k % channels, across = k / channels % taps_across, down = k / channels / taps_across;
        channel_step = DEEP % channels, across_step = DEEP / channels % taps_across, down_step = DEEP / channels / taps_across;
    }

    DEVICE void next() {
        channel += channel_step;
        int carry = channel >= channels;
        channel -= carry ? channels : 0;
        across += across_step + carry;
        carry = across >= taps_across;
        across -= carry ? taps_across : 0;
        down += down_step + carry;
    }
};

// The windows of a tile's pixels, as a K-major operand.
template <int ROWS, int THREADS> struct Windows {
    const float* base;
    const Pixel* pixels;
    int height, width;
    Index row_stride, column_stride, channel_stride;
    int tap_down, tap_across;
    const Tap& tap;
    int k, end;
    bool chunks;

    DEVICE void next(float* slice) {
        if (chunks) {
#pragma unroll
            for (int i = 0; i < ROWS * DEEP / 4 / THREADS; i++) {
                int row = (threadIdx.x + i * THREADS) / (DEEP / 4), chunk = threadIdx.x % (DEEP / 4);
                Index place;
                bool there = find(row, k + 4 * chunk, place);
                copy_chunk<true>(slice + place_k_major(row, chunk), there ? base + place : base, there ? 4 : 0);
            }
        } else {
#pragma unroll 1
            for (int i = 0; i < ROWS * DEEP / THREADS; i++) {
                int row = (threadIdx.x + i * THREADS) / DEEP, deep = threadIdx.x % DEEP;
                Index place;
                bool there = find(row, k + deep, place);
                copy_one(slice + place_k_major(row, deep >> 2) + (deep & 3), there ? base + place : base, there);
            }
        }
        k += DEEP;
    }

    DEVICE bool find(int row, int at, Index& place) const {
        Pixel pixel = pixels[row];
        int down = tap.down * tap_down, across = tap.across * tap_across;
        place = pixel.in + down * row_stride + across * column_stride + tap.channel * channel_stride;
        return at < end && (u32) (pixel.y + down) < (u32) height && (u32) (pixel.x + across) < (u32) width;
    }
};

// The weights of a tile's channels, (channel of the result, tap, channel), as a K-major operand. Moves the tap on for both operands.
template <int COLUMNS, int THREADS> struct Weights {
    const float* base;
    int columns;
    Index column_stride;
    int down_first, down_step, across_first, across_step, taps_across;
    Tap& tap;
    int k, end;
    bool chunks;

    DEVICE void next(float* slice) {
        Index place = ((Index) (down_first + tap.down * down_step) * taps_across + across_first + tap.across * across_step) * tap.channels
                + tap.channel;
        if (chunks) {
#pragma unroll
            for (int i = 0; i < COLUMNS * DEEP / 4 / THREADS; i++) {
                int column = (threadIdx.x + i * THREADS) / (DEEP / 4), chunk = threadIdx.x % (DEEP / 4);
                bool there = column < columns && k + 4 * chunk < end;
                const float* from = there ? base + column * column_stride + place : base;
                copy_chunk<false>(slice + place_k_major(column, chunk), from, there ? 4 : 0);
            }
        } else {
#pragma unroll 1
            for (int i = 0; i < COLUMNS * DEEP / THREADS; i++) {
                int column = (threadIdx.x + i * THREADS) / DEEP, deep = threadIdx.x % DEEP;
                bool there = column < columns && k + deep < end;
                const float* from = there ? base + column * column_stride + place : base;
                copy_one(slice + place_k_major(column, deep >> 2) + (deep & 3), from, there);
            }
        }
        k += DEEP;
        tap.next();
    }
};

// Writes a tile of the result.
struct PixelsEnd {
    float* out;
    const Pixel* pixels;
    Finish finish;
    int column, columns, first_channel;
    bool pairs;

    DEVICE void operator()(int r, int c, float first, float second, bool two) const {
        Index place = pixels[r].out;
        c += column;
        if (place >= 0 && c < columns) {
            c += first_channel;
            place += c;
            float x = finish.of(first, c, place);
            if (two && pairs) {
                *(float2*) (out + place) = make_float2(x, finish.of(second, c + 1, place + 1));
            } else {
                out[place] = x;
                if (two && c + 1 < columns + first_channel) out[place + 1] = finish.of(second, c + 1, place + 1);
            }
        }
    }
};

// blockIdx.z counts groups and phases, blockIdx.y pieces, which exist only where there is one phase.
template <class T> DEVICE void convolve(const float* image, const float* weight, float* out, const Finish& finish, const Convolution& p) {
    extern __shared__ __align__(128) float ring[];
    __shared__ Pixel pixels[T::ROWS];
    int group = blockIdx.z % p.groups, phase = blockIdx.z / p.groups;
    Axis down = axis_of(p.transposed, phase / p.stride_across, p.out_height, p.taps_down, p.stride_down, p.pad_down, p.dilation_down);
    Axis across = axis_of(p.transposed, phase % p.stride_across, p.out_width, p.taps_across, p.stride_across, p.pad_across,
            p.dilation_across);
    int rows = p.images * down.size * across.size, row, column;
    if (!T::corner(rows, p.out_channels, row, column)) return;
    for (int i = threadIdx.x; i < T::ROWS; i += T::THREADS) {
        Pixel pixel = {0, -1, -(1 << 29), -(1 << 29)};
        if (row + i < rows) {
            int u = (row + i) / across.size % down.size, v = (row + i) % across.size, n = (row + i) / across.size / down.size;
            pixel.y = u * down.step + down.start;
            pixel.x = v * across.step + across.start;
            pixel.in = (Index) n * p.image_stride + (Index) pixel.y * p.row_stride + (Index) pixel.x * p.column_stride;
            pixel.out = (((Index) n * p.out_height + u * down.out_step + down.out_first) * p.out_width + v * across.out_step
                    + across.out_first) * p.out_pixel;
        }
        pixels[i] = pixel;
    }
    __syncthreads();
    int total = down.taps * across.taps * p.channels;
    int begin = blockIdx.y * p.piece, end = end_of(begin, p.piece, total);
    Tap tap;
    tap.start(begin + (p.chunks ? threadIdx.x % (DEEP / 4) * 4 : threadIdx.x % DEEP), across.taps, p.channels);
    Index column_stride = (Index) p.taps_down * p.taps_across * p.channels;
    Windows<T::ROWS, T::THREADS> left = {image + (Index) group * p.channels * p.channel_stride, pixels, p.height, p.width, p.row_stride,
            p.column_stride, p.channel_stride, down.tap, across.tap, tap, begin, end, p.chunks != 0};
    Weights<T::COLUMNS, T::THREADS> right = {weight + ((Index) group * p.out_channels + column) * column_stride, p.out_channels - column,
            column_stride, down.weight_first, down.weight_step, across.weight_first, across.weight_step, p.taps_across, tap, begin, end,
            p.chunks != 0};
    Part<T> part;
    T::multiply(part, left, right, (end - begin + DEEP - 1) / DEEP, ring);
    Index plane = (Index) p.images * p.out_height * p.out_width * p.out_pixel;
    PixelsEnd to = {out + blockIdx.y * plane, pixels, finish, column, p.out_channels, group * p.out_channels, p.pairs != 0};
    part.each(to);
}

#define ARGUMENTS const float* __restrict__ image, const float* __restrict__ weight, float* __restrict__ out, \
        const float* __restrict__ scale, const float* __restrict__ shift, const float* __restrict__ residual, Convolution p
#define FINISH {scale, shift, residual, p.relu != 0}

extern "C" __global__ void __launch_bounds__(LARGE_THREADS, 1) conv_128(ARGUMENTS) {
    convolve<Tile<128, 128, 2, LARGE_ACROSS, true, true>>(image, weight, out, FINISH, p);
}

extern "C" __global__ void __launch_bounds__(128, 3) conv_64(ARGUMENTS) {
    convolve<Tile<64, 64, 2, 2, true, true>>(image, weight, out, FINISH, p);
}

// For few channels.
extern "C" __global__ void __launch_bounds__(128, 3) conv_narrow(ARGUMENTS) {
    convolve<Tile<128, 32, 4, 1, true, true>>(image, weight, out, FINISH, p);
}
