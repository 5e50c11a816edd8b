// Random numbers from Philox, the same bits as limbeck.tensor.Key on every backend: element i, in row-major order, is draw i of the
// key. A thread makes the four draws of one block of Philox. Results are dense and row-major; nothing is contracted into a fused
// multiply-add that is not written as one.

extern "C" __global__ void random_uniform(float* y, int n, u32 key0, u32 key1, double a, double b) {
    u32 block = thread_number();
    Words words = philox(block, key0, key1);
    for (int w = 0; w < 4; w++) {
        u32 i = 4 * block + w;
        double u = uniform(words.word[w]);
        if (i < (u32) n) y[i] = a == 0 && b == 1 ? (float) u : (float) __dadd_rn(a, __dmul_rn(__dadd_rn(b, -a), u));
    }
}

extern "C" __global__ void random_bernoulli(float* y, int n, u32 key0, u32 key1, double a, double) {
    u32 block = thread_number();
    Words words = philox(block, key0, key1);
    for (int w = 0; w < 4; w++) {
        u32 i = 4 * block + w;
        if (i < (u32) n) y[i] = (double) uniform(words.word[w]) < a ? 1.0f : 0.0f;
    }
}

// The lines of Key.log, Key.sin, Key.cos and Key.boxMuller.
DEVICE double key_log(double u) {
    u64 raw = (u64) __double_as_longlong(u);
    int exponent = (int) (raw >> 52) - 1023;
    double mantissa = __longlong_as_double((long long) ((raw & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull));
    if (mantissa > 0x1.6a09e667f3bcdp0) {
        mantissa *= 0.5;
        exponent++;
    }
    double s = __ddiv_rn(__dadd_rn(mantissa, -1.0), __dadd_rn(mantissa, 1.0));
    double z = __dmul_rn(s, s);
    double p = 1.0 / 21;
    p = fma(p, z, 1.0 / 19);
    p = fma(p, z, 1.0 / 17);
    p = fma(p, z, 1.0 / 15);
    p = fma(p, z, 1.0 / 13);
    p = fma(p, z, 1.0 / 11);
    p = fma(p, z, 1.0 / 9);
    p = fma(p, z, 1.0 / 7);
    p = fma(p, z, 1.0 / 5);
    p = fma(p, z, 1.0 / 3);
    p = fma(p, z, 1.0);
    return fma((double) exponent, 0x1.62e42fefa39efp-1, __dmul_rn(__dmul_rn(2.0, s), p));
}

DEVICE double key_sin(double x) {
    double z = __dmul_rn(x, x);
    double p = -1.0 / 1307674368000.0;
    p = fma(p, z, 1.0 / 6227020800.0);
    p = fma(p, z, -1.0 / 39916800);
    p = fma(p, z, 1.0 / 362880);
    p = fma(p, z, -1.0 / 5040);
    p = fma(p, z, 1.0 / 120);
    p = fma(p, z, -1.0 / 6);
    return fma(__dmul_rn(x, z), p, x);
}

DEVICE double key_cos(double x) {
    double z = __dmul_rn(x, x);
    double p = 1.0 / 20922789888000.0;
    p = fma(p, z, -1.0 / 87178291200.0);
    p = fma(p, z, 1.0 / 479001600);
    p = fma(p, z, -1.0 / 3628800);
    p = fma(p, z, 1.0 / 40320);
    p = fma(p, z, -1.0 / 720);
    p = fma(p, z, 1.0 / 24);
    p = fma(p, z, -0.5);
    return fma(p, z, 1.0);
}

DEVICE void box_muller(u32 radius_bits, u32 angle_bits, double& first, double& second) {
    double u = __dmul_rn(__dadd_rn((double) radius_bits, 0.5), 0x1p-32);
    double radius = __dsqrt_rn(__dmul_rn(-2.0, key_log(u)));
    double angle = __dmul_rn((double) ((int) (angle_bits << 2) >> 2), 0x1.921fb54442d18p-30);
    double cosine = __dmul_rn(radius, key_cos(angle));
    double sine = __dmul_rn(radius, key_sin(angle));
    u32 quarter = angle_bits >> 30;
    double x = quarter & 1 ? sine : cosine;
    double y = quarter & 1 ? cosine : sine;
    first = quarter == 1 || quarter == 2 ? -x : x;
    second = quarter >= 2 ? -y : y;
}

extern "C" __global__ void random_normal(float* y, int n, u32 key0, u32 key1, double a, double b) {
    u32 block = thread_number();
    Words words = philox(block, key0, key1);
    double draws[4];
    box_muller(words.word[0], words.word[1], draws[0], draws[1]);
    box_muller(words.word[2], words.word[3], draws[2], draws[3]);
    for (int w = 0; w < 4; w++) {
        u32 i = 4 * block + w;
        float z = (float) draws[w];
        if (i < (u32) n) y[i] = a == 0 && b == 1 ? z : (float) __dadd_rn(a, __dmul_rn(b, (double) z));
    }
}

// Dropout of rows in any layout: the walk runs in row-major order and gives the places in x and y.
extern "C" __global__ void dropout(const float* x, float* y, int n, u32 key0, u32 key1, float limit, float scale, Walk<2> walk) {
    u32 block = thread_number();
    if (4 * block >= (u32) n) return;
    Words words = philox(block, key0, key1);
    for (int w = 0; w < 4; w++) {
        u32 i = 4 * block + w;
        if (i < (u32) n) {
            int at[2];
            walk.places(i, at);
            // As a product with the mask: a NaN or an infinity that is dropped leaves a NaN, as it does in the composed form.
            y[at[1]] = x[at[0]] * (uniform(words.word[w]) < limit ? scale : 0.0f);
        }
    }
}
