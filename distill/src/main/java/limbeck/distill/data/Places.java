package limbeck.distill.data;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where data sets are looked for, in this order: the folder the user named (its subfolder {@code NAME}, or the folder itself), the
 * subfolder {@code NAME} of each shared folder, and the cache, into which a set is downloaded that is nowhere else.
 *
 * @param dataDir the folder the user named
 * @param shared  folders that hold one subfolder per set
 * @param cache   the folder that downloads go to, one subfolder per set
 * @param mirror  an address to download from instead of the public ones, ending in a slash; a file then lies under {@code NAME/FILE}
 */
public record Places(Optional<Path> dataDir, List<Path> shared, Path cache, Optional<URI> mirror) {
    private static final String MIRROR_PROPERTY = "limbeck.data.mirror";

    /** Copies the list. */
    public Places {
        shared = List.copyOf(shared);
    }

    /**
     * The usual places: shared folders are {@code LIMBECK_DATA} and, where that is not set, {@code ../shared/data} if it exists; the
     * cache is {@code limbeck/data} under {@code XDG_CACHE_HOME} or {@code LOCALAPPDATA} (Windows), else {@code ~/.cache}. The system
     * property {@code limbeck.data.mirror} names another address to download from.
     *
     * @param dataDir the folder the user named
     * @return the places
     * @throws DataException if the mirror is no address
     */
    public static Places usual(Optional<Path> dataDir) {
        return of(dataDir, System.getenv(), System.getProperty("user.home"), System.getProperty(MIRROR_PROPERTY, ""));
    }

    /** {@link #usual} with the environment as an argument. */
    static Places of(Optional<Path> dataDir, Map<String, String> environment, String home, String mirror) {
        var shared = new ArrayList<Path>();
        String named = environment.getOrDefault("LIMBECK_DATA", "");
        if (!named.isEmpty()) {
            shared.add(Path.of(named));
        } else if (Files.isDirectory(Path.of("../shared/data"))) {
            shared.add(Path.of("../shared/data"));
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", environment.getOrDefault("LOCALAPPDATA", ""));
        Path caches = cache.isEmpty() ? Path.of(home, ".cache") : Path.of(cache);
        return new Places(dataDir, shared, caches.resolve("limbeck").resolve("data"), address(mirror));
    }

    private static Optional<URI> address(String mirror) {
        if (mirror.isEmpty()) {
            return Optional.empty();
        }
        if (!mirror.startsWith("http://") && !mirror.startsWith("https://")) {
            throw noAddress(mirror, null);
        }
        try {
            return Optional.of(URI.create(mirror.endsWith("/") ? mirror : mirror + "/"));
        } catch (IllegalArgumentException e) {
            throw noAddress(mirror, e);
        }
    }

    private static DataException noAddress(String mirror, Exception cause) {
        return new DataException("system property " + MIRROR_PROPERTY + " is " + DataException.quote(mirror)
            + ", expected an address that starts with http:// or https://", cause);
    }

    /** The folders that may hold a set, without the cache, where a set may be there in part. */
    List<Path> foldersOf(String name) {
        var folders = new ArrayList<Path>();
        dataDir.ifPresent(d -> {
            folders.add(d.resolve(name));
            folders.add(d);
        });
        shared.forEach(s -> folders.add(s.resolve(name)));
        return folders;
    }
}
