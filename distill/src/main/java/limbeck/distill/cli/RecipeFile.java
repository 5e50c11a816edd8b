package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;

/**
 * A recipe: settings by name in a YAML file, one a line, and if it likes a {@code name} and a {@code description}.
 *
 * <pre>
 * name: Hinton's student
 * data: mnist
 * student: mlp-800-800
 * temperature: 20
 * </pre>
 *
 * The {@code method} may be written out as {@link RecipeMethod} has it.
 *
 * @param name what it is called; empty if it does not say
 * @param description what it is for; empty if it does not say
 * @param settings the settings, changed by the file's
 */
record RecipeFile(String name, String description, Settings settings) {
    private static final long LARGEST = 1 << 20;
    private static final Pattern LINE = Pattern.compile("line (\\d{1,9})");

    /**
     * Reads a recipe.
     *
     * @param file a YAML file
     * @param base the settings that it changes
     * @param known finds a setting by its name, or throws an {@link IllegalArgumentException}
     * @throws CommandException in one sentence with the file and line at fault: a failure if the file cannot be read, wrong usage if
     *         its content will not do
     */
    static RecipeFile read(Path file, Settings base, Function<String, Setting> known) {
        String text = text(file);
        try (YAMLParser yaml = new YAMLFactory().createParser(text)) {
            return read(file, yaml, base, known);
        } catch (JsonProcessingException e) {
            throw notYaml(file, e);
        } catch (IOException e) {
            throw new CommandException(file + ": cannot be read (" + AtomicFile.reason(e) + ")", e);
        }
    }

    private static RecipeFile read(Path file, YAMLParser yaml, Settings base, Function<String, Setting> known)
            throws IOException {
        JsonToken first = yaml.nextToken();
        if (first == null) {
            throw usage(file, null, "is empty; write one setting a line, such as 'temperature: 4'");
        }
        if (first != JsonToken.START_OBJECT) {
            throw usage(file, yaml.currentTokenLocation(), "needs lines such as 'temperature: 4', not a list or a single value");
        }
        String name = "";
        String description = "";
        Settings settings = base;
        Set<String> seen = new HashSet<>();
        while (yaml.nextToken() != JsonToken.END_OBJECT) {
            String key = yaml.currentName();
            JsonLocation where = yaml.currentTokenLocation();
            JsonToken value = yaml.nextToken();
            if (!seen.add(key)) {
                throw usage(file, where, "'" + key + "' is set a second time; keep one of them");
            }
            if (yaml.isCurrentAlias()) {
                throw usage(file, where, "'" + key + "' refers to a value elsewhere; write the value itself");
            }
            boolean written = value.isStructStart() && key.equals(Setting.METHOD.key());
            if (value.isStructStart() && !written) {
                String what = value == JsonToken.START_ARRAY ? "a list" : "settings of its own";
                throw usage(file, where, "'" + key + "' holds " + what + "; it needs one plain value");
            }
            String plain = written ? new RecipeMethod(yaml, (at, sentence) -> usage(file, at, sentence)).read()
                    : value == JsonToken.VALUE_NULL ? "" : yaml.getText();
            switch (key) {
                case "name" -> name = Text.oneLine(plain);
                case "description" -> description = Text.oneLine(plain);
                default -> settings = set(file, where, settings, key, plain, known);
            }
        }
        if (yaml.nextToken() != null) {
            throw usage(file, yaml.currentTokenLocation(), "holds a second document; keep one recipe a file");
        }
        return new RecipeFile(name, description, settings);
    }

    private static Settings set(Path file, JsonLocation where, Settings settings, String key, String value,
            Function<String, Setting> known) {
        try {
            return settings.with(known.apply(key), value);
        } catch (IllegalArgumentException e) {
            throw usage(file, where, e.getMessage());
        }
    }

    private static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new CommandException(file + ": is a folder, expected a recipe file", null);
            }
            if (Files.size(file) > LARGEST) {
                throw new CommandException(file + ": has " + Files.size(file)
                        + " bytes, too many for a recipe; was another file meant?", null);
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
        } catch (CharacterCodingException e) {
            throw new CommandException(file + ": is not text in UTF-8; was another file meant?", e);
        } catch (IOException e) {
            throw new CommandException(file + ": cannot be read (" + AtomicFile.reason(e) + ")", e);
        }
    }

    private static UsageException usage(Path file, JsonLocation where, String sentence) {
        return new UsageException(file + (where == null ? "" : ", line " + where.getLineNr()) + ": " + sentence);
    }

    /** The parser's message without its quotations of the file, which are indented, and with the last line number that it names. */
    private static UsageException notYaml(Path file, JsonProcessingException e) {
        String message = e.getOriginalMessage();
        String problem = message.lines().filter(line -> !line.isBlank() && !line.startsWith(" "))
                .collect(Collectors.joining(", "));
        int line = LINE.matcher(message).results().mapToInt(found -> Integer.parseInt(found.group(1))).reduce((_, last) -> last)
                .orElse(e.getLocation() == null ? 1 : e.getLocation().getLineNr());
        return new UsageException(file + ", line " + line + ": is not YAML: " + Text.oneLine(problem));
    }
}
