// A warp's part of a product of two slices. INNER says how numbers are multiplied:
//   0  float32 on the ordinary units: the errors of plain sums
//   1  float32 on tensor cores: each number is split into two of TensorFloat-32, and three of the four products are summed (Ootomo
//      and Yokota, "Recovering single precision accuracy from Tensor Cores", IJHPCA 2022). A product is wrong by at most 8 roundoffs
//      of float32 (4 for the one left out, 2 for the end of each rest), and by 1.3 in the mean of squares; an infinity becomes a NaN.
//   2  TensorFloat-32: 11 significant bits
//   3  bfloat16: 8 significant bits
// All of them add in float32. 1 to 3 need compute capability 8.0.

#if INNER == 0

// A thread's share of the rows or columns of its warp's part: by fours where they lie in chunks, else spread over the lanes.
template <bool K_MAJOR, int LANES> DEVICE int share(int lane, int i) {
    return K_MAJOR ? lane + i * LANES : (i >> 2) * 4 * LANES + lane * 4 + (i & 3);
}

// Numbers at four depths of a thread's rows from number i on.
template <int ROWS, bool K_MAJOR, int LANES, int COUNT> DEVICE void read(float (&to)[COUNT][4], const float* slice, int row, int lane,
        int first, int chunk) {
    if (K_MAJOR) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            float4 x = *(const float4*) (slice + place_k_major(row + share<true, LANES>(lane, first + i), chunk));
            to[i][0] = x.x, to[i][1] = x.y, to[i][2] = x.z, to[i][3] = x.w;
        }
    } else {
#pragma unroll
        for (int k = 0; k < 4; k++) {
#pragma unroll
            for (int i = 0; i < COUNT; i += 4) {
                int place = place_row_major<ROWS>(chunk * 4 + k, row + share<false, LANES>(lane, first + i));
                float4 x = *(const float4*) (slice + place);
                to[i][k] = x.x, to[i + 1][k] = x.y, to[i + 2][k] = x.z, to[i + 3][k] = x.w;
            }
        }
    }
}

// Lanes are 8 down by 4 across; each sums ROWS / 8 by COLUMNS / 4 numbers.
template <class T> struct Part {
    static const int DOWN = T::WARP_ROWS / 8, ACROSS = T::WARP_COLUMNS / 4;
    float sum[DOWN][ACROSS];
    int row, column;

    DEVICE Part() : row(T::warp_row()), column(T::warp_column()) {
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int j = 0; j < ACROSS; j++) sum[i][j] = 0.0f;
    }

    DEVICE void add(const float* left, const float* right) {
        int down = (threadIdx.x & 31) >> 2, across = threadIdx.x & 3;
        // Not unrolled: there is enough to do at once, and no register left for more.
#pragma unroll 1
        for (int chunk = 0; chunk < DEEP / 4; chunk++) {
            float a[DOWN][4];
            read<T::ROWS, T::LEFT_K_MAJOR, 8>(a, left, row, down, 0, chunk);
#pragma unroll
            for (int from = 0; from < ACROSS; from += 4) {
                float b[4][4];
                read<T::COLUMNS, T::RIGHT_K_MAJOR, 4>(b, right, column, across, from, chunk);
#pragma unroll
                for (int k = 0; k < 4; k++)
#pragma unroll
                    for (int i = 0; i < DOWN; i++)
#pragma unroll
                        for (int j = 0; j < 4; j++) sum[i][from + j] = fmaf(a[i][k], b[j][k], sum[i][from + j]);
            }
        }
    }

    // Hands out the sums: to(row, column, first, second, pair), where a pair is of two columns and the second number else unused.
    template <class F> DEVICE void each(F& to) const {
        int down = (threadIdx.x & 31) >> 2, across = threadIdx.x & 3;
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int j = 0; j < ACROSS; j++)
                to(row + share<T::LEFT_K_MAJOR, 8>(down, i), column + share<T::RIGHT_K_MAJOR, 4>(across, j), sum[i][j], 0.0f, false);
    }
};

#else

// Four blocks of 8 x 4 numbers: lanes 8 i to 8 i + 7 name the rows of block i, each 16 bytes; lane l gets number l % 4 of row l / 4.
DEVICE void read_blocks(float (&to)[4], const float* row) {
#ifdef CUEMU
#pragma unroll
    for (int i = 0; i < 4; i++) {
        u64 named = __shfl_sync(ALL_LANES, (u64) row, 8 * i + ((threadIdx.x & 31) >> 2));
        to[i] = ((const float*) named)[threadIdx.x & 3];
    }
#else
    u32 r[4], address = (u32) __cvta_generic_to_shared(row);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
            : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address));
