// Places are counted in 64 bits where rows are multiplied by strides.
typedef long long Index;

// Where a piece of some numbers ends; begin + length may be beyond what 32 bits hold.
DEVICE int end_of(int begin, int length, int size) {
    return size - begin < length ? size : begin + length;
}

// What becomes of a sum on its way to memory: sum scale + shift + residual, not below 0 if so wished; null for what is left out.
struct Finish {
    const float* scale;
    const float* shift;
    const float* residual;
    bool relu;

    DEVICE float of(float sum, int column, Index place) const {
        if (scale) sum *= scale[column];
        if (shift) sum += shift[column];
        if (residual) sum += residual[place];
        // A NaN passes.
        return relu && sum < 0.0f ? 0.0f : sum;
    }
};
