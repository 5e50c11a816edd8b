/**
 * The backend of the processor: float32 kernels over the Vector API on all cores, with scalar loops where the API is
 * absent. Work is split by shape alone, so that results are the same bits for any number of threads. Hidden; reached
 * through {@link limbeck.tensor.Device#cpu()}.
 */
package limbeck.tensor.cpu;