#pragma unroll
    for (int i = 0; i < 4; i++) to[i] = __uint_as_float(r[i]);
#endif
}

// A fragment: of 16 rows and 8 depths of the left operand, or of 8 depths and two times 8 columns of the right one. Its four blocks are
// numbered as the instruction wants its registers. The warp's `row` is a multiple of 32, `at` one of 16.
template <bool LEFT, int ROWS, bool K_MAJOR> DEVICE void read(float (&to)[4], const float* slice, int row, int at, int step) {
    int lane = threadIdx.x & 31;
    if (K_MAJOR) {
        int block = lane >> 3;
        int inner = (lane & 7) + 8 * (LEFT ? block & 1 : block >> 1);
        int chunk = 2 * step + (LEFT ? block >> 1 : block & 1);
        // As place_k_major: the multiple of 16 does not change how chunks are permuted.
        read_blocks(to, slice + (row + at + inner) * DEEP + ((chunk ^ (inner >> 1 & 3)) << 2));
    } else {
        int outer = lane >> 2, deep = lane & 3;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int inner = at + 8 * (LEFT ? i & 1 : i >> 1);
            int k = 8 * step + 4 * (LEFT ? i >> 1 : i & 1) + deep;
            // As place_row_major, what is known apart from what depends on the lane.
            int chunk = (((inner & 31) >> 2) + (outer >> 2)) ^ (deep << 1);
            to[i] = slice[k * ROWS + row + (inner & ~31) + (chunk << 2) + (outer & 3)];
        }
    }
}

// To the nearest number of 11 significant bits, ties away from zero.
DEVICE u32 to_tf32(float x) {
#ifdef CUEMU
    u32 bits = __float_as_uint(x);
    return (bits >> 23 & 255) == 255 ? bits : (bits + 0x1000u) & 0xffffe000u;
#else
    u32 bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return bits;
#endif
}

// sum += a b for 16 x 8 and 8 x 8 numbers of TensorFloat-32.
DEVICE void multiply_tf32(float (&sum)[4], const u32 (&a)[4], const u32 (&b)[2]) {
#ifdef CUEMU
    cuemu_mma_m16n8k8_tf32(sum, a, b);
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// Two numbers of bfloat16, the first in the lower half.
DEVICE u32 pack_bf16(float first, float second) {
#ifdef CUEMU
    return (u32) to_bf16(first) | (u32) to_bf16(second) << 16;
#else
    u32 both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(second), "f"(first));
    return both;
#endif
}

// sum += a b for 16 x 16 and 16 x 8 numbers of bfloat16. The pairs are of depths k and k + 4 of each 8, not of neighbours: in which
// places the depths stand does not matter as long as both operands agree, and these are the two that a lane has.
DEVICE void multiply_bf16(float (&sum)[4], const u32 (&a)[4], const u32 (&b)[2]) {
#ifdef CUEMU
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const u32 first = a[2 * half], second = a[2 * half + 1], right = b[half];
        const u32 wide[4] = {first << 16, second << 16, first & 0xffff0000u, second & 0xffff0000u};
        const u32 column[2] = {right << 16, right & 0xffff0000u};
        cuemu_mma_m16n8k8_tf32(sum, wide, column);
    }
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

template <class T> struct Part {
    static const int DOWN = T::WARP_ROWS / 16, ACROSS = T::WARP_COLUMNS / 8;
    float sum[DOWN][ACROSS][4];
    int row, column;

    DEVICE Part() : row(T::warp_row()), column(T::warp_column()) {
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int j = 0; j < ACROSS; j++)
#pragma unroll
                for (int e = 0; e < 4; e++) sum[i][j][e] = 0.0f;
    }

