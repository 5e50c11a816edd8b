package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageCacheTest {
    private static final String PROPERTY = "limbeck.cuda.cache";

    @TempDir
    private Path folder;
    private String before;

    @BeforeEach
    void remember() {
        before = System.getProperty(PROPERTY);
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    @Test
    void anImageIsCompiledOnce() throws IOException {
        System.setProperty(PROPERTY, folder.resolve("new/folder").toString());
        var times = new AtomicInteger();
        String key = ImageCache.key(List.of("13.1", "a.cu", "text"));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new byte[] {1, 2, 3}, ImageCache.image("a.cu", key, () -> {
                times.incrementAndGet();
                return new byte[] {1, 2, 3};
            }));
        }
        assertEquals(1, times.get());
        try (var files = Files.list(folder.resolve("new/folder"))) {
            assertEquals(List.of("a-" + key.substring(0, 32) + ".cubin"), files.map(file -> file.getFileName().toString()).toList(),
                    "nothing temporary is left");
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsOnlyTime() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        for (String place : List.of("", file.toString())) {
            System.setProperty(PROPERTY, place);
            var times = new AtomicInteger();
            for (int i = 0; i < 2; i++) {
                ImageCache.image("a.cu", ImageCache.key(List.of("x")), () -> new byte[] {(byte) times.incrementAndGet()});
            }
            assertEquals(2, times.get());
        }
    }

    @Test
    void keysTellListsApart() {
        assertNotEquals(ImageCache.key(List.of("ab", "c")), ImageCache.key(List.of("a", "bc")));
        assertNotEquals(ImageCache.key(List.of("ab")), ImageCache.key(List.of("ab", "")));
    }
}
