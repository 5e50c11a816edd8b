/** Losses that compare how the examples of a batch lie to each other, a page each. */
package limbeck.distill.relations;
