#include "finish.cuh"
#include "strands.cuh"

// Batch norm and its kin, for numbers whose channels are innermost: rows of `channels` numbers, a row a pixel. A block has a part of the
// channels, VECTOR of them a thread, and goes through rows: threads that follow one another read what follows one another in memory.
//
// Sums are taken over pieces of rows that the sizes alone decide, and the pieces are added up in double, in order.

struct Rows {
    int rows, channels;
    // Of a block: threads along the channels; rows of a piece.
    int across, piece;
};

// What a thread has to do: its first channel, and its rows from `row` to `end` in steps of `down`.
template <int VECTOR> struct Share {
    int channel, down, row, end;
    bool there;

    DEVICE Share(const Rows& p) {
        channel = (blockIdx.y * p.across + threadIdx.x % p.across) * VECTOR;
        there = channel < p.channels;
        down = blockDim.x / p.across;
        row = blockIdx.x * p.piece + threadIdx.x / p.across;
        end = end_of(blockIdx.x * p.piece, p.piece, p.rows);
    }
};

template <int VECTOR> DEVICE void load(float (&to)[VECTOR], const float* from) {
    if constexpr (VECTOR == 4) {
        float4 x = *(const float4*) from;
        to[0] = x.x, to[1] = x.y, to[2] = x.z, to[3] = x.w;
    } else {
        to[0] = *from;
    }
}

template <int VECTOR> DEVICE void store(float* to, const float (&from)[VECTOR]) {
    if constexpr (VECTOR == 4) {
        *(float4*) to = make_float4(from[0], from[1], from[2], from[3]);
    } else {
        *to = from[0];
    }
}

// Adds up what the threads of a block have for the same channels, in order, and writes it to parts[piece][which][channel].
template <int VECTOR> DEVICE void write_parts(const float (&first)[VECTOR], const float (&second)[VECTOR], const Rows& p,
        const Share<VECTOR>& share, float* parts) {
    extern __shared__ __align__(16) float sums[];
    int line = 2 * VECTOR * p.across;
    float* mine = sums + threadIdx.x / p.across * line + threadIdx.x % p.across * 2 * VECTOR;
#pragma unroll
    for (int e = 0; e < VECTOR; e++) {
        mine[e] = first[e];
        mine[VECTOR + e] = second[e];
    }
    __syncthreads();
    if ((int) threadIdx.x < p.across && share.there) {
        float* part = parts + (Index) blockIdx.x * 2 * p.channels + share.channel;
#pragma unroll
        for (int e = 0; e < 2 * VECTOR; e++) {
            float sum = 0.0f;
            for (int i = 0; i < share.down; i++) sum += sums[i * line + threadIdx.x * 2 * VECTOR + e];
            part[e < VECTOR ? e : p.channels + e - VECTOR] = sum;
        }
    }
}

// ---- moments: sums of distances from the channel's first number, lest the squares drown the variance where the mean is large

template <int VECTOR> DEVICE void moments(const float* x, float* parts, const Rows& p) {
    Share<VECTOR> share(p);
    float sum[VECTOR], square[VECTOR];
#pragma unroll
    for (int e = 0; e < VECTOR; e++) sum[e] = square[e] = 0.0f;
    if (share.there) {
        float pivot[VECTOR];
        load<VECTOR>(pivot, x + share.channel);
#pragma unroll 4
        for (int row = share.row; row < share.end; row += share.down) {
            float v[VECTOR];
            load<VECTOR>(v, x + (Index) row * p.channels + share.channel);
#pragma unroll
            for (int e = 0; e < VECTOR; e++) {
                float distance = v[e] - pivot[e];
                sum[e] += distance;
                square[e] = fmaf(distance, distance, square[e]);
            }
        }
    }
    write_parts<VECTOR>(sum, square, p, share, parts);
}

extern "C" __global__ void __launch_bounds__(256, 4) moments_1(const float* __restrict__ x, float* __restrict__ parts, Rows p) {
    moments<1>(x, parts, p);
}

extern "C" __global__ void __launch_bounds__(256, 4) moments_4(const float* __restrict__ x, float* __restrict__ parts, Rows p) {
    moments<4>(x, parts, p);
}

