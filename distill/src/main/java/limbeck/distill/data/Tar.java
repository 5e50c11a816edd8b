package limbeck.distill.data;

import java.nio.charset.StandardCharsets;

/**
 * Walks the entries of a tar archive (POSIX ustar and its forerunners) in a stream. The caller reads an entry's content from the
 * source, all or part of it; {@link #next} skips the rest. Long-name extensions are entries of their own and are skipped.
 */
final class Tar {
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int CHECKSUM_AT = 148;

    private final Source source;
    private final byte[] header = new byte[BLOCK];
    private final byte[] scrap = new byte[1 << 16];
    private long nextHeader;

    /** One regular file of the archive. */
    record Entry(String name, long size) {
    }

    Tar(Source source) {
        this.source = source;
    }

    /** The next regular file, with the source at its first byte; null at the end of the archive. */
    Entry next() {
        while (true) {
            skipTo(nextHeader);
            long at = source.position();
            source.fill(header, 0, BLOCK, "a tar header of " + BLOCK + " bytes");
            if (isZero()) {
                source.drain();   // the end mark; what follows is padding
                return null;
            }
            int sum = 0;
            for (int i = 0; i < BLOCK; i++) {
                sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? ' ' : header[i] & 0xff;
            }
            if (octal(CHECKSUM_AT, 8, at) != sum) {
                throw source.damaged("the tar header at byte " + at + " has a wrong checksum");
            }
            long size = octal(SIZE_AT, 12, at);
            nextHeader = at + BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
            byte type = header[156];
            if (type == '0' || type == 0) {
                return new Entry(text(0, 100), size);
            }
        }
    }

    private void skipTo(long position) {
        while (source.position() < position) {
            int n = source.next(scrap, 0, (int) Math.min(scrap.length, position - source.position()));
            source.refuseBomb(source.position());
            if (n < 0) {
                throw source.damaged("the archive ends at byte " + source.position() + ", expected an entry up to byte "
                    + position);
            }
        }
    }

    private boolean isZero() {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private long octal(int from, int length, long at) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            byte b = header[i];
            if (b == 0 || b == ' ' && value > 0) {
                break;
            }
            if (b == ' ') {
                continue;
            }
            if (b < '0' || b > '7') {
                throw source.damaged("the tar header at byte " + at + " has no octal number at its byte " + from);
            }
            value = value * 8 + b - '0';
        }
        return value;
    }

    private String text(int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }
}
