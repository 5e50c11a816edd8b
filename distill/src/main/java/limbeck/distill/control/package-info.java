/**
 * Numbers that change as training goes on: {@link limbeck.distill.control.Schedules} reads them from text, and the
 * {@link limbeck.distill.Controller}s here follow the teacher's predictions, the losses or the validation results. A
 * {@link limbeck.distill.control.Balance} weighs several losses against each other.
 */
package limbeck.distill.control;
