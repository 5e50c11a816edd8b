package limbeck.distill.cache;

/**
 * How large a cache is.
 *
 * @param example bytes of one example in one view, with its checksum
 * @param file bytes of the file with all of them
 */
public record CacheSize(long example, long file) {
}
