package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import limbeck.distill.data.Statistics;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Spread;
import limbeck.nn.io.Safetensors;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms that figures take: text, tables, CSV, pictures, file headers. */
class FormsTest {
    @TempDir
    private Path folder;

    @Test
    void tablesAreAligned() {
        var table = new Table("LRL", "Name", "Long\nnumber", "");
        table.row("a", "1", "first");
        table.row("bcd", "1,234,567", "second");
        assertEquals("""
                           Long
                Name     number
                ───────────────────────
                a             1  first
                bcd   1,234,567  second""", table.toString());
        assertThrows(IllegalArgumentException.class, () -> table.row("too", "few"));
    }

    @Test
    void numbersLookTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals("1,234,567", Text.count(1_234_567));
            assertEquals("98.77", Text.percent(0.98765, 2));
            assertEquals("98.50 ± 0.71", Text.spread(Spread.of(0.98, 0.99), 100, 2));
            assertEquals("98.00", Text.spread(Spread.of(0.98), 100, 2));
            assertEquals("-", Text.number(Double.NaN, 2));
            assertEquals("0:07", Text.time(7.4));
            assertEquals("59:59", Text.time(3599.4));
            assertEquals("1:00:00", Text.time(3599.6));
            assertEquals("-:--", Text.time(Double.NaN));
            assertEquals("0.012", Text.significant(0.0123));
            assertEquals("1,235", Text.significant(1234.6));
            assertTrue(HistoryCsv.of(List.of(epoch(Role.TEACHER, 1, 1, 0.5)), Role::key).contains(",0.001,"));
            assertFalse(Curves.of(List.of(epoch(Role.TEACHER, 1, 1, 0.5)), Role::title).contains(",5\""));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void textIsBrokenBetweenWords() {
        assertEquals(List.of("one two", "three"), Text.wrapped("one two three", 7));
        assertEquals(List.of("one two three"), Text.wrapped("one two three", 13));
        assertEquals(List.of("a", "muchlongerword", "b"), Text.wrapped("a muchlongerword b", 5));
        assertEquals(List.of(""), Text.wrapped("", 5));
        assertEquals("0.02778", Text.shortened("0.027777777777777776"));
        assertEquals("0.0005", Text.shortened("5.0E-4"));
        assertEquals("16384", Text.shortened("16384"));
        assertEquals("stages", Text.shortened("stages"));
    }

    private static EpochReport epoch(Role role, long seed, int epoch, double accuracy) {
        var losses = new LinkedHashMap<String, Double>();
        losses.put("ce", 0.25);
        if (role == Role.STUDENT_DISTILLED) {
            losses.put("kd", 1.0 / 3);
        }
        return new EpochReport(role, seed, epoch, 0.001, 0.3, losses, Map.of("ce.weight", 0.1), 0.9, accuracy, 1.5);
    }

    @Test
    void theHistoryHasAColumnForEachTerm() {
        String csv = HistoryCsv.of(List.of(epoch(Role.STUDENT_ALONE, 1, 1, 0.5), epoch(Role.STUDENT_DISTILLED, 1, 1, 0.75)),
                Role::key);
        assertEquals("""
                role,seed,epoch,learning_rate,loss,loss_ce,loss_kd,ce.weight,train_accuracy,test_accuracy,seconds
                student_alone,1,1,0.001,0.3,0.25,,0.1,0.9,0.5,1.5
                student_distilled,1,1,0.001,0.3,0.25,0.3333333333333333,0.1,0.9,0.75,1.5
                """, csv);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 3", "2, 1", "60, 2", "300, 1"})
    void curvesAreXmlForAnyNumberOfEpochsAndSeeds(int epochs, int seeds) throws Exception {
        var history = new ArrayList<EpochReport>();
        for (Role role : List.of(Role.TEACHER, Role.STUDENT_ALONE, Role.STUDENT_DISTILLED)) {
            for (int seed = 1; seed <= seeds; seed++) {
                for (int e = 1; e <= epochs; e++) {
                    history.add(epoch(role, seed, e, role == Role.TEACHER ? 1 : 0.97 + 0.001 * seed));
                }
            }
        }
        String svg = Curves.of(history, Role::title);
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertEquals(3, document.getElementsByTagName("polyline").getLength());
        assertEquals(seeds > 1 ? 3 : 0, document.getElementsByTagName("polygon").getLength());
        assertEquals(3 * epochs, document.getElementsByTagName("circle").getLength());
        assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, "old");
        var failure = assertThrows(UncheckedIOException.class, () -> AtomicFile.write(file, part -> {
            Files.writeString(part, "half");
            throw new IOException("disk full");
        }));
        assertTrue(failure.getMessage().endsWith("a.txt: cannot be written (disk full)"), failure.getMessage());
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private Path weights(Map<String, String> metadata) {
        Path file = folder.resolve("m.safetensors");
        Safetensors.write(file, Map.of("x", Device.cpu().tensor(new float[] {1}, 1)), metadata);
        return file;
    }

    private static final ModelCard CARD = new ModelCard("cnn-base", Shape.of(3, 8, 8), 2, new Statistics(new float[] {0.1f, 0.2f,
            1e-7f},
            new float[] {1, 2, 3}), "pets", List.of("cat, tom", "dog \"rex\""), "");

    @Test
    void aCardIsReadAsItWasWritten() {
        assertEquals(CARD, ModelCard.read(weights(CARD.metadata("teacher", 1, 12))));
        var distilled = new ModelCard("mlp-8", CARD.input(), 2, CARD.normalisation(), "pets", CARD.classNames(), "dkd(beta=2),at");
        assertEquals(distilled, ModelCard.read(weights(distilled.metadata("student_distilled", 1, 12))));
        assertNull(ModelCard.read(weights(Map.of("format", "pt"))));
    }

    @ParameterizedTest
    @CsvSource({"input_shape, 3x8x", "input_shape, ''", "classes, 0", "classes, many", "mean, '0.1,NaN,0'", "std, '1,2'", "std, ''"})
    void aCardThatMakesNoSenseIsRefused(String key, String value) {
        var metadata = new HashMap<>(CARD.metadata("teacher", 1, 12));
        metadata.put(key, value);
        assertTrue(assertThrows(CommandException.class, () -> ModelCard.read(weights(metadata))).getMessage()
                .contains("its metadata has "));
    }
}
