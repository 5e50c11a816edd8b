/**
 * Methods by name: a {@link limbeck.distill.method.Method} says what it is called, what can be chosen about it and how it is built;
 * a {@link limbeck.distill.method.Setup} is what it is built from; a {@link limbeck.distill.method.Curriculum} is a training by one
 * or several of them.
 */
package limbeck.distill.method;
