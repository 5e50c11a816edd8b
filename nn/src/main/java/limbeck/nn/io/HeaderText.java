package limbeck.nn.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import limbeck.tensor.Tensor;

/** Writes a header: compact JSON, padded with spaces so that the tensors begin at a multiple of 8 bytes. */
final class HeaderText {
    private final StringBuilder text = new StringBuilder("{");

    private HeaderText() {
    }

    /** The header of tensors whose bytes follow one another in the map's order. */
    static byte[] of(Map<String, Tensor> tensors, Map<String, String> metadata) {
        var header = new HeaderText();
        if (!metadata.isEmpty()) {
            header.key(Header.METADATA).append('{');
            // By key, so that the same tensors and notes always give the same bytes.
            new TreeMap<>(metadata).forEach((key, value) -> {
                header.key(key);
                header.string(value);
            });
            header.text.append('}');
        }
        long at = 0;
        for (var entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long end = at + tensor.shape().size() * tensor.dtype().bytes();
            header.key(entry.getKey()).append("{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":")
                    .append(Arrays.toString(tensor.shape().dims()).replace(" ", ""))
                    .append(",\"data_offsets\":[").append(at).append(',').append(end).append("]}");
            at = end;
        }
        header.text.append('}');
        byte[] bytes = header.bytes();
        byte[] padded = Arrays.copyOf(bytes, bytes.length + 7 & -8);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }

    private byte[] bytes() {
        try {
            // Not String.getBytes, which would write a lone surrogate as a question mark.
            var encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("safetensors: a name or a note holds half of a surrogate pair, which UTF-8 cannot write", e);
        }
    }

    private StringBuilder key(String key) {
        if (text.charAt(text.length() - 1) != '{') {
            text.append(',');
        }
        string(key);
        return text.append(':');
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
