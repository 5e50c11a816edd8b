package limbeck.distill.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A data file read from front to back, plain or gzip (told apart by content, not by name), which knows its position and turns
 * every failure into a {@link DataException} that says where it happened. Positions count decompressed bytes.
 *
 * <p>No array is allocated on the word of a header alone. A plain file must still hold the declared bytes. A gzip file may declare
 * up to twice its own size plus {@value #ALLOWANCE} bytes unchecked; above that its content is first decompressed and counted
 * without being kept, and a file that expands more than {@value #MAX_RATIO} times is refused as a decompression bomb.
 */
final class Source implements AutoCloseable {
    /** What a reader may allocate beyond twice the file's size without proof: enough for MNIST in one pass. */
    static final long ALLOWANCE = 48L << 20;
    /** Pixels compress 2 to 20 times; deflate's own limit is 1032. */
    static final int MAX_RATIO = 100;
    private static final int BUFFER = 1 << 16;
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final Path file;
    private final long fileSize;
    private final boolean gzip;
    private final InputStream in;
    private long position;
    private long held;   // bytes in the whole file, decompressed; 0 while unknown

    private Source(Path file, long fileSize, boolean gzip, InputStream in) {
        this.file = file;
        this.fileSize = fileSize;
        this.gzip = gzip;
        this.in = in;
        this.held = gzip ? 0 : fileSize;
    }

    /** Opens a file at its first byte; a directory, a missing or an unreadable file is a {@link DataException}. */
    static Source open(Path file) {
        InputStream raw = null;
        try {
            if (Files.isDirectory(file)) {
                throw DataException.in(file, "is a folder, expected a file");
            }
            long size = Files.size(file);
            raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            InputStream in = gzip ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw;
            return new Source(file, size, gzip, in);
        } catch (NoSuchFileException e) {
            throw DataException.in(file, "there is no such file", e);
        } catch (IOException e) {
            closeQuietly(raw);
            throw DataException.in(file, "cannot be opened (" + reason(e) + ")", e);
        }
    }

    /** The number of bytes a file holds, decompressed; a gzip file is read through to its checksum, keeping nothing. */
    static long measure(Path file) {
        try (var source = open(file)) {
            if (!source.gzip) {
                return source.fileSize;
            }
            source.drain();
            return source.position;
        }
    }

    /** The files in a folder, sorted by name. */
    static List<Path> list(Path folder) {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw DataException.in(folder, "cannot be listed as a folder (" + reason(e) + ")", e);
        } catch (UncheckedIOException e) {
            throw DataException.in(folder, "cannot be listed as a folder (" + reason(e.getCause()) + ")", e);
        }
    }

    /** Decompressed bytes read so far. */
    long position() {
        return position;
    }

    /** The next byte, or -1 at the end. */
    int next() {
        try {
            int b = in.read();
            if (b >= 0) {
                position++;
            }
            return b;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Up to {@code length} next bytes; the number read, -1 at the end. */
    int next(byte[] into, int offset, int length) {
        try {
            int n = in.read(into, offset, length);
            if (n > 0) {
                position += n;
            }
            return n;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The next four bytes as a big-endian number. */
    int bigEndian32(String what) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int b = next();
            if (b < 0) {
                throw damaged("the file ends at byte " + position + ", within " + what);
            }
            value = value << 8 | b;
        }
        return value;
    }

    /** Fills part of an array, or says how much was missing. */
    void fill(byte[] into, int offset, int length, String what) {
        int done = 0;
        while (done < length) {
            int n = next(into, offset + done, length - done);
            if (n < 0) {
                throw damaged("the file ends at byte " + position + ", " + (length - done) + " bytes short of " + what);
            }
            done += n;
        }
    }

    /** The next {@code count} bytes in a fresh array, allocated only once the file is known to be able to hold them. */
    byte[] bytes(long count, String what) {
        requireHolds(count, what);
        var bytes = new byte[(int) count];
        fill(bytes, 0, bytes.length, what);
        return bytes;
    }

    /** Refuses a declared size that the rest of the file cannot hold, or that no array can. */
    void requireHolds(long count, String what) {
        long end = position + count;
        String declared = "the header declares " + count + " bytes of " + what + " from byte " + position;
        if (gzip && end > 2 * fileSize + ALLOWANCE) {
            if (end > MAX_RATIO * fileSize) {
                throw damaged(declared + ", over " + MAX_RATIO + " times the file's " + fileSize
                    + "; if it is genuine, decompress it first");
            }
            if (held == 0) {
                held = measure(file);
            }
        }
        if (held > 0 && end > held) {
            throw damaged(declared + ", but the file ends at byte " + held);
        }
        requireArray(count, what);
    }

    /** Refuses what would not fit one Java array. */
    void requireArray(long count, String what) {
        if (count > MAX_ARRAY) {
            throw damaged(count + " bytes of " + what + " are more than the " + MAX_ARRAY + " that one array holds");
        }
    }

    /** Refuses a decompressed size out of all proportion to the file. */
    void refuseBomb(long decompressed) {
        if (gzip && decompressed > ALLOWANCE && decompressed > MAX_RATIO * fileSize) {
            throw damaged("it expands to " + decompressed + " bytes or more from " + fileSize + ", over " + MAX_RATIO
                + " times its size; if it is genuine, decompress it first");
        }
    }

    /** Reads to the end, keeping nothing, which for gzip also proves the checksum. */
    void drain() {
        var scrap = new byte[BUFFER];
        while (next(scrap, 0, BUFFER) >= 0) {
            refuseBomb(position);
        }
    }

    /** Requires the end of the file, which for gzip also proves its checksum. */
    void expectEnd(String what) {
        long end = position;
        if (next() >= 0) {
            throw damaged("there are more bytes after " + what + ", which should end the file at byte " + end);
        }
    }

    /** An error in this file. */
    DataException damaged(String sentence) {
        return DataException.in(file, sentence);
    }

    /** A failed read as an error in this file. */
    DataException broken(IOException e) {
        return DataException.in(file, "is damaged after byte " + position + (gzip ? " of its content" : "")
            + " (" + reason(e) + ")", e);
    }

    @Override
    public void close() {
        closeQuietly(in);
    }

    /** What went wrong underneath, in words where the exception has none. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it does not exist";
            case AccessDeniedException _ -> "access is denied";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static void closeQuietly(InputStream in) {
        try {
            if (in != null) {
                in.close();
            }
        } catch (IOException e) {
            // Nothing is lost: the file was only read, and what was read has been checked.
        }
    }
}
