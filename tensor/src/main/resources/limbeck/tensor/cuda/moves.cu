// Elements to other places, or as other types, unchanged otherwise.

template <class T> DEVICE void copy_walk(const T* x, T* y, int n, const Walk<2>& walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        y[at[1]] = x[at[0]];
    }
}

extern "C" __global__ void copy_8(const u8* x, u8* y, int n, Walk<2> walk) { copy_walk(x, y, n, walk); }
extern "C" __global__ void copy_16(const u16* x, u16* y, int n, Walk<2> walk) { copy_walk(x, y, n, walk); }
extern "C" __global__ void copy_32(const u32* x, u32* y, int n, Walk<2> walk) { copy_walk(x, y, n, walk); }
extern "C" __global__ void copy_64(const u64* x, u64* y, int n, Walk<2> walk) { copy_walk(x, y, n, walk); }

// Matrices (rows, columns) whose columns are contiguous in y and whose rows are in x, in tiles of 32 x 32, so that both sides are
// touched in whole lines. 256 threads; the grid is (columns / 32, rows / 32, matrices).
template <class T> DEVICE void transpose(const T* x, T* y, int rows, int columns, int xs, int ys, const Walk<2>& batches) {
    __shared__ T tile[32][33];
    int at[2];
    batches.places(blockIdx.z, at);
    int lane = threadIdx.x & 31;
    int first = threadIdx.x >> 5;
    int row = blockIdx.y * 32;
    int column = blockIdx.x * 32;
    for (int i = first; i < 32; i += 8) {
        if (column + i < columns && row + lane < rows) tile[i][lane] = x[at[0] + (column + i) * xs + row + lane];
    }
    __syncthreads();
    for (int i = first; i < 32; i += 8) {
        if (row + i < rows && column + lane < columns) y[at[1] + (row + i) * ys + column + lane] = tile[lane][i];
    }
}

extern "C" __global__ void transpose_16(const u16* x, u16* y, int rows, int columns, int xs, int ys, Walk<2> batches) {
    transpose(x, y, rows, columns, xs, ys, batches);
}
extern "C" __global__ void transpose_32(const u32* x, u32* y, int rows, int columns, int xs, int ys, Walk<2> batches) {
    transpose(x, y, rows, columns, xs, ys, batches);
}

template <class T> DEVICE void fill(T* y, int n, T value) {
    u32 i = thread_number();
    if (i < (u32) n) y[i] = value;
}

extern "C" __global__ void fill_8(u8* y, int n, int value) { fill(y, n, (u8) value); }
extern "C" __global__ void fill_16(u16* y, int n, int value) { fill(y, n, (u16) value); }
extern "C" __global__ void fill_32(u32* y, int n, int value) { fill(y, n, (u32) value); }
extern "C" __global__ void fill_64(u64* y, int n, u64 value) { fill(y, n, value); }

// Element types by the order of limbeck.tensor.DType.
enum { F32, F64, BF16, F16, I8, I32, BOOL };

DEVICE double load(const void* x, int type, int i) {
    switch (type) {
        case F32: return ((const float*) x)[i];
        case F64: return ((const double*) x)[i];
        case BF16: return from_bf16(((const u16*) x)[i]);
        case F16: return from_f16(((const u16*) x)[i]);
        case I8: return ((const signed char*) x)[i];
        case I32: return ((const int*) x)[i];
        default: return ((const u8*) x)[i];
    }
}

DEVICE void store(void* y, int type, int i, double value) {
    switch (type) {
        case F32: ((float*) y)[i] = (float) value; break;
        case F64: ((double*) y)[i] = value; break;
        case BF16: ((u16*) y)[i] = to_bf16((float) value); break;
        case F16: ((u16*) y)[i] = to_f16((float) value); break;
        case I8: ((signed char*) y)[i] = to_byte(value); break;
        case I32: ((int*) y)[i] = to_int(value); break;
        default: ((u8*) y)[i] = value != 0;
    }
}

// Any type to any type: through double, which holds them all.
extern "C" __global__ void cast(const void* x, int from, void* y, int to, int n, Walk<2> walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        store(y, to, at[1], load(x, from, at[0]));
    }
}

// The pairs of training in 16 bits: without double, of which some devices compute few.
extern "C" __global__ void cast_f32_bf16(const float* x, u16* y, int n, Walk<2> walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        y[at[1]] = to_bf16(x[at[0]]);
    }
}

extern "C" __global__ void cast_bf16_f32(const u16* x, float* y, int n, Walk<2> walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        y[at[1]] = from_bf16(x[at[0]]);
    }
}

extern "C" __global__ void arange(void* y, int type, int n, double start, double step) {
    u32 i = thread_number();
    // Rounded as in Java, which joins no product and sum.
    if (i < (u32) n) store(y, type, (int) i, __dadd_rn(start, __dmul_rn((double) i, step)));
}
