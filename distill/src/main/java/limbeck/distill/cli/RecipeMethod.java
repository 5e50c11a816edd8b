package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.control.Commas;
import limbeck.distill.method.Method;

/**
 * The methods of a recipe, which may be written out instead of in one line:
 *
 * <pre>
 * method:
 *   - {name: dkd, alpha: 1, beta: 8}
 *   - at
 * </pre>
 *
 * @param yaml reads the file, and stands at the value
 * @param complaint an error at a place in the file
 */
record RecipeMethod(YAMLParser yaml, BiFunction<JsonLocation, String, UsageException> complaint) {
    /** An option's value and where it stands. */
    private record Value(String text, JsonLocation where) {
    }

    /**
     * Reads a mapping, or a list of mappings and names.
     *
     * @return the same in one line, such as {@code dkd(alpha=1, beta=8),at}
     */
    String read() throws IOException {
        if (yaml.currentToken() == JsonToken.START_OBJECT) {
            return one();
        }
        JsonLocation where = yaml.currentTokenLocation();
        var methods = new ArrayList<String>();
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            methods.add(yaml.currentToken() == JsonToken.START_OBJECT ? one() : plain("a method"));
        }
        if (methods.isEmpty()) {
            throw complaint.apply(where, "method: the list is empty; write at least one, such as [kd]");
        }
        return String.join(",", methods);
    }

    private String one() throws IOException {
        JsonLocation where = yaml.currentTokenLocation();
        Map<String, Value> values = values();
        Value name = values.remove("name");
        if (name == null) {
            throw complaint.apply(where, "method: has no name; write it first, such as {name: dkd, beta: 8}");
        }
        Method method = checked(name.where, () -> Methods.of(name.text));
        values.forEach((option, value) -> checked(value.where, () -> method.with(Map.of(option, value.text))));
        var given = new LinkedHashMap<String, String>();
        values.forEach((option, value) -> given.put(option, value.text));
        return method.with(given).toString();
    }

    private Map<String, Value> values() throws IOException {
        var values = new LinkedHashMap<String, Value>();
        while (yaml.nextToken() != JsonToken.END_OBJECT) {
            String key = yaml.currentName();
            JsonLocation where = yaml.currentTokenLocation();
            yaml.nextToken();
            if (values.put(key, new Value(plain("'" + key + "'"), where)) != null) {
                throw complaint.apply(where, "method: '" + key + "' is set a second time; keep one of them");
            }
        }
        return values;
    }

    private String plain(String what) throws IOException {
        JsonLocation where = yaml.currentTokenLocation();
        if (yaml.isCurrentAlias()) {
            throw complaint.apply(where, "method: " + what + " refers to a value elsewhere; write the value itself");
        }
        if (yaml.currentToken().isStructStart()) {
            throw complaint.apply(where, "method: " + what + " holds a list or settings of its own; it needs one plain value");
        }
        String text = yaml.currentToken() == JsonToken.VALUE_NULL ? "" : yaml.getText();
        // Anything else would mean something else in the one line.
        if (what.startsWith("'") && !isWhole(text)) {
            throw complaint.apply(where, "method: " + what + " needs a value whose commas stand in matching parentheses, got '"
                    + Text.oneLine(text) + "'");
        }
        return text;
    }

    private static boolean isWhole(String text) {
        try {
            return Commas.split(text).size() == 1 && text.lines().count() <= 1;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private <T> T checked(JsonLocation where, Supplier<T> check) {
        try {
            return check.get();
        } catch (IllegalArgumentException e) {
            throw complaint.apply(where, e.getMessage());
        }
    }
}
