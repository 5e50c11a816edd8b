// Functions element by element. The kernels themselves are generated (ElementwiseSource) from the texts that the ops carry, as
// instances of these templates: F::of is the function. "dense": all operands in one order without gaps, four elements a thread, an
// operand of step 0 being one number; "fours": the same where rows repeat, as a bias does; "walk": any layout of the operands, the
// result dense in the order of the walk.

struct alignas(4) Four8 {
    u8 x, y, z, w;
};

template <class T> struct Four;
template <> struct Four<float> { typedef float4 type; };
template <> struct Four<int> { typedef int4 type; };
template <> struct Four<u8> { typedef Four8 type; };

template <class T> DEVICE typename Four<T>::type load4(const T* x, u32 i, int step) {
    if (step == 0) {
        T one = *x;
        return {one, one, one, one};
    }
    return *reinterpret_cast<const typename Four<T>::type*>(x + i);
}

template <class F, class T> DEVICE void unary_dense(const T* x, T* y, int n, T a, T b) {
    u32 i = 4 * thread_number();
    if (i + 3 < (u32) n) {
        auto v = load4(x, i, 1);
        typename Four<T>::type r = {F::of(v.x, a, b), F::of(v.y, a, b), F::of(v.z, a, b), F::of(v.w, a, b)};
        *reinterpret_cast<typename Four<T>::type*>(y + i) = r;
    } else {
        for (; i < (u32) n; i++) y[i] = F::of(x[i], a, b);
    }
}

template <class F, class T, class P> DEVICE void unary_walk(const T* x, T* y, int n, P a, P b, const Walk<1>& walk) {
    u32 i = thread_number();
    if (i < (u32) n) y[i] = F::of(x[walk.place(i)], a, b);
}

template <class F, class T, class R> DEVICE void binary_dense(const T* x, int xs, const T* y, int ys, R* z, int n) {
    u32 i = 4 * thread_number();
    if (i + 3 < (u32) n) {
        auto v = load4(x, i, xs);
        auto w = load4(y, i, ys);
        typename Four<R>::type r = {F::of(v.x, w.x), F::of(v.y, w.y), F::of(v.z, w.z), F::of(v.w, w.w)};
        *reinterpret_cast<typename Four<R>::type*>(z + i) = r;
    } else {
        for (; i < (u32) n; i++) z[i] = F::of(x[i * xs], y[i * ys]);
    }
}

// Four elements at a time of rows that are whole fours: the walk counts fours, a step of 0 repeats one number along the row.
template <class F, class T, class R> DEVICE void binary_fours(const T* x, int xs, const T* y, int ys, R* z, int fours,
                                                              const Walk<2>& walk) {
    u32 i = thread_number();
    if (i < (u32) fours) {
        int at[2];
        walk.places(i, at);
        auto v = load4(x + at[0], 0, xs);
        auto w = load4(y + at[1], 0, ys);
        typename Four<R>::type r = {F::of(v.x, w.x), F::of(v.y, w.y), F::of(v.z, w.z), F::of(v.w, w.w)};
        *reinterpret_cast<typename Four<R>::type*>(z + 4 * i) = r;
    }
}

template <class F, class T, class R> DEVICE void binary_walk(const T* x, const T* y, R* z, int n, const Walk<2>& walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        z[i] = F::of(x[at[0]], y[at[1]]);
    }
}

// A choice between words of four bytes, whatever they stand for.
extern "C" __global__ void where_walk(const u8* condition, const u32* x, const u32* y, u32* z, int n, Walk<3> walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[3];
        walk.places(i, at);
        z[i] = condition[at[0]] ? x[at[1]] : y[at[2]];
    }
}

// ---- GELU and its derivative (limbeck.tensor.op.Gelu): beyond 100 the distribution function is 0 or 1, and infinity times 0 is not

#define ROOT_2_BY_PI 0.79788456080286536f
#define CUBIC 0.044715f

DEVICE float gelu_inner(float x) {
    return x * (x * x * CUBIC + 1.0f) * ROOT_2_BY_PI;
}

DEVICE float gelu(float x) {
    x = x < -100.0f ? -100.0f : x;
    return x * (0.5f * (erff(x * 0.70710678118654752f) + 1.0f));
}

DEVICE float gelu_tanh(float x) {
    x = x < -100.0f ? -100.0f : x;
    return x * (0.5f * (tanhf(gelu_inner(x)) + 1.0f));
}

DEVICE float gelu_slope(float x) {
    x = x < -100.0f ? -100.0f : x > 100.0f ? 100.0f : x;
    float density = expf(-0.5f * x * x) * (0.5f * ROOT_2_BY_PI);
    return 0.5f * (erff(x * 0.70710678118654752f) + 1.0f) + x * density;
}

DEVICE float gelu_tanh_slope(float x) {
    x = x < -100.0f ? -100.0f : x > 100.0f ? 100.0f : x;
    float t = tanhf(gelu_inner(x));
    return 0.5f * (t + 1.0f) + x * ((1.0f - t * t) * (x * x * (3.0f * CUBIC) + 1.0f) * (0.5f * ROOT_2_BY_PI));
}
