/** Losses that compare the outputs of layers inside student and teacher, a page each. */
package limbeck.distill.features;