#if INNER == 1
    DEVICE void add(const float* left, const float* right) {
#pragma unroll
        for (int step = 0; step < DEEP / 8; step++) {
            u32 a[DOWN][4], a_rest[DOWN][4];
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
                float x[4];
                read<true, T::ROWS, T::LEFT_K_MAJOR>(x, left, row, 16 * i, step);
#pragma unroll
                for (int e = 0; e < 4; e++) split(x[e], a[i][e], a_rest[i][e]);
            }
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
                float x[4];
                if (j % 2 == 0) read<false, T::COLUMNS, T::RIGHT_K_MAJOR>(x, right, column, 8 * j, step);
                add(a, a_rest, x, j, 0);
                j++;
                add(a, a_rest, x, j, 2);
            }
        }
    }

    static DEVICE void split(float x, u32& high, u32& rest) {
        high = to_tf32(x);
        rest = to_tf32(x - __uint_as_float(high));
    }

    // The products of eight depths are added up apart, because tensor cores cut off what an addition cannot hold, and the long sum
    // would feel it: it is taken by ordinary additions, which round.
    DEVICE void add(const u32 (&a)[DOWN][4], const u32 (&a_rest)[DOWN][4], const float (&x)[4], int j, int from) {
        u32 b[2], b_rest[2];
        split(x[from], b[0], b_rest[0]);
        split(x[from + 1], b[1], b_rest[1]);
        float part[DOWN][4];
#pragma unroll
        for (int i = 0; i < DOWN; i++) {
#pragma unroll
            for (int e = 0; e < 4; e++) part[i][e] = 0.0f;
            multiply_tf32(part[i], a_rest[i], b);
        }
#pragma unroll
        for (int i = 0; i < DOWN; i++) multiply_tf32(part[i], a[i], b_rest);
#pragma unroll
        for (int i = 0; i < DOWN; i++) multiply_tf32(part[i], a[i], b);
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int e = 0; e < 4; e++) sum[i][j][e] += part[i][e];
    }
#elif INNER == 2
    DEVICE void add(const float* left, const float* right) {
#pragma unroll
        for (int step = 0; step < DEEP / 8; step++) {
            u32 a[DOWN][4];
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
                float x[4];
                read<true, T::ROWS, T::LEFT_K_MAJOR>(x, left, row, 16 * i, step);
#pragma unroll
                for (int e = 0; e < 4; e++) a[i][e] = to_tf32(x[e]);
            }
#pragma unroll
            for (int j = 0; j < ACROSS; j += 2) {
                float x[4];
                read<false, T::COLUMNS, T::RIGHT_K_MAJOR>(x, right, column, 8 * j, step);
                const u32 b[2][2] = {{to_tf32(x[0]), to_tf32(x[1])}, {to_tf32(x[2]), to_tf32(x[3])}};
#pragma unroll
                for (int i = 0; i < DOWN; i++) {
                    multiply_tf32(sum[i][j], a[i], b[0]);
                    multiply_tf32(sum[i][j + 1], a[i], b[1]);
                }
            }
        }
    }
#else
    DEVICE void add(const float* left, const float* right) {
        u32 a[DOWN][4];
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int step = 0; step < 2; step++) {
                float x[4];
                read<true, T::ROWS, T::LEFT_K_MAJOR>(x, left, row, 16 * i, step);
                a[i][2 * step] = pack_bf16(x[0], x[2]);
                a[i][2 * step + 1] = pack_bf16(x[1], x[3]);
            }
#pragma unroll
        for (int j = 0; j < ACROSS; j += 2) {
            u32 b[2][2];
#pragma unroll
            for (int step = 0; step < 2; step++) {
                float x[4];
                read<false, T::COLUMNS, T::RIGHT_K_MAJOR>(x, right, column, 8 * j, step);
                b[0][step] = pack_bf16(x[0], x[1]);
                b[1][step] = pack_bf16(x[2], x[3]);
            }
#pragma unroll
            for (int i = 0; i < DOWN; i++) {
                multiply_bf16(sum[i][j], a[i], b[0]);
                multiply_bf16(sum[i][j + 1], a[i], b[1]);
            }
        }
    }
#endif

    // Hands out the sums: to(row, column, first, second, true), of two columns.
    template <class F> DEVICE void each(F& to) const {
        int lane = threadIdx.x & 31;
#pragma unroll
        for (int i = 0; i < DOWN; i++)
#pragma unroll
            for (int half = 0; half < 2; half++)
#pragma unroll
                for (int j = 0; j < ACROSS; j++)
                    to(row + 16 * i + 8 * half + (lane >> 2), column + 8 * j + 2 * (lane & 3), sum[i][j][2 * half],
                            sum[i][j][2 * half + 1], true);
    }
};

#endif
