/**
 * Model files. {@link limbeck.nn.io.Safetensors} reads and writes named tensors; {@link limbeck.nn.io.Checkpoint} saves a
 * module's parameters and buffers and finds them again by name.
 */
package limbeck.nn.io;