// Mean and biased variance, (2, channels). A block has 32 channels.
extern "C" __global__ void __launch_bounds__(1024) moments_end(const float* __restrict__ parts, int pieces, const float* __restrict__ x,
        int rows, int channels, float* __restrict__ out) {
    int channel = blockIdx.x * 32 + (threadIdx.x & 31);
    bool there = channel < channels;
    double sum = sum_of_strands<double>(parts, pieces, 2 * channels, channel, there, 32);
    double square = sum_of_strands<double>(parts, pieces, 2 * channels, channels + channel, there, 32);
    if (threadIdx.x < 32 && there) {
        double distance = sum / rows, variance = square / rows - distance * distance;
        out[channel] = (float) (x[channel] + distance);
        // A NaN passes.
        out[channels + channel] = variance < 0.0 ? 0.0f : (float) variance;
    }
}

// ---- what operands weight, bias and moments come to: y = (x - mean) scale + bias

struct Norm {
    const float* weight;
    const float* bias;
    const float* moments;
    float epsilon;
};

template <int VECTOR> struct Channel {
    float mean[VECTOR], inverse[VECTOR], scale[VECTOR], bias[VECTOR];

    DEVICE Channel(const Norm& norm, int channels, int channel) {
        load<VECTOR>(mean, norm.moments + channel);
        load<VECTOR>(bias, norm.bias + channel);
        float weight[VECTOR];
        load<VECTOR>(weight, norm.weight + channel);
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            inverse[e] = 1.0f / sqrtf(norm.moments[channels + channel + e] + norm.epsilon);
            scale[e] = weight[e] * inverse[e];
        }
    }

    // The same operations forward and backward: a ReLU must let pass the same numbers in both.
    DEVICE float of(float x, int e) const {
        return fmaf(x - mean[e], scale[e], bias[e]);
    }
};

template <int VECTOR> DEVICE void batch_norm(const float* x, const Norm& norm, const float* residual, float* y, bool relu, const Rows& p) {
    Share<VECTOR> share(p);
    if (!share.there) return;
    Channel<VECTOR> channel(norm, p.channels, share.channel);
#pragma unroll 4
    for (int row = share.row; row < share.end; row += share.down) {
        Index at = (Index) row * p.channels + share.channel;
        float v[VECTOR], r[VECTOR];
        load<VECTOR>(v, x + at);
        if (residual) load<VECTOR>(r, residual + at);
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            float sum = channel.of(v[e], e) + (residual ? r[e] : 0.0f);
            v[e] = relu && sum < 0.0f ? 0.0f : sum;
        }
        store<VECTOR>(y + at, v);
    }
}

#define NORM const float *__restrict__ x, const float *__restrict__ weight, const float *__restrict__ bias, \
        const float *__restrict__ moments, float epsilon

extern "C" __global__ void __launch_bounds__(256, 4) batch_norm_1(NORM, const float* __restrict__ residual, float* __restrict__ y, int relu,
        Rows p) {
    batch_norm<1>(x, {weight, bias, moments, epsilon}, residual, y, relu != 0, p);
}

extern "C" __global__ void __launch_bounds__(256, 4) batch_norm_4(NORM, const float* __restrict__ residual, float* __restrict__ y, int relu,
        Rows p) {
    batch_norm<4>(x, {weight, bias, moments, epsilon}, residual, y, relu != 0, p);
}

template <int VECTOR> DEVICE void affine(const float* x, const float* scale, const float* shift, const float* residual, float* y, bool relu,
        const Rows& p) {
    Share<VECTOR> share(p);
    if (!share.there) return;
    float a[VECTOR], b[VECTOR];
    load<VECTOR>(a, scale + share.channel);
    load<VECTOR>(b, shift + share.channel);
#pragma unroll 4
    for (int row = share.row; row < share.end; row += share.down) {
        Index at = (Index) row * p.channels + share.channel;
        float v[VECTOR], r[VECTOR];
        load<VECTOR>(v, x + at);
        if (residual) load<VECTOR>(r, residual + at);
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            float sum = fmaf(v[e], a[e], b[e]) + (residual ? r[e] : 0.0f);
            v[e] = relu && sum < 0.0f ? 0.0f : sum;
        }
        store<VECTOR>(y + at, v);
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) affine_1(const float* __restrict__ x, const float* __restrict__ scale,
        const float* __restrict__ shift, const float* __restrict__ residual, float* __restrict__ y, int relu, Rows p) {
    affine<1>(x, scale, shift, residual, y, relu != 0, p);
}

extern "C" __global__ void __launch_bounds__(256, 4) affine_4(const float* __restrict__ x, const float* __restrict__ scale,
        const float* __restrict__ shift, const float* __restrict__ residual, float* __restrict__ y, int relu, Rows p) {
    affine<4>(x, scale, shift, residual, y, relu != 0, p);
}

