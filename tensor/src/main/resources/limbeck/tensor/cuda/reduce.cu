// Folds over some axes. "kept" walks the elements of the result, "folded" those that meet in one; both give places in the operand.
// What is folded is cut into chunks of fixed length, each folded by one block into a partial result [chunk][result]; a second launch
// folds the partial results. So the order of additions depends on shape and layout alone.

// A block for each result and chunk: neighbouring threads take neighbouring folded elements. Grid (results, chunks).
template <class F, class T> DEVICE void fold_rows(const T* x, T* y, int results, int count, int chunk, const Walk<1>& kept,
                                                  const Walk<1>& folded) {
    int from = blockIdx.y * chunk;
    int to = min(count, from + chunk);
    const T* row = x + kept.place(blockIdx.x);
    T sum = F::template neutral<T>();
    for (int i = from + (int) threadIdx.x; i < to; i += blockDim.x) sum = F::join(sum, row[folded.place(i)]);
    sum = block_fold<F>(sum);
    if (threadIdx.x == 0) y[(u32) blockIdx.y * results + blockIdx.x] = sum;
}

// A warp for each result: for short rows. Eight warps a block.
template <class F, class T> DEVICE void fold_short(const T* x, T* y, int results, int count, const Walk<1>& kept,
                                                   const Walk<1>& folded) {
    u32 result = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (result >= (u32) results) return;
    const T* row = x + kept.place(result);
    T sum = F::template neutral<T>();
    for (int i = threadIdx.x & 31; i < count; i += 32) sum = F::join(sum, row[folded.place(i)]);
    sum = warp_fold<F>(sum);
    if ((threadIdx.x & 31) == 0) y[result] = sum;
}

// 32 neighbouring results by 8 shares of a chunk: neighbouring threads take neighbouring results. Grid (results / 32, chunks).
template <class F, class T> DEVICE void fold_columns(const T* x, T* y, int results, int count, int chunk, const Walk<1>& kept,
                                                     const Walk<1>& folded) {
    __shared__ T parts[8][33];
    int lane = threadIdx.x & 31;
    int share = threadIdx.x >> 5;
    u32 result = blockIdx.x * 32 + lane;
    int from = blockIdx.y * chunk;
    int to = min(count, from + chunk);
    T sum = F::template neutral<T>();
    if (result < (u32) results) {
        const T* column = x + kept.place(result);
        for (int i = from + share; i < to; i += 8) sum = F::join(sum, column[folded.place(i)]);
    }
    parts[share][lane] = sum;
    __syncthreads();
    if (share == 0 && result < (u32) results) {
        for (int i = 1; i < 8; i++) sum = F::join(sum, parts[i][lane]);
        y[(u32) blockIdx.y * results + result] = sum;
    }
}

// The place of the largest or smallest along an axis: the first of equal ones, the first NaN where there is one. A warp a result.
template <bool LARGEST, class T> DEVICE bool beats(T x, int i, T y, int j) {
    if (x != x || y != y) return x != x && (y == y || i < j);
    return (LARGEST ? x > y : x < y) || (x == y && i < j);
}

template <bool LARGEST, class T> DEVICE void arg_fold(const T* x, int* y, int results, int count, int stride, const Walk<1>& kept) {
    u32 result = blockIdx.x * 8 + (threadIdx.x >> 5);
    if (result >= (u32) results) return;
    const T* row = x + kept.place(result);
    int lane = threadIdx.x & 31;
    // A lane without elements of its own holds the first one, which changes nothing.
    int best = lane < count ? lane : 0;
    T value = row[best * stride];
    for (int i = best + 32; i < count; i += 32) {
        T candidate = row[i * stride];
        if (beats<LARGEST>(candidate, i, value, best)) {
            best = i;
            value = candidate;
        }
    }
    for (int distance = 16; distance > 0; distance >>= 1) {
        T candidate = __shfl_xor_sync(ALL_LANES, value, distance);
        int at = __shfl_xor_sync(ALL_LANES, best, distance);
        if (beats<LARGEST>(candidate, at, value, best)) {
            best = at;
            value = candidate;
        }
    }
    if (lane == 0) y[result] = best;
}

// The sum of squares of many tensors: a block for each chunk of 4,096 numbers, then one block for the sums of all chunks.
struct Part {
    u64 numbers;
    int count;
    int first;  // its first block
};

extern "C" __global__ void square_sum(const Part* parts, int count, float* sums) {
    int low = 0, high = count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (parts[middle].first <= (int) blockIdx.x) low = middle;
        else high = middle - 1;
    }
    const float* x = (const float*) parts[low].numbers;
    int from = ((int) blockIdx.x - parts[low].first) * 4096;
    int to = min(parts[low].count, from + 4096);
    float sum = 0.0f;
    for (int i = from + (int) threadIdx.x; i < to; i += blockDim.x) sum += x[i] * x[i];
    sum = block_sum(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

extern "C" __global__ void sum_f32_rows(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Sum>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void sum_f32_short(const float* x, float* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Sum>(x, y, results, count, kept, folded);
}
extern "C" __global__ void sum_f32_columns(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Sum>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void sum_i32_rows(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Sum>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void sum_i32_short(const int* x, int* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Sum>(x, y, results, count, kept, folded);
}
extern "C" __global__ void sum_i32_columns(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Sum>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void max_f32_rows(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Max>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void max_f32_short(const float* x, float* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Max>(x, y, results, count, kept, folded);
}
extern "C" __global__ void max_f32_columns(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Max>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void max_i32_rows(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Max>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void max_i32_short(const int* x, int* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Max>(x, y, results, count, kept, folded);
}
extern "C" __global__ void max_i32_columns(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Max>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void min_f32_rows(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Min>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void min_f32_short(const float* x, float* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Min>(x, y, results, count, kept, folded);
}
extern "C" __global__ void min_f32_columns(const float* x, float* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Min>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void min_i32_rows(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_rows<Min>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void min_i32_short(const int* x, int* y, int results, int count, Walk<1> kept, Walk<1> folded) {
    fold_short<Min>(x, y, results, count, kept, folded);
}
extern "C" __global__ void min_i32_columns(const int* x, int* y, int results, int count, int chunk, Walk<1> kept, Walk<1> folded) {
    fold_columns<Min>(x, y, results, count, chunk, kept, folded);
}
extern "C" __global__ void argmax_f32(const float* x, int* y, int results, int count, int stride, Walk<1> kept) {
    arg_fold<true>(x, y, results, count, stride, kept);
}
extern "C" __global__ void argmax_i32(const int* x, int* y, int results, int count, int stride, Walk<1> kept) {
    arg_fold<true>(x, y, results, count, stride, kept);
}
extern "C" __global__ void argmin_f32(const float* x, int* y, int results, int count, int stride, Walk<1> kept) {
    arg_fold<false>(x, y, results, count, stride, kept);
}
extern "C" __global__ void argmin_i32(const int* x, int* y, int results, int count, int stride, Walk<1> kept) {
    arg_fold<false>(x, y, results, count, stride, kept);
}
