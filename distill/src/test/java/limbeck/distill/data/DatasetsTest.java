package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding and fetching named sets, against a server on this machine. */
class DatasetsTest {
    @TempDir
    private Path folder;

    private final Map<String, byte[]> served = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private int cutsLeft;
    private boolean ranges = true;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        // Each on a thread of its own, so that one request can hang while the next is answered.
        server.setExecutor(command -> Thread.ofVirtual().start(command));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Serves a file, or its rest; while cuts are left, only half of what was asked for before it drops the connection. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String path = exchange.getRequestURI().getPath();
            asked.add(path + (range == null ? "" : " " + range));
            byte[] bytes = served.get(path);
            if (bytes == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            int from = range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
            if (from > 0) exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + (bytes.length - 1)
                + "/" + bytes.length);
            int length = bytes.length - from;
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
            exchange.getResponseBody().write(bytes, from, cutsLeft-- > 0 ? length / 2 : length);
            exchange.getResponseBody().flush();
        }
    }

    private URI address() {
        return URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress()
            + ":" + server.getAddress().getPort() + "/");
    }

    private Places places() {
        return new Places(Optional.empty(), List.of(), folder.resolve("cache"), Optional.of(address()));
    }

    /** A set of four small files, served. */
    private NamedSet served(String name) throws IOException {
        byte[] images = Samples.gzip(Samples.idx(new int[] {20, 10, 10}, Samples.noise(2000, 1)));
        byte[] labels = Samples.gzip(Samples.idx(new int[] {20}, Samples.labels(20, 4)));
        var files = new ArrayList<NamedSet.File>();
        for (String part : List.of("train", "t10k")) {
            files.add(file(name, part + "-images-idx3-ubyte.gz", images));
            files.add(file(name, part + "-labels-idx1-ubyte.gz", labels));
        }
        return new NamedSet(name, address().resolve("public/"), files, NamedSet.Format.IDX, List.of("a", "b", "c", "d"));
    }

    private NamedSet.File file(String set, String file, byte[] bytes) throws IOException {
        served.put("/" + set + "/" + file, bytes.clone());
        return new NamedSet.File(file, bytes.length, Download.sha256(Samples.write(folder.resolve("scrap"), bytes)));
    }

    @Test
    void aSetIsDownloadedOnceAndSaysHowFarItIs() throws IOException {
        NamedSet set = served("tiny");
        var heard = new ArrayList<String>();
        Splits splits = set.load(places(), (file, done, total) -> {
            if (done == total) {
                heard.add(file);
            }
        });
        assertEquals(20, splits.train().size());
        assertEquals(List.of("a", "b", "c", "d"), splits.test().classNames());
        assertEquals(set.files().stream().map(NamedSet.File::name).toList(), heard);
        set.load(places(), Datasets.Progress.NONE);
        assertEquals(4, asked.size());
        try (var files = Files.list(folder.resolve("cache/tiny"))) {
            assertEquals(4, files.count());
        }
    }

    @Test
    void aCutConnectionIsResumedWhereItBroke() throws IOException {
        NamedSet set = served("tiny");
        int length = served.get("/tiny/train-images-idx3-ubyte.gz").length;
        cutsLeft = 1;
        assertEquals(20, set.load(places(), Datasets.Progress.NONE).train().size());
        assertEquals("/tiny/train-images-idx3-ubyte.gz bytes=" + length / 2 + "-", asked.get(1));
    }

    @Test
    void aServerThatFallsSilentIsLeftAndAskedForTheRest() throws Exception {
        byte[] bytes = "0123456789".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        var silence = new CountDownLatch(1);
        server.createContext("/slow", exchange -> {
            try (exchange) {
                String range = exchange.getRequestHeaders().getFirst("Range");
                asked.add("slow " + range);
                int from = range == null ? 0 : 5000;
                exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-9999/10000");
                exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
                exchange.getResponseBody().write(bytes, from, 5000);
                exchange.getResponseBody().flush();
                if (from == 0) {
                    silence.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Path source = folder.resolve("source");
        Files.write(source, bytes);
        Path target = folder.resolve("fetched");
        Download.fetch(address().resolve("slow"), target, new NamedSet.File("slow", bytes.length, Download.sha256(source)),
            Datasets.Progress.NONE, Duration.ofMillis(300));
        silence.countDown();
        assertArrayEquals(bytes, Files.readAllBytes(target));
        assertEquals(List.of("slow null", "slow bytes=5000-"), asked);
    }

    @Test
    void aNameWithoutItsFolderIsRefused() {
        for (String spec : List.of("idx:", "cifar: ", "csv:")) {
            String message = assertThrows(DataException.class, () -> Datasets.load(spec, places(), Datasets.Progress.NONE)).getMessage();
            assertTrue(message.contains("ends after its colon"), message);
        }
    }

    @Test
    void aLaterRunGoesOnFromWhatHasArrived() throws IOException {
        NamedSet set = served("tiny");
        cutsLeft = 3;
        var e = assertThrows(DataException.class, () -> set.load(places(), Datasets.Progress.NONE));
        assertTrue(e.getMessage().startsWith("tiny could not be downloaded"), e.getMessage());
        assertTrue(Files.exists(folder.resolve("cache/tiny/train-images-idx3-ubyte.gz.part")));
        assertEquals(20, set.load(places(), Datasets.Progress.NONE).train().size());
        assertTrue(asked.get(3).contains("bytes="), asked.toString());
    }

    @Test
    void aServerWithoutRangesStartsAgain() throws IOException {
        NamedSet set = served("tiny");
        ranges = false;
        cutsLeft = 2;
        assertEquals(20, set.load(places(), Datasets.Progress.NONE).train().size());
    }

    @Test
    void aWrongFileIsRefusedAndRemoved() throws IOException {
        NamedSet set = served("tiny");
        String name = "/tiny/t10k-labels-idx1-ubyte.gz";
        served.get(name)[20] ^= 1;
        var e = assertThrows(DataException.class, () -> set.load(places(), Datasets.Progress.NONE));
        assertTrue(e.getMessage().contains("is not the file expected (SHA-256 "), e.getMessage());
        served.put(name, new byte[1000]);
        assertThrows(DataException.class, () -> set.load(places(), Datasets.Progress.NONE));
        try (var files = Files.list(folder.resolve("cache/tiny"))) {
            assertEquals(3, files.count());
        }
    }

    @Test
    void withoutNetworkOneSentenceSaysWhatToPutWhere() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var places = new Places(Optional.empty(), List.of(), folder, Optional.of(URI.create("http://127.0.0.1:" + port + "/")));
        for (String name : List.of("mnist", "fashion-mnist", "cifar10")) {
            var e = assertThrows(DataException.class, () -> Datasets.load(name, places, Datasets.Progress.NONE));
            assertTrue(e.getMessage().contains("could not be downloaded")
                && e.getMessage().endsWith("or name their folder with --data-dir"), e.getMessage());
            assertTrue(e.getMessage().contains(name.equals("cifar10") ? "put cifar-10-binary.tar.gz into"
                : "put train-images-idx3-ubyte.gz and the other 3 files into"));
        }
        assertThrows(DataException.class, () -> served("other").load(new Places(Optional.empty(), List.of(), folder,
            Optional.of(address().resolve("no/"))),
            Datasets.Progress.NONE));
    }

    @Test
    void foldersOnThisMachineComeFirstInOrder() throws IOException {
        NamedSet set = served("tiny");
        Path shared = folder.resolve("shared");
        Path named = folder.resolve("named");
        set.load(new Places(Optional.empty(), List.of(), shared, Optional.of(address())), Datasets.Progress.NONE);
        asked.clear();
        var fromShared = new Places(Optional.of(named), List.of(shared), folder.resolve("cache"), Optional.of(address()));
        assertEquals(20, set.load(fromShared, Datasets.Progress.NONE).train().size());
        Files.createDirectories(named);
        for (String part : List.of("train", "t10k")) {
            Samples.write(named.resolve(part + "-images-idx3-ubyte"), Samples.idx(new int[] {2, 1, 1}, new byte[2]));
            Samples.write(named.resolve(part + "-labels-idx1-ubyte"), Samples.idx(new int[] {2}, (byte) 0, (byte) 1));
        }
        Splits own = set.load(fromShared, Datasets.Progress.NONE);
        assertEquals(2, own.train().size());
        assertEquals(List.of("0", "1"), own.train().classNames());
        assertTrue(asked.isEmpty());
        assertFalse(Files.exists(folder.resolve("cache")));
    }

    @Test
    void placesFollowTheEnvironment() {
        String home = folder.toString();
        assertEquals(Path.of(home, ".cache", "limbeck", "data"), Places.of(Optional.empty(), Map.of(), home, "").cache());
        assertEquals(Path.of("/x", "limbeck", "data"), Places.of(Optional.empty(), Map.of("XDG_CACHE_HOME", "/x"), home,
            "").cache());
        assertEquals(Path.of("/w", "limbeck", "data"), Places.of(Optional.empty(), Map.of("LOCALAPPDATA", "/w"), home, "").cache());
        var places = Places.of(Optional.of(Path.of("d")), Map.of("LIMBECK_DATA", "/s"), home, "http://h/m");
        assertEquals(List.of(Path.of("d/mnist"), Path.of("d"), Path.of("/s/mnist")), places.foldersOf("mnist"));
        assertEquals(Optional.of(URI.create("http://h/m/")), places.mirror());
        assertThrows(DataException.class, () -> Places.of(Optional.empty(), Map.of(), home, "ftp://h"));
    }

    @Test
    void filesAreNamedByKind() {
        Path csv = Samples.write(folder.resolve("a.csv"), "x,y\n1,2\n3,4\n5,6\n");
        Splits table = Datasets.load("csv:" + csv + "?target=x&test=last:0.4", places(), Datasets.Progress.NONE);
        assertEquals(5, table.test().target(0, 0));
        Samples.write(folder.resolve("train.bin"), Samples.cifar(12));
        Samples.write(folder.resolve("test.bin.gz"), Samples.gzip(Samples.cifar(2)));
        Splits images = Datasets.load("cifar:" + folder, places(), Datasets.Progress.NONE);
        assertArrayEquals(new int[] {0, 1}, images.test().labels());
        var e = assertThrows(DataException.class, () -> Datasets.load("minst", places(), Datasets.Progress.NONE));
        assertTrue(e.getMessage().startsWith("there is no data set 'minst'; known are digits, mnist"), e.getMessage());
        assertThrows(DataException.class, () -> Datasets.load("idx:" + folder.resolve("absent"), places(), Datasets.Progress.NONE));
        assertThrows(DataException.class, () -> Datasets.load("csv:a\0b", places(), Datasets.Progress.NONE));
    }
}
