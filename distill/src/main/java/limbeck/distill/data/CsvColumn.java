package limbeck.distill.data;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is known of one column of a table: filled in by a first pass over the rows, its categories by a second. */
final class CsvColumn {
    private static final int MAX_CATEGORIES = 1000;

    private final String name;
    private final int position;
    private int numbers;
    private int texts;
    private String firstText;
    private int firstTextLine;
    private Map<String, Integer> categories;
    private List<String> sorted;

    CsvColumn(String name, int position) {
        this.name = name;
        this.position = position;
    }

    String name() {
        return name;
    }

    int position() {
        return position;
    }

    /** First pass: takes note of what this column holds in the current row; false where it is a gap. */
    boolean survey(CsvScanner row, CsvOptions options) {
        double number = row.number(position);
        if (!Double.isNaN(number)) {
            if (isMarker(number, options)) {
                return false;
            }
            if (Float.isInfinite((float) number)) {
                throw row.source().damaged("line " + row.line() + ", column " + DataException.quote(name) + ": "
                    + DataException.quote(row.text(position)) + " is too large for a float");
            }
            numbers++;
            return true;
        }
        String text = row.text(position);
        if (isGap(text)) {
            return false;
        }
        if (texts++ == 0) {
            firstText = text;
            firstTextLine = row.line();
        }
        return true;
    }

    /** A cell's number, NaN for a gap. */
    double number(CsvScanner row, CsvOptions options) {
        double number = row.number(position);
        return isMarker(number, options) ? Double.NaN : number;
    }

    /** Whether the cell of the current row is a gap. */
    boolean isGap(CsvScanner row, CsvOptions options) {
        double number = row.number(position);
        return Double.isNaN(number) ? isGap(row.text(position)) : isMarker(number, options);
    }

    private static boolean isMarker(double number, CsvOptions options) {
        return options.missing().isPresent() && number == options.missing().getAsDouble();
    }

    private static boolean isGap(String text) {
        return switch (text) {
            case "", "?", "NA", "N/A", "NaN", "nan", "null" -> true;
            default -> false;
        };
    }

    /** Whether this column holds texts rather than numbers, by majority. */
    boolean isText() {
        return texts > 0 && texts >= numbers;
    }

    /** Refuses a column without values, and one of numbers in which a text stands. */
    void check(Path file) {
        if (numbers + texts == 0) {
            throw DataException.in(file, "column " + DataException.quote(name) + " holds no value at all; leave it out with drop=");
        }
        if (texts > 0 && !isText()) {
            throw DataException.in(file, "line " + firstTextLine + ", column " + DataException.quote(name) + ": "
                + DataException.quote(firstText) + " is not a number");
        }
    }

    /** Second pass: adds the cell of the current row to the categories. */
    void collect(CsvScanner row, CsvOptions options) {
        if (categories == null) {
            categories = new TreeMap<>(isText() ? Comparator.naturalOrder() : Comparator.comparingDouble(Double::parseDouble));
        }
        if (isGap(row, options)) {
            return;
        }
        String text = row.text(position);
        if (categories.putIfAbsent(text, 0) != null) {
            return;
        }
        double number = row.number(position);
        if (!isText() && number != Math.rint(number)) {
            throw row.source().damaged("line " + row.line() + ", column " + DataException.quote(name)
                + ": label " + DataException.quote(text)
                + " is not a whole number; for regression name the column with target=");
        }
        if (categories.size() > MAX_CATEGORIES) {
            throw row.source().damaged("column " + DataException.quote(name) + " holds over " + MAX_CATEGORIES
                + " different texts by line " + row.line() + "; leave it out with drop=");
        }
    }

    /** Numbers the categories in their order, once all are collected. */
    void numberCategories() {
        int next = 0;
        for (var entry : categories.entrySet()) {
            entry.setValue(next++);
        }
        sorted = List.copyOf(categories.keySet());
    }

    /** The categories in the order of their numbers, once {@link #numberCategories} has run. */
    List<String> categories() {
        return sorted;
    }

    /** The category of the current row, -1 for a gap. */
    int category(CsvScanner row, CsvOptions options) {
        return isGap(row, options) ? -1 : categories.get(row.text(position));
    }
}
