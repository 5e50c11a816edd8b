/**
 * Data for training: sets in memory, readers for their files, and how they reach the student batch by batch.
 *
 * <ul>
 * <li>{@link limbeck.distill.data.Datasets}: a set by name, from a folder or downloaded once. Start here.</li>
 * <li>{@link limbeck.distill.data.Dataset}: examples of one shape with labels or targets; subsets are views.</li>
 * <li>{@link limbeck.distill.data.Idx}, {@link limbeck.distill.data.CifarBinary}, {@link limbeck.distill.data.Csv}: the file formats.
 * Bad input is one {@link limbeck.distill.data.DataException} and nothing else.</li>
 * <li>{@link limbeck.distill.data.Loader}: batches for the training loop, shuffled, changed by an
 * {@link limbeck.distill.data.Augment}, normalised and prepared in the background.</li>
 * </ul>
 */
package limbeck.distill.data;
