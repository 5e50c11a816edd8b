// Pooling of images (N, C, H, W) in any layout; results are channels last, so neighbouring threads take neighbouring channels.

// How one axis is cut: the records of limbeck.tensor.op.Window.
struct Cut {
    int adaptive;  // else sliding
    int kernel;    // the number of windows where adaptive
    int stride;
    int padding;

    DEVICE int start(int window, int extent) const {
        return adaptive ? (int) ((long long) window * extent / kernel) : max(0, window * stride - padding);
    }
    DEVICE int end(int window, int extent) const {
        return adaptive ? (int) (((window + 1LL) * extent + kernel - 1) / kernel) : min(extent, window * stride - padding + kernel);
    }
    DEVICE int divisor(int window, int extent) const {
        return adaptive ? end(window, extent) - start(window, extent) : kernel;
    }
    // The first and the last window that may cover an element.
    DEVICE int first(int element, int extent) const {
        if (adaptive) return (int) ((long long) element * kernel / extent);
        int before = element + padding - kernel;
        return before < 0 ? 0 : before / stride + 1;
    }
    DEVICE int last(int element, int extent, int windows) const {
        int to = adaptive ? (int) (((element + 1LL) * kernel + extent - 1) / extent) - 1 : (element + padding) / stride;
        return min(to, windows - 1);
    }
};

// Extents of the images and the result, the cuts, and the strides of (N, C, H, W) in up to three operands.
struct Pool {
    int channels, height, width, rows, columns;
    Cut down, right;
    int stride[3][4];

    DEVICE int place(int operand, int n, int c, int h, int w) const {
        return n * stride[operand][0] + c * stride[operand][1] + h * stride[operand][2] + w * stride[operand][3];
    }
};

struct Index {
    int n, c, h, w;
};

DEVICE Index index_of(u32 i, int channels, int height, int width) {
    Index at;
    at.c = i % channels;
    i /= channels;
    at.w = i % width;
    i /= width;
    at.h = i % height;
    at.n = i / height;
    return at;
}

// Where the largest of a window lies, as h * width + w: the first of equal ones, the first NaN where there is one.
DEVICE int largest(const float* x, const Pool& p, const Index& at) {
    int top = p.down.start(at.h, p.height), bottom = p.down.end(at.h, p.height);
    int left = p.right.start(at.w, p.width), right = p.right.end(at.w, p.width);
    int best = top * p.width + left;
    float value = x[p.place(0, at.n, at.c, top, left)];
    for (int h = top; h < bottom; h++) {
        for (int w = left; w < right; w++) {
            float candidate = x[p.place(0, at.n, at.c, h, w)];
            if (value == value && (candidate != candidate || candidate > value)) {
                best = h * p.width + w;
                value = candidate;
            }
        }
    }
    return best;
}

// Operand 0: the images; operand 1: what is picked from, the images themselves for a plain max pool.
extern "C" __global__ void max_pool(const float* x, const float* values, float* y, int n, Pool p) {
    u32 i = thread_number();
    if (i >= (u32) n) return;
    Index at = index_of(i, p.channels, p.rows, p.columns);
    int best = largest(x, p, at);
    y[i] = values[p.place(1, at.n, at.c, best / p.width, best % p.width)];
}

extern "C" __global__ void max_pool_index(const float* x, int* y, int n, Pool p) {
    u32 i = thread_number();
    if (i < (u32) n) y[i] = largest(x, p, index_of(i, p.channels, p.rows, p.columns));
}

// A thread for each element of the images looks at the windows that cover it, in their order. Operand 1: the values of the windows.
extern "C" __global__ void max_pool_scatter(const int* best, const float* values, float* y, int n, Pool p) {
    u32 i = thread_number();
    if (i >= (u32) n) return;
    Index at = index_of(i, p.channels, p.height, p.width);
    float sum = 0.0f;
    for (int h = p.down.first(at.h, p.height); h <= p.down.last(at.h, p.height, p.rows); h++) {
        for (int w = p.right.first(at.w, p.width); w <= p.right.last(at.w, p.width, p.columns); w++) {
            u32 window = (((u32) at.n * p.rows + h) * p.columns + w) * p.channels + at.c;
            if (best[window] == at.h * p.width + at.w) sum += values[p.place(1, at.n, at.c, h, w)];
        }
    }
    y[i] = sum;
}

extern "C" __global__ void average_pool(const float* x, float* y, int n, Pool p) {
    u32 i = thread_number();
    if (i >= (u32) n) return;
    Index at = index_of(i, p.channels, p.rows, p.columns);
    float sum = 0.0f;
    for (int h = p.down.start(at.h, p.height); h < p.down.end(at.h, p.height); h++) {
        for (int w = p.right.start(at.w, p.width); w < p.right.end(at.w, p.width); w++) sum += x[p.place(0, at.n, at.c, h, w)];
    }
    y[i] = sum / ((float) p.down.divisor(at.h, p.height) * (float) p.right.divisor(at.w, p.width));
}

// Operand 0: the gradient of the windows.
extern "C" __global__ void average_pool_input(const float* g, float* y, int n, Pool p) {
    u32 i = thread_number();
    if (i >= (u32) n) return;
    Index at = index_of(i, p.channels, p.height, p.width);
    float sum = 0.0f;
    for (int h = p.down.first(at.h, p.height); h <= p.down.last(at.h, p.height, p.rows); h++) {
        for (int w = p.right.first(at.w, p.width); w <= p.right.last(at.w, p.width, p.columns); w++) {
            float divisor = (float) p.down.divisor(h, p.height) * (float) p.right.divisor(w, p.width);
            sum += g[p.place(0, at.n, at.c, h, w)] / divisor;
        }
    }
    y[i] = sum;
}
