package limbeck.nn.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
    private static final Device DEVICE = Device.reference();

    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("model.safetensors");
    }

    /** The example of the format's own description, byte by byte. */
    @Test
    void aFileWrittenByHandIsRead() {
        String header = "{\"__metadata__\":{\"made by\":\"hand\"},"
                + "\"b\":{\"dtype\":\"I32\",\"shape\":[3],\"data_offsets\":[8,20]},"
                + "\"a\":{\"data_offsets\":[0,8],\"dtype\":\"F32\",\"shape\":[1,2]},"
                + "\"half\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[20,24]},"
                + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[24,26]},"
                + "\"none\":{\"dtype\":\"F64\",\"shape\":[0,7],\"data_offsets\":[26,26]},"
                + "\"bytes\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[26,28]},"
                + "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[28,31]}}  ";
        byte[] data = {
            0, 0, (byte) 0x80, 0x3f, 0, 0, 0x20, (byte) 0xc0,                               // 1, -2.5
            1, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 1,     // 1, -1, 2^24
            0, 0x3c, (byte) 0xff, 0x7b,                                                     // 1, 65504
            (byte) 0x49, 0x40,                                                              // 3.140625
            -128, 127,
            1, 0, 2};                                                                       // anything but 0 is true
        Path path = Bytes.write(folder, Bytes.file(header, data));
        Map<String, Tensor> tensors = Safetensors.read(path, DEVICE);
        assertEquals(List.of("a", "b", "half", "brain", "none", "bytes", "mask"), List.copyOf(tensors.keySet()));
        assertArrayEquals(new double[] {1, -2.5}, tensors.get("a").toDoubles());
        assertEquals(Shape.of(1, 2), tensors.get("a").shape());
        assertEquals(DType.F32, tensors.get("a").dtype());
        assertArrayEquals(new int[] {1, -1, 1 << 24}, tensors.get("b").toInts());
        assertArrayEquals(new double[] {1, 65504}, tensors.get("half").toDoubles());
        assertEquals(3.140625, tensors.get("brain").item());
        assertEquals(Shape.of(0, 7), tensors.get("none").shape());
        assertArrayEquals(new int[] {-128, 127}, tensors.get("bytes").toInts());
        assertArrayEquals(new int[] {1, 0, 1}, tensors.get("mask").toInts());
        assertEquals(DType.BOOL, tensors.get("mask").dtype());
        try (var file = Safetensors.open(path)) {
            assertEquals(Map.of("made by", "hand"), file.metadata());
        }
    }

    @Test
    void theBytesThatAreWrittenAreThoseOfTheReferenceImplementation() throws IOException {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("mask", DEVICE.tensor(new int[] {1, 0}, 2).cast(DType.BOOL));
        tensors.put("w", DEVICE.tensor(new double[] {1, 2}, Shape.of(2, 1)).cast(DType.F32));
        tensors.put("b", DEVICE.scalar(-1).cast(DType.F32));
        Safetensors.write(path(), tensors, Map.of("format", "pt"));
        String header = "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[4,12]},"
                + "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[12,14]}}";
        byte[] padded = (header + " ".repeat((8 - header.length() % 8) % 8)).getBytes(UTF_8);
        byte[] expected = Bytes.file(padded, (byte) 0, (byte) 0, (byte) 0x80, (byte) 0xbf, (byte) 0, (byte) 0, (byte) 0x80, (byte) 0x3f,
                (byte) 0, (byte) 0, (byte) 0, (byte) 0x40, (byte) 1, (byte) 0);
        assertEquals(0, padded.length % 8);
        assertArrayEquals(expected, Files.readAllBytes(path()));
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeSurvivesExactly(DType type) {
        for (Device device : List.of(DEVICE, Device.cpu())) {
            if (type == DType.F64 && device.defaultFloat() != DType.F64) {
                continue;
            }
            Tensor values = type == DType.I32
                    ? device.tensor(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, 0, -1, (1 << 24) + 1}, 5)
                    : device.normal(Key.of(1), 1000, 3).mul(50).cast(type);
            Tensor extremes = type.isFloating()
                    ? device.tensor(new double[] {0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-40, 1e-7},
                            Shape.of(7)).cast(type)
                    : values;
            Safetensors.write(path(), Map.of("values", values, "extremes", extremes), Map.of());
            Map<String, Tensor> back = Safetensors.read(path(), device);
            assertEquals(type, back.get("values").dtype());
            assertArrayEquals(values.toDoubles(), back.get("values").toDoubles());
            assertArrayEquals(extremes.toDoubles(), back.get("extremes").toDoubles());
        }
    }

    @Test
    void doublesBecomeTheDevicesDefaultType() {
        Safetensors.write(path(), Map.of("x", DEVICE.scalar(1.0 / 3)), Map.of());
        Tensor x = Safetensors.read(path(), Device.cpu()).get("x");
        assertEquals(DType.F32, x.dtype());
        assertEquals(1f / 3, x.item());
    }

    @Test
    void viewsAreWrittenAsTheyAreSeen() {
        Tensor x = DEVICE.arange(0, 1, 24).reshape(2, 3, 4);
        var views = Map.of("turned", x.permute(2, 0, 1), "strided", x.slice(2, 1, 4, 2), "repeated", DEVICE.scalar(7).expand(3, 2),
                "flipped", x.flip(1));
        Safetensors.write(path(), views, Map.of());
        Map<String, Tensor> back = Safetensors.read(path(), DEVICE);
        views.forEach((name, view) -> {
            assertEquals(view.shape(), back.get(name).shape());
            assertArrayEquals(view.toDoubles(), back.get(name).toDoubles(), name);
        });
    }

    @Test
    void aTensorLargerThanTheBuffer() {
        Tensor x = DEVICE.normal(Key.of(2), 400_001).cast(DType.F32);
        Safetensors.write(path(), Map.of("x", x, "y", DEVICE.scalar(5)), Map.of());
        Map<String, Tensor> back = Safetensors.read(path(), DEVICE);
        assertArrayEquals(x.toDoubles(), back.get("x").toDoubles());
        assertEquals(5, back.get("y").item());
    }

    @Test
    void namesAndNotesMayHoldAnything() {
        String odd = "a\"b\\c/\n\t\u0001 \u00e9 \u4e2d \uD83D\uDE00 \u007f";
        Safetensors.write(path(), Map.of(odd, DEVICE.scalar(1), "", DEVICE.scalar(2)), Map.of(odd, odd, "k", ""));
        try (var file = Safetensors.open(path())) {
            assertEquals(Map.of(odd, odd, "k", ""), file.metadata());
            assertEquals(1, file.read(odd, DEVICE).item());
            assertEquals(2, file.read("", DEVICE).item());
        }
    }

    @Test
    void escapesAreUndone() {
        String header = "{\"\\u0061\\\\\\/\\b\\f\\n\\r\\t\\\"\\u4E2d\\ud83d\\ude00\\u0000\":"
                + "{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        assertEquals(List.of("a\\/\b\f\n\r\t\"\u4e2d\uD83D\uDE00\0"),
                List.copyOf(Safetensors.read(Bytes.write(folder, Bytes.file(header, (byte) 3)), DEVICE).keySet()));
    }

    @Test
    void anEmptyFileOfTensors() {
        Safetensors.write(path(), Map.of(), Map.of());
        assertTrue(Safetensors.read(path(), DEVICE).isEmpty());
        assertTrue(Safetensors.read(Bytes.write(folder, Bytes.file("{}")), DEVICE).isEmpty());
    }

    @Test
    void onePartCanBeReadAlone() {
        Safetensors.write(path(), Map.of("a", DEVICE.zeros(2, 3), "b", DEVICE.ones(4)), Map.of());
        try (var file = Safetensors.open(path())) {
            assertEquals(Shape.of(2, 3), file.shape("a"));
            assertEquals(DType.F64, file.type("a"));
            assertArrayEquals(new double[] {1, 1, 1, 1}, file.read("b", DEVICE).toDoubles());
            assertEquals("safetensors: there is no tensor 'c' in " + path() + "; ask names()",
                    assertThrows(IllegalArgumentException.class, () -> file.read("c", DEVICE)).getMessage());
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNoOther() throws IOException {
        Safetensors.write(path(), Map.of("x", DEVICE.scalar(1)), Map.of());
        Tensor freed;
        try (var _ = limbeck.tensor.Scope.open("lost")) {
            freed = DEVICE.ones(3);
        }
        assertThrows(IllegalStateException.class, () -> Safetensors.write(path(), Map.of("x", freed), Map.of()));
        assertEquals(1, Safetensors.read(path(), DEVICE).get("x").item());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(path()), files.toList());
        }
    }

    @Test
    void writeRefusesWhatTheFormatCannotHold() {
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path(), Map.of("__metadata__", DEVICE.scalar(1)), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path(), Map.of("\uD800", DEVICE.scalar(1)), Map.of()));
        Map<String, String> tooLong = Map.of("note", "x".repeat(Header.LENGTH_LIMIT));
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path(), Map.of(), tooLong));
        Path nowhere = folder.resolve("absent").resolve("model.safetensors");
        String message = assertThrows(SafetensorsException.class, () -> Safetensors.write(nowhere, Map.of(), Map.of())).getMessage();
        assertTrue(message.endsWith("the file cannot be written, because its folder does not exist; create it first"), message);
    }

    @Test
    void aMissingFileAndAFolder() {
        String message = assertThrows(SafetensorsException.class, () -> Safetensors.read(path(), DEVICE)).getMessage();
        assertTrue(message.endsWith("model.safetensors: there is no such file"), message);
        assertThrows(SafetensorsException.class, () -> Safetensors.read(folder, DEVICE));
    }
}
