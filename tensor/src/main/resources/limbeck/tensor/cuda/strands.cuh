// The sum over pieces of parts[piece * stride + at], where few threads would wait long for many pieces. A block's threads are `strands`
// times so many neighbours; strand s adds up pieces s, s + strands, ..., and the strands are added up in order. The answer is for the
// threads of the first strand. Of T are the sums, float or double.
template <class T> DEVICE T sum_of_strands(const float* parts, int pieces, int stride, int at, bool there, int strands) {
    __shared__ T sums[1024];
    int neighbours = blockDim.x / strands, strand = threadIdx.x / neighbours;
    T sum = (T) 0;
    if (there) {
#pragma unroll 8
        for (int piece = strand; piece < pieces; piece += strands) sum += (T) parts[(Index) piece * stride + at];
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (strand == 0)
        for (int s = 1; s < strands; s++) sum += sums[s * neighbours + threadIdx.x];
    // So that it can be called again.
    __syncthreads();
    return sum;
}
