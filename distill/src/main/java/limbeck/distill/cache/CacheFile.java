package limbeck.distill.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Records of one size in a file, each at the offset that its place says. After the {@link CacheHeader} come the checksums of all records,
 * four bytes each, 0 for one that is not written, then the records; all numbers have their lowest byte first.
 *
 * <p><b>A process may be killed at any moment.</b> A record is written before its checksum, so one that has a checksum is whole, and one that
 * was cut short is written again by whoever comes next. What the file holds in the end does not depend on the order of writing. A checksum
 * that does not fit is then damage, which is refused and not repaired. (When the power fails, the disk may have the checksum and not the
 * record: that looks like damage too.)
 *
 * <p>A file that is not complete belongs to one process, by a lock; a complete one is only read, by as many as like.
 */
final class CacheFile implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20;

    private final Path path;
    private final CacheHeader header;
    private final FileChannel channel;
    private final long indexOffset;
    private final long recordsOffset;
    private final int recordBytes;
    private final int[] checksums;
    private final ByteBuffer record;
    private final ByteBuffer checksum = little(Integer.BYTES);
    private FileLock lock;
    private int written;

    private CacheFile(Path path, CacheHeader header, int places, FileChannel channel) {
        this.path = path;
        this.header = header;
        this.channel = channel;
        indexOffset = header.bytes().length;
        recordsOffset = recordsOffset(indexOffset, places);
        recordBytes = header.layout().bytes();
        checksums = new int[places];
        record = little(recordBytes);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long recordsOffset(long indexOffset, long places) {
        return Math.ceilDiv(indexOffset + places * Integer.BYTES, ALIGNMENT) * ALIGNMENT;
    }

    /** The size of a whole file. */
    static long bytes(CacheHeader header, long places) {
        return recordsOffset(header.bytes().length, places) + places * header.layout().bytes();
    }

    /**
     * Opens a file that is there, and checks all that is in it.
     *
     * @param path the file
     * @param origin what the records must be of
     * @return null if there is none, or none that got further than its header
     * @throws IllegalStateException in one sentence, if it is damaged, of another origin, or being written by another process
     * @throws UncheckedIOException in one sentence, if it cannot be read
     */
    static CacheFile open(Path path, CacheOrigin origin) {
        if (!Files.exists(path)) {
            return null;
        }
        CacheFile file = open(path, origin, StandardOpenOption.READ);
        if (file == null || file.isComplete()) {
            return file;
        }
        file.close();
        return open(path, origin, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static CacheFile open(Path path, CacheOrigin origin, OpenOption... options) {
        FileChannel channel = null;
        boolean opened = false;
        try {
            channel = FileChannel.open(path, options);
            boolean toWrite = options.length > 1;
            FileLock lock = toWrite ? lock(path, channel) : null;
            CacheHeader header = header(path, origin, channel);
            if (header == null) {
                return null;
            }
            var file = new CacheFile(path, header, origin.places(), channel);
            file.lock = lock;
            file.readIndex();
            if (toWrite || file.isComplete()) {
                file.verify();
                file.requireSpace();
            }
            opened = true;
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cache: " + path + " cannot be " + (options.length > 1 ? "written" : "read") + " (" + reason(e)
                    + "); give another folder", e);
        } finally {
            if (!opened) {
                close(channel);
            }
        }
    }

    /**
     * Makes a file without records, unless another process has just done so.
     *
     * @param path the file; one that did not get further than its header is written over
     * @param origin what the records will be of
     * @param layout what they will hold
     * @return the file
     * @throws IllegalStateException in one sentence, if there is no room for it, or another process is writing it
     * @throws UncheckedIOException in one sentence, if it cannot be written
     */
    static CacheFile create(Path path, CacheOrigin origin, RecordLayout layout) {
        var header = new CacheHeader(origin.entries(), layout);
        FileChannel channel = null;
        boolean made = false;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = lock(path, channel);
            if (header(path, origin, channel) != null) {
                close(channel);
                return open(path, origin);
            }
            var file = new CacheFile(path, header, origin.places(), channel);
            file.lock = lock;
            file.requireSpace();
            file.begin();
            made = true;
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cache: " + path + " cannot be written (" + reason(e)
                    + "); give a folder that can be, or make room", e);
        } finally {
            if (!made) {
                close(channel);
            }
        }
    }

    private static FileLock lock(Path path, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            // Behind all content: on some systems a lock keeps others from reading what it is on.
            lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IllegalStateException("cache: " + path + " is being written by another run; wait until it ends, or give another folder");
        }
        return lock;
    }

    /** Null for a file that was cut short before its first record. */
    private static CacheHeader header(Path path, CacheOrigin origin, FileChannel channel) throws IOException {
        long size = channel.size();
        var start = ByteBuffer.allocate((int) Math.min(size, CacheHeader.MOST));
        read(channel, start, 0);
        CacheHeader header = CacheHeader.parse(start.array());
        if (header == null) {
            if (CacheHeader.isBeginning(start.array(), origin.entries())) {
                return null;
            }
            throw new IllegalStateException("cache: " + path
                    + " is no teacher cache, or its beginning is damaged; delete it, or give another folder");
        }
        String difference = origin.difference(header.origin());
        if (difference != null) {
            throw new IllegalStateException("cache: " + path + " is of " + difference + "; delete it, or give another folder");
        }
        if (size <= header.bytes().length) {
            return null;
        }
        long whole = bytes(header, origin.places());
        if (size != whole) {
            throw new IllegalStateException("cache: " + path + " is damaged, since it has " + size + " bytes and not " + whole
                    + "; delete it, and the next run writes it anew");
        }
        return header;
    }

    private void begin() throws IOException {
        channel.truncate(0);
        write(ByteBuffer.wrap(header.bytes()), 0);
        // All that follows are zeros, which no checksum is.
        write(ByteBuffer.allocate(1), bytes(header, checksums.length) - 1);
    }

    private void readIndex() throws IOException {
        ByteBuffer index = little(Math.multiplyExact(Integer.BYTES, checksums.length));
        read(channel, index, indexOffset);
        index.flip().asIntBuffer().get(checksums);
        written = (int) Arrays.stream(checksums).filter(sum -> sum != 0).count();
    }

    /** Reads all records once, many at a time. */
    private void verify() throws IOException {
        int together = Math.clamp(CHUNK / recordBytes, 1, checksums.length);
        ByteBuffer records = little(Math.multiplyExact(together, recordBytes));
        for (int first = 0; first < checksums.length; first += together) {
            int count = Math.min(together, checksums.length - first);
            read(channel, records.clear().limit(count * recordBytes), offset(first));
            for (int i = 0; i < count; i++) {
                if (checksums[first + i] != 0) {
                    verify(first + i, records.slice(i * recordBytes, recordBytes));
                }
            }
        }
    }

    private void verify(int place, ByteBuffer content) {
        if (checksum(place, content) != checksums[place]) {
            throw new IllegalStateException("cache: " + path + " is damaged, since record " + place
                    + " does not have the checksum it was written with; delete it, and the next run writes it anew");
        }
    }

    private void requireSpace() throws IOException {
        long needed = (long) (checksums.length - written) * recordBytes;
        long free = Files.getFileStore(path.toAbsolutePath().getParent()).getUsableSpace();
        if (needed > free) {
            throw new IllegalStateException("cache: " + path + " needs " + needed + " more bytes, and " + free
                    + " are free there; make room, give another folder, or choose a smaller format such as f16 or top-5");
        }
    }

    /** What the file says of itself. */
    CacheHeader header() {
        return header;
    }

    /** Whether a record has been written. */
    boolean isWritten(int place) {
        return checksums[place] != 0;
    }

    /** Whether all records have been written. */
    boolean isComplete() {
        return written == checksums.length;
    }

    /**
     * Reads a record.
     *
     * @return its bytes, until the next call
     */
    ByteBuffer read(int place) {
        try {
            read(channel, record.clear(), offset(place));
        } catch (IOException e) {
            throw new UncheckedIOException("cache: " + path + " cannot be read (" + reason(e) + ")", e);
        }
        verify(place, record.flip());
        return record;
    }

    /** A buffer to put a record into. */
    ByteBuffer blank() {
        return record.clear();
    }

    /** Writes what was put into the {@link #blank} buffer, unless that record is there already. */
    void write(int place) {
        if (isWritten(place)) {
            return;
        }
        try {
            int sum = checksum(place, record.flip());
            write(record, offset(place));
            write(checksum.clear().putInt(sum).flip(), indexOffset + (long) place * Integer.BYTES);
            checksums[place] = sum;
            written++;
            if (isComplete()) {
                channel.force(false);
                lock.release();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cache: " + path + " cannot be written (" + reason(e) + "); " + written + " of " + checksums.length
                    + " records are kept, so make room and run again, or choose a smaller format such as f16 or top-5", e);
        }
    }

    private long offset(int place) {
        return recordsOffset + (long) place * recordBytes;
    }

    /** Of the place too, so that a record is not taken for another one's. 0 is kept for what is not written. */
    private static int checksum(int place, ByteBuffer content) {
        var crc = new CRC32C();
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            crc.update(place >>> shift);
        }
        crc.update(content.duplicate());
        int sum = (int) crc.getValue();
        return sum == 0 ? 1 : sum;
    }

    private static void read(FileChannel channel, ByteBuffer into, long offset) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                throw new IOException("it ends at byte " + at);
            }
            at += count;
        }
    }

    private void write(ByteBuffer from, long offset) throws IOException {
        long at = offset;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    /** What is wrong, where the exception's message is a mere path. */
    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException _ -> "access denied";
            case java.nio.file.FileAlreadyExistsException _ -> "there is a file of the folder's name";
            case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    /** Another process may go on from here. */
    @Override
    public void close() {
        close(channel);
    }

    private static void close(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // What was written is in the file; there is nothing left to lose.
            }
        }
    }
}
