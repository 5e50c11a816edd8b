#include "finish.cuh"

// Convolutions of many small groups, such as depthwise ones, where a product of matrices would be mostly empty: plain float32 sums, a
// thread for each result. Images lie channels last and weights are (channel, tap, channel of the result), so that neighbouring threads
// read what lies side by side.

struct Groups {
    int images, height, width, channels;
    int out_height, out_width, out_channels;
    int groups;
    int taps_down, taps_across, stride_down, stride_across, pad_down, pad_across, dilation_down, dilation_across;
    int relu;
};

// Which pixel of n along one direction a tap reads, or -1; and which pixel of the result reads a pixel by a tap, or -1.
DEVICE int reads(int out, int tap, int stride, int pad, int dilation, int n) {
    int at = out * stride - pad + tap * dilation;
    return at >= 0 && at < n ? at : -1;
}

DEVICE int is_read_by(int in, int tap, int stride, int pad, int dilation, int n) {
    int at = in + pad - tap * dilation;
    return at >= 0 && at % stride == 0 && at / stride < n ? at / stride : -1;
}

extern "C" __global__ void __launch_bounds__(256) groups_forward(const float* __restrict__ image, const float* __restrict__ weight,
        float* __restrict__ out, const float* __restrict__ scale, const float* __restrict__ shift, const float* __restrict__ residual,
        Groups p) {
    u32 i = thread_number(), pixel_number = i / p.out_channels, line = pixel_number / p.out_width;
    int channel = i % p.out_channels, x = pixel_number % p.out_width, y = line % p.out_height, n = line / p.out_height;
    if (n >= p.images) return;
    int depth = p.channels / p.groups, first = channel / (p.out_channels / p.groups) * depth;
    int taps = p.taps_down * p.taps_across;
    const float* w = weight + channel;
    float sum = 0.0f;
    for (int r = 0; r < p.taps_down; r++) {
        int from = reads(y, r, p.stride_down, p.pad_down, p.dilation_down, p.height);
        if (from < 0) continue;
        for (int s = 0; s < p.taps_across; s++) {
            int at = reads(x, s, p.stride_across, p.pad_across, p.dilation_across, p.width);
            if (at < 0) continue;
            const float* pixel = image + (((Index) n * p.height + from) * p.width + at) * p.channels + first;
            for (int c = 0; c < depth; c++) sum = fmaf(pixel[c], w[(c * taps + r * p.taps_across + s) * p.out_channels], sum);
        }
    }
    Finish finish = {scale, shift, residual, p.relu != 0};
    out[i] = finish.of(sum, channel, i);
}

extern "C" __global__ void __launch_bounds__(256) groups_input(const float* __restrict__ gradient, const float* __restrict__ weight,
        float* __restrict__ image, Groups p) {
    u32 i = thread_number(), pixel_number = i / p.channels, line = pixel_number / p.width;
    int channel = i % p.channels, x = pixel_number % p.width, y = line % p.height, n = line / p.height;
    if (n >= p.images) return;
    int depth = p.channels / p.groups, rows = p.out_channels / p.groups, first = channel / depth * rows;
    int taps = p.taps_down * p.taps_across;
    const float* w = weight + channel % depth * taps * p.out_channels + first;
    float sum = 0.0f;
    for (int r = 0; r < p.taps_down; r++) {
        int from = is_read_by(y, r, p.stride_down, p.pad_down, p.dilation_down, p.out_height);
        if (from < 0) continue;
        for (int s = 0; s < p.taps_across; s++) {
            int at = is_read_by(x, s, p.stride_across, p.pad_across, p.dilation_across, p.out_width);
            if (at < 0) continue;
            const float* pixel = gradient + (((Index) n * p.out_height + from) * p.out_width + at) * p.out_channels + first;
            for (int k = 0; k < rows; k++) sum = fmaf(pixel[k], w[(r * p.taps_across + s) * p.out_channels + k], sum);
        }
    }
    image[i] = sum;
}

// Each block has one weight of 32 channels of the result, one a lane, and some lines of the gradient, every eighth to a warp:
// blockIdx.x counts weights and channels, blockIdx.y pieces of `lines` lines, which each give (channel, tap, depth).
extern "C" __global__ void __launch_bounds__(256) groups_weight(const float* __restrict__ image, const float* __restrict__ gradient,
        float* __restrict__ parts, int lines, Groups p) {
    __shared__ float sums[8][32];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int depth = p.channels / p.groups, taps = p.taps_down * p.taps_across;
    int c = blockIdx.x % depth, tap = blockIdx.x / depth % taps, channel = blockIdx.x / depth / taps * 32 + lane;
    int r = tap / p.taps_across, s = tap % p.taps_across;
    int end = end_of(blockIdx.y * lines, lines, p.images * p.out_height);
    float sum = 0.0f;
    if (channel < p.out_channels) {
        int first = channel / (p.out_channels / p.groups) * depth + c;
        for (int line = blockIdx.y * lines + warp; line < end; line += 8) {
            int from = reads(line % p.out_height, r, p.stride_down, p.pad_down, p.dilation_down, p.height);
            if (from < 0) continue;
            const float* row = image + ((Index) (line / p.out_height) * p.height + from) * p.width * p.channels + first;
            const float* slope = gradient + (Index) line * p.out_width * p.out_channels + channel;
            for (int x = 0; x < p.out_width; x++) {
                int at = reads(x, s, p.stride_across, p.pad_across, p.dilation_across, p.width);
                if (at >= 0) sum = fmaf(row[(Index) at * p.channels], slope[(Index) x * p.out_channels], sum);
            }
        }
    }
    sums[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && channel < p.out_channels) {
        for (int w = 1; w < 8; w++) sum += sums[w][lane];
        parts[(((Index) blockIdx.y * p.out_channels + channel) * taps + tap) * depth + c] = sum;
    }
}
