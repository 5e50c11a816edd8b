package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Method;
import limbeck.distill.method.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code limbeck methods}. */
class MethodsTest {
    @TempDir
    private static Path folder;

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @Test
    void theTableHasEveryMethodAndFitsANarrowWindow() {
        Cli run = Cli.run("methods");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 110), run.out());
        String flat = flat(run.out());
        for (Method method : Methods.all()) {
            assertTrue(run.out().lines().anyMatch(line -> line.startsWith(method.name() + " ") && line.contains(" " + method.compares() + " ")),
                    method.name());
            assertTrue(flat.contains(flat(method.paper() + " " + method.advice())), method.name());
        }
        assertTrue(flat.contains(" weight=0.9, ce=0.1, temperature=4 "), run.out());
        // Numbers as people write them.
        assertFalse(run.out().matches("(?s).*=[\\d.]+(E|\\d{7}).*"), run.out());
    }

    @Test
    void everyMethodIsShownWithAllItsOptions() {
        for (Method method : Methods.all()) {
            Cli run = Cli.run("methods", method.name());
            assertEquals(0, run.code(), run.err());
            assertTrue(run.out().startsWith(method.name() + ": " + method.paper() + "\n"), run.out());
            assertTrue(run.out().lines().allMatch(line -> line.length() <= 110), run.out());
            String flat = flat(run.out());
            for (Option option : method.options()) {
                assertTrue(run.out().lines().anyMatch(line -> line.startsWith(option.name() + " ")), method.name() + " " + option.name());
                assertTrue(flat.contains(flat(option.help())), method.name() + " " + option.name());
            }
        }
        assertTrue(flat(Cli.run("methods", "kd").out()).contains("--temperature (2) and --alpha (0.9)"));
    }

    /** What the page shows as an example is taken. */
    @Test
    void theExampleOfThePageCanBeUsed() {
        for (Method method : Methods.all()) {
            String line = Cli.run("methods", method.name()).out().lines().filter(l -> l.startsWith("On the command line: ")).findFirst().orElseThrow();
            String text = line.substring(line.indexOf('\'') + 1, line.lastIndexOf('\''));
            assertEquals(method, Methods.parse(text).getFirst().method());
        }
    }

    @Test
    void jsonHasTheSame() throws IOException {
        Path file = folder.resolve("methods.json");
        Cli run = Cli.run("methods", "--json", file.toString());
        assertEquals(0, run.code(), run.err());
        assertEquals(Cli.run("methods").out(), run.out());
        JsonNode list = new ObjectMapper().readTree(file.toFile());
        assertEquals(Methods.all().stream().map(Method::name).toList(), names(list));
        for (int i = 0; i < list.size(); i++) {
            Method method = Methods.all().get(i);
            JsonNode entry = list.get(i);
            var keys = new ArrayList<String>();
            entry.fieldNames().forEachRemaining(keys::add);
            assertEquals(List.of("name", "paper", "compares", "advice", "options"), keys);
            assertEquals(method.paper(), entry.get("paper").asText());
            assertEquals(method.compares().toString(), entry.get("compares").asText());
            assertEquals(method.advice(), entry.get("advice").asText());
            assertEquals(method.options().size(), entry.get("options").size());
            for (int k = 0; k < method.options().size(); k++) {
                Option option = method.options().get(k);
                JsonNode shown = entry.get("options").get(k);
                assertEquals(option.name(), shown.get("name").asText());
                assertEquals(option.help(), shown.get("help").asText());
                assertEquals(option.isNumber(), shown.get("default").isNumber());
                if (option.isNumber()) {
                    assertEquals(Double.parseDouble(option.initial()), shown.get("default").asDouble());
                } else {
                    assertEquals(option.initial(), shown.get("default").asText());
                }
            }
        }
        assertEquals(0, Cli.run("methods", "ema", "--json", file.toString()).code());
        assertEquals(List.of("ema"), names(new ObjectMapper().readTree(file.toFile())));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    private static List<String> names(JsonNode list) {
        var names = new ArrayList<String>();
        list.forEach(entry -> names.add(entry.get("name").asText()));
        return names;
    }

    @Test
    void aFileThatCannotBeWrittenIsAFailure() {
        Cli run = Cli.run("methods", "--json", folder.resolve("no/such/folder.json").toString());
        assertEquals(1, run.code());
        assertEquals("", run.out());
        assertTrue(run.err().contains("cannot be written"), run.err());
    }
}
