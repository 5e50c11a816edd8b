/** Connectors: small trained modules that make a student's feature comparable with the teacher's. */
package limbeck.distill.connect;
