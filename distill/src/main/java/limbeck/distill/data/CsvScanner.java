package limbeck.distill.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Splits a text file into rows and fields by RFC 4180: fields apart by one delimiter, optionally in double quotes, in which a doubled
 * quote stands for one and line ends are text. Lines may end in LF, CR LF or CR; blank lines are allowed at the end only. One row is
 * held at a time, in buffers that are reused.
 */
final class CsvScanner implements AutoCloseable {
    private static final int MAX_ROW = 1 << 22;
    private static final int MAX_FIELDS = 1 << 16;
    private static final int[] BYTE_ORDER_MARK = {0xef, 0xbb, 0xbf};

    private final Source source;
    private final char delimiter;
    private byte[] text = new byte[256];
    private int[] ends = new int[32];
    private int length;
    private int fields;
    private int line;          // where the current row starts, from 1
    private int lines = 1;     // the line the next byte lies on
    private int ahead;         // the next byte, or -1

    CsvScanner(Source source, char delimiter) {
        this.source = source;
        this.delimiter = delimiter;
        this.ahead = source.next();
        for (int i = 0; i < BYTE_ORDER_MARK.length && ahead == BYTE_ORDER_MARK[i]; i++) {
            ahead = source.next();
        }
    }

    /** Advances to the next row that is not blank; false at the end. */
    boolean nextRow() {
        int blank = 0;
        while (ahead >= 0) {
            scanRow();
            source.refuseBomb(source.position());
            if (fields > 1 || length > 0) {
                if (blank > 0) {
                    throw source.damaged("line " + blank + " is blank, but line " + line
                        + " is not; remove blank lines between rows");
                }
                return true;
            }
            if (blank == 0) {
                blank = line;
            }
        }
        return false;
    }

    private void scanRow() {
        length = 0;
        fields = 0;
        line = lines;
        while (true) {
            if (ahead == '"') {
                quoted();
            } else {
                plain();
            }
            if (fields == MAX_FIELDS) {
                throw source.damaged("line " + line + " has more than " + MAX_FIELDS + " fields; is a line end missing?");
            }
            if (fields == ends.length) {
                ends = Arrays.copyOf(ends, 2 * fields);
            }
            ends[fields++] = length;
            if (ahead == delimiter) {
                ahead = source.next();
                continue;
            }
            endLine();
            return;
        }
    }

    private void plain() {
        while (ahead >= 0 && ahead != delimiter && ahead != '\n' && ahead != '\r') {
            append();
        }
    }

    private void quoted() {
        int opened = lines;
        ahead = source.next();
        while (true) {
            if (ahead < 0) {
                throw source.damaged("the quote opened on line " + opened + " in field " + (fields + 1) + " is never closed");
            }
            if (ahead == '"') {
                ahead = source.next();
                if (ahead != '"') {
                    break;
                }
            }
            append();
        }
        if (ahead >= 0 && ahead != delimiter && ahead != '\n' && ahead != '\r') {
            throw source.damaged("line " + lines + " has text after the closing quote of field " + (fields + 1)
                + "; double a quote to keep it");
        }
    }

    private void append() {
        if (ahead < ' ' && ahead != '\t' && ahead != '\n' && ahead != '\r') {
            throw source.damaged("line " + lines + " holds byte " + ahead + " in field " + (fields + 1)
                + ", which is not text; is it a CSV file?");
        }
        if (length == MAX_ROW) {
            throw source.damaged("the row on line " + line + " is longer than " + MAX_ROW
                + " bytes; is a quote or line end missing?");
        }
        if (length == text.length) {
            text = Arrays.copyOf(text, 2 * length);
        }
        text[length++] = (byte) ahead;
        if (ahead == '\n') {
            lines++;
        }
        ahead = source.next();
    }

    private void endLine() {
        boolean carriageReturn = ahead == '\r';
        ahead = source.next();
        if (carriageReturn && ahead == '\n') {
            ahead = source.next();
        }
        lines++;
    }

    /** The number of fields of the row. */
    int fields() {
        return fields;
    }

    /** The line the row starts on, from 1. */
    int line() {
        return line;
    }

    /** The source, for errors. */
    Source source() {
        return source;
    }

    /** A field as text, without blanks around it. */
    String text(int field) {
        int from = start(field);
        String value = new String(text, from, ends[field] - from, StandardCharsets.UTF_8).strip();
        if (value.indexOf('\ufffd') >= 0) {
            throw source.damaged("line " + line + ", field " + (field + 1) + " is not UTF-8 text");
        }
        return value;
    }

    /** A field as a number; NaN if it is not a decimal number. */
    double number(int field) {
        int from = start(field);
        int to = ends[field];
        while (from < to && text[from] == ' ') {
            from++;
        }
        while (to > from && text[to - 1] == ' ') {
            to--;
        }
        return CsvNumber.parse(text, from, to);
    }

    private int start(int field) {
        return field == 0 ? 0 : ends[field - 1];
    }

    @Override
    public void close() {
        source.close();
    }
}
