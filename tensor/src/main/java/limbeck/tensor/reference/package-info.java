/**
 * The reference backend: each op as its definition, in plain loops over indices and in double. It is the textbook to read
 * first, and the oracle that every other backend is compared with; speed is no aim. Start with
 * {@link limbeck.tensor.reference.ReferenceBackend}.
 */
package limbeck.tensor.reference;
