/**
 * Several tasks at once: a student with a head for each, taught by a teacher for each (multi-task distillation). A
 * {@link limbeck.distill.tasks.Head} is a slice of the logits with its own classes, {@link limbeck.distill.tasks.OnHeads} lets any loss of
 * logits look at each slice by itself, and {@link limbeck.distill.tasks.SideBySide} shows several models' logits as those of one.
 */
package limbeck.distill.tasks;
