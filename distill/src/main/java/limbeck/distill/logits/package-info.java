/** Losses that compare the outputs of student and teacher, a page each. */
package limbeck.distill.logits;
