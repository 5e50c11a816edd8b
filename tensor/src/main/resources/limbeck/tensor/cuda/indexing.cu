// Ops that follow indices. An index outside its axis reads and writes nothing.

// out[i] = source[place with the axis at 0 + index * stride]; the walk gives the places of source and index.
template <class T> DEVICE void gather(const T* source, const int* index, T* y, int n, int extent, int stride, u64* slot,
                                      const Walk<2>& walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int at[2];
        walk.places(i, at);
        int pick = index[at[1]];
        y[i] = is_inside(pick, extent, i, slot) ? source[at[0] + pick * stride] : (T) 0;
    }
}

extern "C" __global__ void gather_8(const u8* x, const int* index, u8* y, int n, int extent, int stride, u64* slot, Walk<2> walk) {
    gather(x, index, y, n, extent, stride, slot, walk);
}
extern "C" __global__ void gather_16(const u16* x, const int* index, u16* y, int n, int extent, int stride, u64* slot, Walk<2> walk) {
    gather(x, index, y, n, extent, stride, slot, walk);
}
extern "C" __global__ void gather_32(const u32* x, const int* index, u32* y, int n, int extent, int stride, u64* slot, Walk<2> walk) {
    gather(x, index, y, n, extent, stride, slot, walk);
}
extern "C" __global__ void gather_64(const u64* x, const int* index, u64* y, int n, int extent, int stride, u64* slot, Walk<2> walk) {
    gather(x, index, y, n, extent, stride, slot, walk);
}

extern "C" __global__ void check_index(const int* index, int n, int extent, u64* slot, Walk<1> walk) {
    u32 i = thread_number();
    if (i < (u32) n) is_inside(index[walk.place(i)], extent, i, slot);
}

// A thread for each result: it looks through all indices of its line and adds what is meant for it, in their order. The walk gives
// the places of source and index at the start of the line, and the result's number along the axis, as the place in a tensor that
// counts it.
template <class T> DEVICE void scatter_add(const T* source, const int* index, T* y, int n, int count, int source_stride,
                                           int index_stride, const Walk<3>& walk) {
    u32 i = thread_number();
    if (i >= (u32) n) return;
    int at[3];
    walk.places(i, at);
    T sum = 0;
    for (int j = 0; j < count; j++) {
        if (index[at[1] + j * index_stride] == at[2]) sum += source[at[0] + j * source_stride];
    }
    y[i] = sum;
}

extern "C" __global__ void scatter_add_f32(const float* x, const int* index, float* y, int n, int count, int xs, int is, Walk<3> walk) {
    scatter_add(x, index, y, n, count, xs, is, walk);
}
extern "C" __global__ void scatter_add_i32(const int* x, const int* index, int* y, int n, int count, int xs, int is, Walk<3> walk) {
    scatter_add(x, index, y, n, count, xs, is, walk);
}

// The same where all lines share one index, as an embedding's gradient: a warp for each row of the result and 32 columns looks
// through 32 indices at once, and adds the rows that are meant for it in their order. Grid (rows / 8, columns / 32).
template <class T> DEVICE void scatter_rows(const T* source, const int* index, T* y, int rows, int columns, int count, int source_stride,
                                            int index_stride, int y_stride, const Walk<2>& walk) {
    int row = blockIdx.x * 8 + (threadIdx.x >> 5);
    int lane = threadIdx.x & 31;
    u32 column = blockIdx.y * 32 + lane;
    int at[2] = {0, 0};
    if (column < (u32) columns) walk.places(column, at);
    T sum = 0;
    for (int start = 0; start < count; start += 32) {
        bool mine = start + lane < count && index[(start + lane) * index_stride] == row;
        for (u32 votes = __ballot_sync(ALL_LANES, mine); votes; votes &= votes - 1) {
            int j = start + __ffs((int) votes) - 1;
            if (column < (u32) columns) sum += source[at[0] + j * source_stride];
        }
    }
    if (row < rows && column < (u32) columns) y[at[1] + row * y_stride] = sum;
}

extern "C" __global__ void scatter_rows_f32(const float* x, const int* index, float* y, int rows, int columns, int count, int xs, int is,
                                            int ys, Walk<2> walk) {
    scatter_rows(x, index, y, rows, columns, count, xs, is, ys, walk);
}

// A one where the class says; the zeros are there already.
template <class T> DEVICE void one_hot(const int* index, T* y, int n, int classes, T one, u64* slot, const Walk<1>& walk) {
    u32 i = thread_number();
    if (i < (u32) n) {
        int label = index[walk.place(i)];
        if (is_inside(label, classes, i, slot)) y[(u64) i * classes + label] = one;
    }
}

extern "C" __global__ void one_hot_8(const int* index, u8* y, int n, int classes, u64 one, u64* slot, Walk<1> walk) {
    one_hot(index, y, n, classes, (u8) one, slot, walk);
}
extern "C" __global__ void one_hot_16(const int* index, u16* y, int n, int classes, u64 one, u64* slot, Walk<1> walk) {
    one_hot(index, y, n, classes, (u16) one, slot, walk);
}
extern "C" __global__ void one_hot_32(const int* index, u32* y, int n, int classes, u64 one, u64* slot, Walk<1> walk) {
    one_hot(index, y, n, classes, (u32) one, slot, walk);
}
extern "C" __global__ void one_hot_64(const int* index, u64* y, int n, int classes, u64 one, u64* slot, Walk<1> walk) {
    one_hot(index, y, n, classes, one, slot, walk);
}
