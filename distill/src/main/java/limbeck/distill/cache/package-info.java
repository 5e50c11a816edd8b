/** Keeps what a teacher showed in a file, so that it need not be run again. */
package limbeck.distill.cache;
