/**
 * What a device implements: {@link limbeck.tensor.spi.Backend} computes ops into {@link limbeck.tensor.spi.Storage} seen
 * through a {@link limbeck.tensor.spi.View}. Shapes and types are checked before; memory comes from a
 * {@link limbeck.tensor.spi.Pool} and is owned by scopes. Devices that reach each other have a
 * {@link limbeck.tensor.spi.Link}. Exported only to the modules of this project.
 */
package limbeck.tensor.spi;
