/**
 * Tensors, and the operations that users call on them. Start with {@link limbeck.tensor.Device}, which makes tensors, and
 * {@link limbeck.tensor.Tensor}, which computes:
 *
 * {@snippet :
 * Tensor x = Device.cpu().tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * Tensor p = x.matmul(x.t()).softmax(-1);       // (2, 2), rows that sum to 1
 * }
 *
 * <ul>
 * <li>{@link limbeck.tensor.TensorOps} gathers the families of operations, written once for tensors and for the variables
 *     of autograd; each is a line over {@link limbeck.tensor.Operand#apply}.</li>
 * <li>{@link limbeck.tensor.Shape}, {@link limbeck.tensor.Layout} and {@link limbeck.tensor.DType} say what a tensor is:
 *     its extents, where its elements lie, and what they are.</li>
 * <li>{@link limbeck.tensor.Scope} says how long its memory lives.</li>
 * <li>{@link limbeck.tensor.Key} is the only source of randomness.</li>
 * <li>{@link limbeck.tensor.Collective} lets several devices work on one thing.</li>
 * <li>{@link limbeck.tensor.ShapeException} is what a misfit of shapes or types throws, in one sentence.</li>
 * </ul>
 */
package limbeck.tensor;
