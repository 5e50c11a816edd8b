package limbeck.distill.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches one file over HTTP once: into {@code NAME.part} beside its place, resumed from there after a cut connection (in this call or
 * a later one), checked against its SHA-256 and only then moved into place. A file that is in place is therefore whole.
 */
final class Download {
    private static final int ATTEMPTS = 3;
    private static final int BUFFER = 1 << 16;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private final URI from;
    private final Path target;
    private final Path part;
    private final long size;
    private final String sha256;
    private final Datasets.Progress progress;
    private final Duration idle;

    private Download(URI from, Path target, NamedSet.File file, Datasets.Progress progress, Duration idle) {
        this.from = from;
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.size = file.size();
        this.sha256 = file.sha256();
        this.progress = progress;
        this.idle = idle;
    }

    /**
     * Fetches a file unless it is there already.
     *
     * @throws IOException   if the connection failed and three attempts did not mend it, or the disk refused; what has arrived is kept
     * @throws DataException if what arrived is not the file expected; it has been removed
     */
    static void fetch(URI from, Path target, NamedSet.File file, Datasets.Progress progress) throws IOException {
        fetch(from, target, file, progress, IDLE_TIMEOUT);
    }

    /** {@link #fetch} with the longest silence after which a connection counts as cut. */
    static void fetch(URI from, Path target, NamedSet.File file, Datasets.Progress progress, Duration idle) throws IOException {
        if (Files.exists(target)) {
            return;
        }
        Files.createDirectories(target.getParent());
        new Download(from, target, file, progress, idle).run();
    }

    private void run() throws IOException {
        var connection = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NORMAL);
        try (var client = connection.build()) {
            for (int attempt = 1; ; attempt++) {
                try {
                    continueFrom(client, Files.exists(part) ? Files.size(part) : 0);
                    break;
                } catch (IOException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        }
        verify();
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Asks for the rest of the file and appends it; returns once all of it is there. */
    private void continueFrom(HttpClient client, long have) throws IOException {
        if (have == size) {
            return;
        }
        if (have > size) {
            Files.delete(part);
            have = 0;
        }
        var request = HttpRequest.newBuilder(from).timeout(ANSWER_TIMEOUT);
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("the download of " + from + " was interrupted; run again to continue it", e);
        }
        try (var body = response.body()) {
            boolean resumed = response.statusCode() == 206
                && response.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + have + "-");
            if (!resumed && response.statusCode() != 200) {
                throw new IOException("the server answered " + response.statusCode());
            }
            append(body, resumed ? have : 0);
        }
    }

    /** Writes what arrives from a position on; a server that knows no ranges sends the whole file, which then starts at 0. */
    private void append(InputStream body, long position) throws IOException {
        var arrived = new AtomicLong(System.nanoTime());
        Thread watch = Thread.ofVirtual().start(() -> closeOnceIdle(body, arrived));
        try (var channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(position).position(position);
            var buffer = new byte[BUFFER];
            long done = position;
            for (int n = body.read(buffer); n >= 0 && done <= size; n = body.read(buffer)) {
                for (var rest = ByteBuffer.wrap(buffer, 0, n); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
                done += n;
                arrived.set(System.nanoTime());
                progress.at(target.getFileName().toString(), Math.min(done, size), size);
            }
            if (done < size) {
                throw new IOException("the connection ended after " + done + " of " + size + " bytes");
            }
        } finally {
            watch.interrupt();
        }
    }

    /** The HTTP client has no time limit for a body: closing it ends the read that waits for a server gone silent. */
    private void closeOnceIdle(InputStream body, AtomicLong arrived) {
        try {
            for (long left = idle.toNanos(); left > 0; left = idle.toNanos() - (System.nanoTime() - arrived.get())) {
                Thread.sleep(Duration.ofNanos(left));
            }
            body.close();
        } catch (InterruptedException | IOException e) {
            // Interrupted: the body has arrived. Not closed: the reader will see for itself.
        }
    }

    private void verify() throws IOException {
        String found = sha256(part);
        if (Files.size(part) == size && found.equals(sha256)) {
            return;
        }
        Files.delete(part);
        throw new DataException(from + " is not the file expected (SHA-256 " + found.substring(0, 16) + "..., expected "
            + sha256.substring(0, 16) + "...) and was removed; try again, or fetch it elsewhere");
    }

    /** The SHA-256 of a file, in hexadecimal. */
    static String sha256(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var sha = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
