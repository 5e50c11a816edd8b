/** Methods about the parameters themselves, and losses that restrain the student beside another one. */
package limbeck.distill.weights;
