/**
 * Operations as data. An {@link limbeck.tensor.op.Op} is a record that infers and checks the shape of its result; backends
 * and the table of gradients interpret it in switches without {@code default}, so that the compiler finds every place
 * that a new op has forgotten.
 *
 * <p>Most programs call the methods of {@link limbeck.tensor.TensorOps} and never see an op. To add one of your own, in one
 * file and without touching this library, implement {@link limbeck.tensor.op.Custom}.
 */
package limbeck.tensor.op;
