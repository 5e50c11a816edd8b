// Softmax, its logarithm and their gradients along an axis of any layout. A warp for each row of at most 1,024 numbers, a block for
// longer ones. "rows" walks the rows in x, (g,) and y; the strides are those along the axis.

// The largest, or where all are minus infinity the least float: what is subtracted must be finite.
DEVICE float shift_of(float largest) {
    return largest < -3.402823466e38f ? -3.402823466e38f : largest > 3.402823466e38f ? 3.402823466e38f : largest;
}

// The threads that share a row: a warp of several in the block, or the whole block.
template <bool BLOCK> struct Team {
    DEVICE static u32 row() { return BLOCK ? blockIdx.x : blockIdx.x * 8 + (threadIdx.x >> 5); }
    DEVICE static int first() { return BLOCK ? threadIdx.x : threadIdx.x & 31; }
    DEVICE static int step() { return BLOCK ? blockDim.x : 32; }
    template <class F> DEVICE static float fold(float x) {
        if constexpr (BLOCK) return block_fold<F>(x);
        else return warp_fold<F>(x);
    }
};

template <bool BLOCK, bool LOG> DEVICE void softmax(const float* x, float* y, int rows, int count, int xs, int ys, const Walk<2>& walk) {
    typedef Team<BLOCK> T;
    if (T::row() >= (u32) rows) return;
    int at[2];
    walk.places(T::row(), at);
    const float* in = x + at[0];
    float* out = y + at[1];
    float largest = -infinity();
    for (int i = T::first(); i < count; i += T::step()) largest = Max::join(largest, in[i * xs]);
    float shift = shift_of(T::template fold<Max>(largest));
    float sum = 0.0f;
    for (int i = T::first(); i < count; i += T::step()) sum += expf(in[i * xs] - shift);
    sum = T::template fold<Sum>(sum);
    float logarithm = logf(sum);
    for (int i = T::first(); i < count; i += T::step()) {
        float z = in[i * xs] - shift;
        out[i * ys] = LOG ? z - logarithm : expf(z) / sum;
    }
}

// y (g - sum(y g)), or for the logarithm g - exp(y) sum(g).
template <bool BLOCK, bool LOG> DEVICE void softmax_input(const float* y, const float* g, float* z, int rows, int count, int ys, int gs,
                                                          int zs, const Walk<3>& walk) {
    typedef Team<BLOCK> T;
    if (T::row() >= (u32) rows) return;
    int at[3];
    walk.places(T::row(), at);
    y += at[0];
    g += at[1];
    z += at[2];
    float sum = 0.0f;
    for (int i = T::first(); i < count; i += T::step()) sum += LOG ? g[i * gs] : y[i * ys] * g[i * gs];
    sum = T::template fold<Sum>(sum);
    for (int i = T::first(); i < count; i += T::step()) {
        z[i * zs] = LOG ? g[i * gs] - expf(y[i * ys]) * sum : y[i * ys] * (g[i * gs] - sum);
    }
}

// The gradient tau (q - p) and the loss tau^2 KL(p || q) of each row, p from the teacher's logits t and q from the student's z.
template <bool BLOCK> DEVICE void soft_divergence(const float* z, const float* t, float* gradient, float* losses, int rows, int count,
                                                  int zs, int ts, float tau, const Walk<2>& walk) {
    typedef Team<BLOCK> T;
    u32 row = T::row();
    if (row >= (u32) rows) return;
    int at[2];
    walk.places(row, at);
    z += at[0];
    t += at[1];
    gradient += (u64) row * count;
    float student = -infinity(), teacher = -infinity();
    for (int i = T::first(); i < count; i += T::step()) {
        student = Max::join(student, z[i * zs] / tau);
        teacher = Max::join(teacher, t[i * ts] / tau);
    }
    student = shift_of(T::template fold<Max>(student));
    teacher = shift_of(T::template fold<Max>(teacher));
    float student_sum = 0.0f, teacher_sum = 0.0f;
    for (int i = T::first(); i < count; i += T::step()) {
        student_sum += expf(z[i * zs] / tau - student);
        teacher_sum += expf(t[i * ts] / tau - teacher);
    }
    student += logf(T::template fold<Sum>(student_sum));
    teacher += logf(T::template fold<Sum>(teacher_sum));
    float loss = 0.0f;
    for (int i = T::first(); i < count; i += T::step()) {
        float log_q = z[i * zs] / tau - student;
        float log_p = t[i * ts] / tau - teacher;
        float p = expf(log_p);
        gradient[i] = tau * (expf(log_q) - p);
        loss += p * (log_p - log_q);
    }
    loss = T::template fold<Sum>(loss);
    if (T::first() == 0) losses[row] = tau * tau * loss;
}

