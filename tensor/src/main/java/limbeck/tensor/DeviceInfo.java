package limbeck.tensor;

/**
 * What is known of a device without using it: see {@link Device#list}.
 *
 * @param name what {@link Device#of} takes, such as {@code cuda:0}
 * @param description what it is, or in one sentence why it cannot be used
 * @param usable whether {@link Device#of} gives it
 */
public record DeviceInfo(String name, String description, boolean usable) {
}
