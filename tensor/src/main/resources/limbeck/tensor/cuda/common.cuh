// Put in front of every source. No header of CUDA is needed anywhere: the compiler at run time has none to give.
//
// Conventions. Elements are counted in 32 bits: no tensor has 2^31. Kernels that work element by element have one thread for each
// element, or for four. Sums have a fixed split and a fixed order, so that bits do not depend on the device; nothing is added to a
// float by an atomic. Pointers point at a view's first element, strides count elements.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define DEVICE __device__ __forceinline__
#define ALL_LANES 0xffffffffu

// An element's number to its places in K operands. Axes are listed from the innermost. Division by a size is a multiplication by
// its magic number and a shift (Granlund and Montgomery, PLDI 1994), exact below 2^31.
#define MAX_RANK 8
template <int K> struct Walk {
    int rank;
    int size[MAX_RANK];
    u32 magic[MAX_RANK];
    int shift[MAX_RANK];
    int stride[K][MAX_RANK];

    DEVICE void places(u32 i, int (&at)[K]) const {
#pragma unroll
        for (int k = 0; k < K; k++) at[k] = 0;
        int outermost = rank - 1;
        for (int axis = 0; axis < outermost; axis++) {
            u32 q = (u32) (((u64) __umulhi(i, magic[axis]) + i) >> shift[axis]);
            int r = (int) (i - q * (u32) size[axis]);
#pragma unroll
            for (int k = 0; k < K; k++) at[k] += r * stride[k][axis];
            i = q;
        }
        // What is left is the place along the outermost axis; with one axis there is nothing to divide.
        if (outermost >= 0) {
#pragma unroll
            for (int k = 0; k < K; k++) at[k] += (int) i * stride[k][outermost];
        }
    }

    DEVICE int place(u32 i) const {
        int at[K];
        places(i, at);
        return at[0];
    }
};

DEVICE u32 thread_number() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// Whether an index lies in its axis. If not, the least such position is kept in a slot of the device, as position << 32 | index, for
// the host to report when it next waits (IndexErrors).
DEVICE bool is_inside(int index, int extent, u32 position, u64* slot) {
    if (index >= 0 && index < extent) return true;
    atomicMin(slot, (u64) position << 32 | (u32) index);
    return false;
}

// ---- numbers

DEVICE float infinity() {
    return __int_as_float(0x7f800000);
}

// As Java casts: NaN becomes 0, what is too large the largest.
DEVICE int to_int(double x) {
    return x != x ? 0 : x >= 2147483647.0 ? 2147483647 : x <= -2147483648.0 ? (int) 0x80000000 : (int) x;
}

DEVICE signed char to_byte(double x) {
    return (signed char) (x != x ? 0 : x >= 127.0 ? 127 : x <= -128.0 ? -128 : (int) x);
}

DEVICE float from_bf16(u16 bits) {
    return __uint_as_float((u32) bits << 16);
}

// To the nearest, ties to even; a NaN stays one.
DEVICE u16 to_bf16(float x) {
    u32 bits = __float_as_uint(x);
    return (u16) (x != x ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

DEVICE float from_f16(u16 bits) {
    u32 sign = (u32) (bits & 0x8000) << 16;
    u32 magnitude = bits & 0x7fff;
    // The exponent's bias is 112 smaller; a multiplication carries subnormals along.
    float x = magnitude >= 0x7c00 ? __uint_as_float(0x7f800000 | magnitude << 13)
                                  : __uint_as_float(magnitude << 13) * __uint_as_float(0x77800000);
    return __uint_as_float(__float_as_uint(x) | sign);
}

// To the nearest, ties to even.
DEVICE u16 to_f16(float x) {
    u32 bits = __float_as_uint(x);
    u32 sign = bits >> 16 & 0x8000;
    u32 magnitude = bits & 0x7fffffff;
    u32 half;
    if (magnitude > 0x7f800000) {
        half = 0x7e00 | (magnitude >> 13 & 0x3ff);
    } else if (magnitude >= 0x477ff000) {
        half = 0x7c00;
    } else if (magnitude < 0x38800000) {
        // Below the least normal 2^-14: adding 0.5 leaves the multiple of 2^-24 in the lowest bits, rounded by the addition.
        half = __float_as_uint(__fadd_rn(__uint_as_float(magnitude), 0.5f)) - 0x3f000000;
    } else {
        half = (magnitude + 0xc8000fff + (magnitude >> 13 & 1)) >> 13;
    }
    return (u16) (sign | half);
}

// ---- folds: each has a neutral element and joins two values of float or int

struct Sum {
    template <class T> static DEVICE T neutral() { return (T) 0; }
    template <class T> static DEVICE T join(T x, T y) { return x + y; }
};

struct Max {
    static DEVICE float least(float) { return -infinity(); }
    static DEVICE int least(int) { return (int) 0x80000000; }
    template <class T> static DEVICE T neutral() { return least((T) 0); }
    // A NaN wins.
    template <class T> static DEVICE T join(T x, T y) { return x != x ? x : y > x || y != y ? y : x; }
};

struct Min {
    static DEVICE float most(float) { return infinity(); }
    static DEVICE int most(int) { return 0x7fffffff; }
    template <class T> static DEVICE T neutral() { return most((T) 0); }
    template <class T> static DEVICE T join(T x, T y) { return x != x ? x : y < x || y != y ? y : x; }
};

// The fold over a warp, for all its lanes; every lane takes part. Lanes are joined in the same tree everywhere.
template <class F, class T> DEVICE T warp_fold(T x) {
#pragma unroll
    for (int distance = 16; distance > 0; distance >>= 1) x = F::join(x, __shfl_xor_sync(ALL_LANES, x, distance));
    return x;
}

// The fold over a block of whole warps, for all its threads. Barriers on both sides, so that it can be called again.
template <class F, class T> DEVICE T block_fold(T x) {
    __shared__ T parts[32];
    int lane = threadIdx.x & 31;
    int warps = blockDim.x >> 5;
    x = warp_fold<F>(x);
    if (lane == 0) parts[threadIdx.x >> 5] = x;
    __syncthreads();
    x = warp_fold<F>(lane < warps ? parts[lane] : F::template neutral<T>());
    __syncthreads();
    return x;
}

DEVICE float warp_sum(float x) { return warp_fold<Sum>(x); }
DEVICE float block_sum(float x) { return block_fold<Sum>(x); }

// ---- random bits: Philox4x32-10 (Salmon et al., SC 2011), the same as limbeck.tensor.Key

struct Words {
    u32 word[4];
};

DEVICE Words philox(u64 block, u32 key0, u32 key1) {
    u32 c0 = (u32) block, c1 = (u32) (block >> 32), c2 = 0, c3 = 0;
#pragma unroll
    for (int round = 0; round < 10; round++) {
        u32 high0 = __umulhi(0xD2511F53u, c0), low0 = 0xD2511F53u * c0;
        u32 high1 = __umulhi(0xCD9E8D57u, c2), low1 = 0xCD9E8D57u * c2;
        c0 = high1 ^ c1 ^ key0;
        c1 = low1;
        c2 = high0 ^ c3 ^ key1;
        c3 = low0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

// In [0, 1), a multiple of 2^-24.
DEVICE float uniform(u32 bits) {
    return (float) (bits >> 8) * 5.9604644775390625e-8f;
}
