/**
 * Connectors: small trained modules that make a student's feature comparable with the teacher's
 * ({@link limbeck.distill.connect.Connectors}), and what brings maps to one size without training
 * ({@link limbeck.distill.connect.Resize}, {@link limbeck.distill.connect.SameSize}).
 */
package limbeck.distill.connect;
