/** All methods by name: {@link limbeck.distill.catalogue.Methods}. */
package limbeck.distill.catalogue;
