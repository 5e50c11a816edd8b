/** Teachers made of other teachers or of plain functions: ensembles, each with a loss of its own, and any function of tensors. */
package limbeck.distill.teachers;
