// Words that travel as a kernel's arguments, into memory. The driver allows 4,096 bytes of arguments.

template <int N> struct Payload {
    int word[N];
};

// By one thread: the words are then read at fixed places, which needs no copy of them.
extern "C" __global__ void poke_16(int* to, int count, Payload<16> from) {
#pragma unroll
    for (int i = 0; i < 16; i++) {
        if (i < count) {
            to[i] = from.word[i];
        }
    }
}

extern "C" __global__ void poke_960(int* to, int count, Payload<960> from) {
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        to[i] = from.word[i];
    }
}
