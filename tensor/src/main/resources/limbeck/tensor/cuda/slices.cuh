// Slices of operands in shared memory, DEEP numbers deep: how they are copied there, and where they keep what. An operand is K-major
// where the summed index runs along memory, and row-major where the other one does; it lies in a slice as it does in memory, but the
// 16-byte chunks are permuted so that neither the copies nor the reads of a warp meet a bank of shared memory twice.
//
// "Rows" are those of the left operand; the right one's are the columns of the result.

#define DEEP 16

// ---- copies to shared memory; what lies beyond an operand arrives as zeros

// Four numbers, of which the first `count` are there. Where a block soon reads the same again, as the taps of a window do, they are
// kept in the first cache on the way. The hint fetches what the next slice will want.
template <bool AGAIN> DEVICE void copy_chunk(float* to, const float* from, int count) {
#if defined(CUEMU) || __CUDA_ARCH__ < 800
    for (int i = 0; i < 4; i++) to[i] = i < count ? from[i] : 0.0f;
#else
    u32 address = (u32) __cvta_generic_to_shared(to);
    if (AGAIN) {
        asm volatile("cp.async.ca.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(count * 4) : "memory");
    } else {
        asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(count * 4) : "memory");
    }
#endif
}

DEVICE void copy_one(float* to, const float* from, bool there) {
#if defined(CUEMU) || __CUDA_ARCH__ < 800
    *to = there ? *from : 0.0f;
#else
    u32 address = (u32) __cvta_generic_to_shared(to);
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(address), "l"(from), "r"(there ? 4 : 0) : "memory");
#endif
}

// Closes a group of copies, empty or not: one for each slice.
DEVICE void commit_copies() {
#if !defined(CUEMU) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Waits for all groups but the last few.
template <int LAST> DEVICE void await_copies() {
#if !defined(CUEMU) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(LAST) : "memory");
#endif
}

// ---- where a buffer holds the chunk of a row at depths 4 chunk to 4 chunk + 3, and the number of a row at depth k

DEVICE int place_k_major(int row, int chunk) {
    return row * DEEP + ((chunk ^ (row >> 1 & 3)) << 2);
}

template <int ROWS> DEVICE int place_row_major(int k, int row) {
    return k * ROWS + (((row >> 2) ^ ((k & 3) << 1)) << 2) + (row & 3);
}

// A matrix of any strides as an operand: a tile's rows of it, from depth k on. Read in chunks of 4 where those are aligned.
template <int ROWS, bool K_MAJOR, int THREADS> struct Matrix {
    const float* base;
    Index row_stride, k_stride;
    int rows, k, end;
    bool chunks;

    // Starts the copies of the next slice.
    DEVICE void next(float* slice) {
        if (chunks) {
            next_chunks(slice);
        } else {
            // Not unrolled, lest the rare case takes registers from the other.
#pragma unroll 1
            for (int i = 0; i < ROWS * DEEP / THREADS; i++) {
                int item = threadIdx.x + i * THREADS;
                int row = K_MAJOR ? item / DEEP : item % ROWS;
                int deep = K_MAJOR ? item % DEEP : item / ROWS;
                bool there = row < rows && k + deep < end;
                int place = K_MAJOR ? place_k_major(row, deep >> 2) + (deep & 3) : place_row_major<ROWS>(deep, row);
                copy_one(slice + place, there ? base + row * row_stride + (k + deep) * k_stride : base, there);
            }
        }
        k += DEEP;
    }

    DEVICE void next_chunks(float* slice) {
#pragma unroll
        for (int i = 0; i < ROWS * DEEP / 4 / THREADS; i++) {
            int item = threadIdx.x + i * THREADS;
            int row = K_MAJOR ? item / (DEEP / 4) : item % (ROWS / 4) * 4;
            int deep = K_MAJOR ? item % (DEEP / 4) * 4 : item / (ROWS / 4);
            int left = K_MAJOR ? (row < rows ? end - k - deep : 0) : (k + deep < end ? rows - row : 0);
            int count = max(0, min(4, left));
            int place = K_MAJOR ? place_k_major(row, deep >> 2) : place_row_major<ROWS>(deep, row);
            copy_chunk<false>(slice + place, count > 0 ? base + row * row_stride + (k + deep) * k_stride : base, count);
        }
    }
};
