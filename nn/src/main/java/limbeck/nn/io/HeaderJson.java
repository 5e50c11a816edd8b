package limbeck.nn.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;
import java.util.List;

/**
 * The JSON that a header may hold, read strictly and straight from its bytes: objects, arrays, strings and numbers without
 * sign or fraction (RFC 8259). The caller says what must come next, so nothing nests deeper than the format does.
 */
final class HeaderJson {
    private final Path file;
    private final byte[] text;
    private final long start;
    private int at;

    /** A reader of bytes that begin at {@code start} in their file. */
    HeaderJson(Path file, byte[] text, long start) {
        this.file = file;
        this.text = text;
        this.start = start;
        requireUtf8();
    }

    private void requireUtf8() {
        var decoder = UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT);
        var in = ByteBuffer.wrap(text);
        // In pieces: the characters themselves are not wanted.
        var out = CharBuffer.allocate(4096);
        while (true) {
            var result = decoder.decode(in, out, true);
            if (result.isError()) {
                at = in.position();
                throw fault("the header is not UTF-8");
            }
            if (result.isUnderflow()) {
                return;
            }
            out.clear();
        }
    }

    /** Whether the next sign is this one; if so it is taken. */
    boolean take(char sign) {
        if (peek() != sign) {
            return false;
        }
        at++;
        return true;
    }

    /** Takes a sign that must come now. */
    void expect(char sign) {
        if (!take(sign)) {
            throw fault("expected '" + sign + "', got " + found());
        }
    }

    /** After an element: true if a comma leads to another one, false if the closing sign has come. */
    boolean another(char close) {
        if (take(close)) {
            return false;
        }
        if (!take(',')) {
            throw fault("expected ',' or '" + close + "', got " + found());
        }
        return true;
    }

    /** A number without sign, fraction and exponent. */
    long number() {
        int first = peek();
        int from = at;
        if (first < '0' || first > '9') {
            throw fault("expected a whole number, got " + found());
        }
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            int digit = text[at++] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw fault("the number is too large");
            }
            value = value * 10 + digit;
        }
        if (first == '0' && at - from > 1) {
            at = from;
            throw fault("a number must not begin with 0");
        }
        if (at < text.length && (text[at] == '.' || text[at] == 'e' || text[at] == 'E')) {
            throw fault("expected a whole number, got a fraction or an exponent");
        }
        return value;
    }

    /** A string. */
    String string() {
        return string(List.of());
    }

    /** A string; if it is one of the known ones, that very one. */
    String string(List<String> known) {
        expect('"');
        int from = at;
        boolean plain = true;
        while (at < text.length && text[at] != '"') {
            if (text[at] >= 0 && text[at] < ' ') {
                throw fault("a control character stands inside a string");
            }
            plain &= text[at] != '\\';
            at += text[at] == '\\' ? 2 : 1;
        }
        if (at >= text.length) {
            at = from - 1;
            throw fault("the string that begins here does not end");
        }
        int to = at++;
        for (String word : known) {
            if (plain && matches(word, from, to)) {
                return word;
            }
        }
        return plain ? new String(text, from, to - from, UTF_8) : unescaped(from, to);
    }

    private boolean matches(String word, int from, int to) {
        if (word.length() != to - from) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) != text[from + i]) {
                return false;
            }
        }
        return true;
    }

    /** Undoes escapes in bytes: what an escape stands for is never longer than the escape. */
    private String unescaped(int from, int to) {
        byte[] bytes = new byte[to - from];
        int length = 0;
        int end = at;
        at = from;
        while (at < to) {
            if (text[at] != '\\') {
                bytes[length++] = text[at++];
                continue;
            }
            length = encode(escape(to), bytes, length);
        }
        at = end;
        return new String(bytes, 0, length, UTF_8);
    }

    /** Writes a character as UTF-8 (RFC 3629) and answers with the place behind it; {@code String} would make garbage of each one. */
    private static int encode(int point, byte[] bytes, int length) {
        int count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        // The first byte has as many leading ones as there are bytes, then a zero; the others begin with 10.
        for (int i = count - 1; i > 0; i--) {
            bytes[length + i] = (byte) (0x80 | point & 0x3f);
            point >>= 6;
        }
        bytes[length] = (byte) (count == 1 ? point : 0xf00 >> count & 0xff | point);
        return length + count;
    }

    private int escape(int to) {
        char kind = (char) text[at + 1];
        at += 2;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> point(to);
            default -> {
                at -= 2;
                throw fault("there is no such escape in JSON");
            }
        };
    }

    private int point(int to) {
        int unit = unit(to);
        if (Character.isHighSurrogate((char) unit) && at + 1 < to && text[at] == '\\' && text[at + 1] == 'u') {
            at += 2;
            int low = unit(to);
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) unit, (char) low);
            }
        }
        if (Character.isSurrogate((char) unit)) {
            throw fault("half of a surrogate pair stands alone");
        }
        return unit;
    }

    private int unit(int to) {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < to ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw fault("expected four hexadecimal digits after \\u");
            }
            unit = unit * 16 + digit;
            at++;
        }
        return unit;
    }

    /** Checks that nothing but the padding follows. */
    void end() {
        while (at < text.length) {
            if (text[at] != ' ') {
                throw fault("expected nothing but spaces behind the header's object, got " + found());
            }
            at++;
        }
    }

    /** The next sign that is not white space; -1 at the end. */
    private int peek() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
        return at < text.length ? text[at] : -1;
    }

    private String found() {
        return at >= text.length ? "the header's end" : text[at] > ' ' && text[at] < 127 ? "'" + (char) text[at] + "'"
                : String.format("byte 0x%02x", text[at]);
    }

    /** An error at this place. */
    SafetensorsException fault(String sentence) {
        return SafetensorsException.in(file, "at byte " + (start + at) + " of the header: " + sentence);
    }
}
