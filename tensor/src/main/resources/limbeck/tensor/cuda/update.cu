// Optimizers' rules over many tensors at once. "changes" is a table of what is changed, "starts" the number of the first block of
// each; a block changes 1,024 elements in their order in memory, which target, gradient and running values share.

enum { SGD, ADAM, AVERAGE };

struct Change {
    u64 target, gradient, first, second;
    int count, rule, flag, unused;
    // SGD: rate, decay, momentum. ADAM: rate, decay, beta1, 1 - beta1, beta2, 1 - beta2, 1 / correction1, 1 / correction2, epsilon.
    // AVERAGE: decay, (1 - decay) scale.
    float number[12];
};

DEVICE void sgd(const Change& c, int i) {
    float* target = (float*) c.target;
    float p = target[i];
    float g = ((const float*) c.gradient)[i] + c.number[1] * p;
    float v = g;
    if (c.first) {
        float* velocity = (float*) c.first;
        v += c.number[2] * velocity[i];
        velocity[i] = v;
    }
    target[i] = p - c.number[0] * (c.flag ? g + c.number[2] * v : v);
}

DEVICE void adam(const Change& c, int i) {
    float* target = (float*) c.target;
    float* first = (float*) c.first;
    float* second = (float*) c.second;
    float p = target[i];
    float g = ((const float*) c.gradient)[i];
    if (c.flag) {
        p -= c.number[0] * c.number[1] * p;
    } else {
        g += c.number[1] * p;
    }
    float m = c.number[2] * first[i] + c.number[3] * g;
    float v = c.number[4] * second[i] + c.number[5] * g * g;
    first[i] = m;
    second[i] = v;
    target[i] = p - c.number[0] * (m * c.number[6]) / (sqrtf(v * c.number[7]) + c.number[8]);
}

DEVICE void average(const Change& c, int i) {
    float* target = (float*) c.target;
    target[i] = c.number[0] * target[i] + c.number[1] * ((const float*) c.gradient)[i];
}

// One block: starts[k] is the first block of change k.
DEVICE void update(const Change* changes, const int* starts, int count) {
    // The last change that starts at this block or before.
    int low = 0, high = count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (starts[middle] <= (int) blockIdx.x) low = middle;
        else high = middle - 1;
    }
    const Change& c = changes[low];
    int from = ((int) blockIdx.x - starts[low]) * 1024;
    int to = min(c.count, from + 1024);
    for (int i = from + (int) threadIdx.x; i < to; i += blockDim.x) {
        if (c.rule == SGD) sgd(c, i);
        else if (c.rule == ADAM) adam(c, i);
        else average(c, i);
    }
}

extern "C" __global__ void update_many(const Change* changes, const int* starts, int count) {
    update(changes, starts, count);
}

// A few changes, such as the running statistics of one layer, come as arguments.
#define FEW 4
struct Table {
    Change changes[FEW];
    int starts[FEW];
};

extern "C" __global__ void update_few(Table table, int count) {
    update(table.changes, table.starts, count);
}