// The gradient softmax(x) - p and the loss of each row, p being 1 - smoothing at the label and smoothing / count more everywhere. A label
// that is no class counts as if it had no part in p.
template <bool BLOCK> DEVICE void cross_entropy(const float* x, const int* labels, float* gradient, float* losses, int rows, int count,
                                                int xs, float smoothing, u64* slot, const Walk<2>& walk) {
    typedef Team<BLOCK> T;
    u32 row = T::row();
    if (row >= (u32) rows) return;
    int at[2];
    walk.places(row, at);
    x += at[0];
    gradient += (u64) row * count;
    int label = labels[at[1]];
    float largest = -infinity();
    for (int i = T::first(); i < count; i += T::step()) largest = Max::join(largest, x[i * xs]);
    float shift = shift_of(T::template fold<Max>(largest));
    float sum = 0.0f, distance = 0.0f;
    for (int i = T::first(); i < count; i += T::step()) {
        float z = x[i * xs] - shift;
        sum += expf(z);
        distance += z;
    }
    sum = T::template fold<Sum>(sum);
    distance = T::template fold<Sum>(distance);
    float share = smoothing / count;
    for (int i = T::first(); i < count; i += T::step()) {
        gradient[i] = expf(x[i * xs] - shift) / sum - share - (i == label ? 1.0f - smoothing : 0.0f);
    }
    if (T::first() == 0) {
        float own = is_inside(label, count, row, slot) ? (1.0f - smoothing) * (x[label * xs] - shift) : 0.0f;
        // Without smoothing the other classes do not count, not even one at minus infinity.
        losses[row] = logf(sum) - own - (smoothing > 0.0f ? share * distance : 0.0f);
    }
}

extern "C" __global__ void cross_entropy_warp(const float* x, const int* labels, float* gradient, float* losses, int rows, int count,
                                              int xs, float smoothing, u64* slot, Walk<2> walk) {
    cross_entropy<false>(x, labels, gradient, losses, rows, count, xs, smoothing, slot, walk);
}
extern "C" __global__ void cross_entropy_block(const float* x, const int* labels, float* gradient, float* losses, int rows, int count,
                                              int xs, float smoothing, u64* slot, Walk<2> walk) {
    cross_entropy<true>(x, labels, gradient, losses, rows, count, xs, smoothing, slot, walk);
}
extern "C" __global__ void soft_divergence_warp(const float* z, const float* t, float* gradient, float* losses, int rows, int count,
                                                int zs, int ts, float tau, Walk<2> walk) {
    soft_divergence<false>(z, t, gradient, losses, rows, count, zs, ts, tau, walk);
}
extern "C" __global__ void soft_divergence_block(const float* z, const float* t, float* gradient, float* losses, int rows, int count,
                                                int zs, int ts, float tau, Walk<2> walk) {
    soft_divergence<true>(z, t, gradient, losses, rows, count, zs, ts, tau, walk);
}
extern "C" __global__ void softmax_warp(const float* x, float* y, int rows, int count, int xs, int ys, Walk<2> walk) {
    softmax<false, false>(x, y, rows, count, xs, ys, walk);
}
extern "C" __global__ void softmax_input_warp(const float* y, const float* g, float* z, int rows, int count, int ys, int gs, int zs,
                                       Walk<3> walk) {
    softmax_input<false, false>(y, g, z, rows, count, ys, gs, zs, walk);
}
extern "C" __global__ void softmax_block(const float* x, float* y, int rows, int count, int xs, int ys, Walk<2> walk) {
    softmax<true, false>(x, y, rows, count, xs, ys, walk);
}
extern "C" __global__ void softmax_input_block(const float* y, const float* g, float* z, int rows, int count, int ys, int gs, int zs,
                                       Walk<3> walk) {
    softmax_input<true, false>(y, g, z, rows, count, ys, gs, zs, walk);
}
extern "C" __global__ void log_softmax_warp(const float* x, float* y, int rows, int count, int xs, int ys, Walk<2> walk) {
    softmax<false, true>(x, y, rows, count, xs, ys, walk);
}
extern "C" __global__ void log_softmax_input_warp(const float* y, const float* g, float* z, int rows, int count, int ys, int gs, int zs,
                                       Walk<3> walk) {
    softmax_input<false, true>(y, g, z, rows, count, ys, gs, zs, walk);
}
extern "C" __global__ void log_softmax_block(const float* x, float* y, int rows, int count, int xs, int ys, Walk<2> walk) {
    softmax<true, true>(x, y, rows, count, xs, ys, walk);
}
extern "C" __global__ void log_softmax_input_block(const float* y, const float* g, float* z, int rows, int count, int ys, int gs, int zs,
                                       Walk<3> walk) {
    softmax_input<true, true>(y, g, z, rows, count, ys, gs, zs, walk);
}
