package limbeck.tensor.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/**
 * Compiled kernels on disk, by the hash of all that they depend on, so that a program starts without compiling. The folder is the
 * property {@code limbeck.cuda.cache}, by default {@code ~/.cache/limbeck/cuda}; an empty property keeps nothing. A folder
 * that cannot be written costs the time to compile and is no error.
 */
final class ImageCache {
    private ImageCache() {
    }

    /** The hash of some texts; no two different lists have the same. */
    static String key(List<String> texts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * An image from the cache, or a fresh one, which is kept.
     *
     * @param file the source's name, for the name of the file
     * @param key of all that the image depends on
     * @param compiler makes it
     * @return the image
     */
    static byte[] image(String file, String key, Supplier<byte[]> compiler) {
        String folder = System.getProperty("limbeck.cuda.cache",
                Path.of(System.getProperty("user.home", "."), ".cache", "limbeck", "cuda").toString());
        if (folder.isEmpty()) {
            return compiler.get();
        }
        Path path = Path.of(folder, file.replace(".cu", "") + "-" + key.substring(0, 32) + ".cubin");
        try {
            return Files.readAllBytes(path);
        } catch (IOException _) {
            // Not there yet, or not readable, which compiling answers as well.
        }
        byte[] image = compiler.get();
        keep(path, image);
        return image;
    }

    /** Through a file of its own and a move, so that another program never reads half an image. */
    private static void keep(Path path, byte[] image) {
        try {
            Files.createDirectories(path.getParent());
            Path fresh = Files.createTempFile(path.getParent(), "image", ".tmp");
            try {
                Files.write(fresh, image);
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            System.getLogger(ImageCache.class.getName()).log(System.Logger.Level.DEBUG, () -> "cuda: " + path + " was not kept: " + e);
        }
    }
}