// ---- the gradient

// Sums of g, and of g (x - mean), where a ReLU lets g pass.
template <int VECTOR> DEVICE void norm_sums(const float* x, const Norm& norm, const float* g, float* parts, bool relu, const Rows& p) {
    Share<VECTOR> share(p);
    float sum[VECTOR], product[VECTOR];
#pragma unroll
    for (int e = 0; e < VECTOR; e++) sum[e] = product[e] = 0.0f;
    if (share.there) {
        Channel<VECTOR> channel(norm, p.channels, share.channel);
#pragma unroll 4
        for (int row = share.row; row < share.end; row += share.down) {
            Index at = (Index) row * p.channels + share.channel;
            float v[VECTOR], flow[VECTOR];
            load<VECTOR>(v, x + at);
            load<VECTOR>(flow, g + at);
#pragma unroll
            for (int e = 0; e < VECTOR; e++) {
                float passed = !relu || channel.of(v[e], e) > 0.0f ? flow[e] : 0.0f;
                sum[e] += passed;
                product[e] = fmaf(passed, v[e] - channel.mean[e], product[e]);
            }
        }
    }
    write_parts<VECTOR>(sum, product, p, share, parts);
}

extern "C" __global__ void __launch_bounds__(256, 4) norm_sums_1(NORM, const float* __restrict__ g, float* __restrict__ parts, int relu,
        Rows p) {
    norm_sums<1>(x, {weight, bias, moments, epsilon}, g, parts, relu != 0, p);
}

extern "C" __global__ void __launch_bounds__(256, 4) norm_sums_4(NORM, const float* __restrict__ g, float* __restrict__ parts, int relu,
        Rows p) {
    norm_sums<4>(x, {weight, bias, moments, epsilon}, g, parts, relu != 0, p);
}

// Of g, and of g times the normalized x: (2, channels). A block has 32 channels.
extern "C" __global__ void __launch_bounds__(1024) norm_sums_end(const float* __restrict__ parts, int pieces,
        const float* __restrict__ moments, float epsilon, int channels, float* __restrict__ out) {
    int channel = blockIdx.x * 32 + (threadIdx.x & 31);
    bool there = channel < channels;
    double sum = sum_of_strands<double>(parts, pieces, 2 * channels, channel, there, 32);
    double product = sum_of_strands<double>(parts, pieces, 2 * channels, channels + channel, there, 32);
    if (threadIdx.x < 32 && there) {
        out[channel] = (float) sum;
        out[channels + channel] = (float) (product / sqrt((double) moments[channels + channel] + epsilon));
    }
}

// scale (g - mean(g) - normalized mean(g normalized)).
template <int VECTOR> DEVICE void norm_input(const float* x, const Norm& norm, const float* g, const float* sums, float* out, bool relu,
        const Rows& p) {
    Share<VECTOR> share(p);
    if (!share.there) return;
    Channel<VECTOR> channel(norm, p.channels, share.channel);
    float mean[VECTOR], slope[VECTOR];
    load<VECTOR>(mean, sums + share.channel);
#pragma unroll
    for (int e = 0; e < VECTOR; e++) {
        mean[e] /= p.rows;
        slope[e] = sums[p.channels + share.channel + e] / p.rows * channel.inverse[e];
    }
#pragma unroll 4
    for (int row = share.row; row < share.end; row += share.down) {
        Index at = (Index) row * p.channels + share.channel;
        float v[VECTOR], flow[VECTOR];
        load<VECTOR>(v, x + at);
        load<VECTOR>(flow, g + at);
#pragma unroll
        for (int e = 0; e < VECTOR; e++) {
            float passed = !relu || channel.of(v[e], e) > 0.0f ? flow[e] : 0.0f;
            v[e] = channel.scale[e] * (passed - mean[e] - (v[e] - channel.mean[e]) * slope[e]);
        }
        store<VECTOR>(out + at, v);
    }
}

extern "C" __global__ void __launch_bounds__(256, 4) norm_input_1(NORM, const float* __restrict__ g, const float* __restrict__ sums,
        float* __restrict__ out, int relu, Rows p) {
    norm_input<1>(x, {weight, bias, moments, epsilon}, g, sums, out, relu != 0, p);
}

extern "C" __global__ void __launch_bounds__(256, 4) norm_input_4(NORM, const float* __restrict__ g, const float* __restrict__ sums,
        float* __restrict__ out, int relu, Rows p) {
    norm_input<4>(x, {weight, bias, moments, epsilon}, g, sums, out, relu != 0, p);
}
