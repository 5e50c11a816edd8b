package limbeck.distill.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;

/**
 * Reads tables of numbers and texts, for classification or regression, from comma-, semicolon- or tab-separated files, plain or gzip.
 *
 * <pre>{@code
 * Splits houses = Csv.read(Path.of("housing.csv"), CsvOptions.DEFAULTS.withTarget("median_house_value")
 *                          .withFill(CsvOptions.Fill.DROP)).splits();
 * }</pre>
 *
 * <p><b>What is predicted.</b> The column named by {@link CsvOptions#label} (classes) or {@link CsvOptions#target} (a number). Where
 * neither is given: a column called label or class, else one called target, else the last. Of these, one of texts, or called label or
 * class, means classes. Classes are the distinct labels, sorted, as numbers where they are numbers.
 *
 * <p><b>Features</b> are all other columns, in order, as an example of shape (features). A column in which at least half of the
 * entries are not numbers is one of texts; in any other, a text is damage.
 *
 * <p>Fields follow RFC 4180. Damage is a {@link DataException} naming line and column. The file is read two or three times rather
 * than held, so memory goes to the result alone: never more than twice the text's size plus 64 MiB.
 */
public final class Csv {
    private final Path file;
    private final CsvOptions options;
    private final char delimiter;
    private final boolean header;
    private final List<CsvColumn> features = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private CsvColumn answer;
    private int columns;
    private int kept;
    private int dropped;
    private long contentSize;

    /**
     * A table as read.
     *
     * @param splits   training and test rows
     * @param features the names of the inputs, one per value of an example; a one-hot column is called {@code column=category}
     * @param answer   the name of the column to predict
     */
    public record Table(Splits splits, List<String> features, String answer) {
    }

    private Csv(Path file, CsvOptions options) {
        this.file = file;
        this.options = options;
        this.delimiter = detectDelimiter(file);
        this.header = switch (options.header()) {
            case YES -> true;
            case NO -> false;
            case DETECT -> detectHeader();
        };
    }

    /**
     * Reads a table.
     *
     * @param file    the file
     * @param options how to read it
     * @return the rows as data sets
     * @throws DataException if the file is missing or damaged, or does not fit the options
     */
    public static Table read(Path file, CsvOptions options) {
        return new Csv(file, options).read();
    }

    private static char detectDelimiter(Path file) {
        try (var source = Source.open(file)) {
            int commas = 0;
            int semicolons = 0;
            int tabs = 0;
            boolean quoted = false;
            for (int b = source.next(); b >= 0 && (quoted || b != '\n' && b != '\r')
                && source.position() < 1 << 20; b = source.next()) {
                if (b == '"') {
                    quoted = !quoted;
                }
                if (quoted) {
                    continue;
                }
                if (b == ',') {
                    commas++;
                }
                if (b == ';') {
                    semicolons++;
                }
                if (b == '\t') {
                    tabs++;
                }
            }
            return tabs > Math.max(commas, semicolons) ? '\t' : semicolons > commas ? ';' : ',';
        }
    }

    private boolean detectHeader() {
        try (var row = new CsvScanner(Source.open(file), delimiter)) {
            if (!row.nextRow()) {
                throw row.source().damaged("there are no rows");
            }
            for (int f = 0; f < row.fields(); f++) {
                if (!Double.isNaN(row.number(f))) {
                    return false;
                }
            }
            return true;
        }
    }

    private Table read() {
        survey();
        boolean classify = isClassification();
        for (var column : features) {
            column.check(file);
        }
        answer.check(file);
        if (!classify && answer.isText()) {
            throw DataException.in(file, "target column " + DataException.quote(answer.name())
                + " holds texts; for classes name it with label=");
        }
        var named = new ArrayList<>(features.stream().filter(CsvColumn::isText).toList());
        if (classify) {
            named.add(answer);
        }
        if (!named.isEmpty()) {
            forRows(row -> {
                if (leftOut(row)) {
                    return;
                }
                for (var column : named) {
                    column.collect(row, options);
                }
            });
            for (var column : named) {
                column.numberCategories();
            }
        }
        return fill(classify);
    }

    /** Passes over all rows after the header, each with the right number of fields. */
    private void forRows(Consumer<CsvScanner> action) {
        try (var row = new CsvScanner(Source.open(file), delimiter)) {
            if (header) {
                row.nextRow();
            }
            while (row.nextRow()) {
                if (row.fields() != columns) {
                    throw row.source().damaged("line " + row.line() + " has " + row.fields() + " fields, expected " + columns
                        + (header ? " as in the header" : " as in the first row"));
                }
                action.accept(row);
            }
            contentSize = row.source().position();
        }
    }

    /** First pass: names, kinds of columns, gaps. */
    private void survey() {
        try (var row = new CsvScanner(Source.open(file), delimiter)) {
            if (!row.nextRow()) {
                throw row.source().damaged("there are no rows");
            }
            columns = row.fields();
            var all = new ArrayList<CsvColumn>();
            var names = new HashSet<String>();
            for (int c = 0; c < columns; c++) {
                String name = header ? row.text(c) : Integer.toString(c);
                if (!names.add(name)) {
                    throw row.source().damaged("two columns are called " + DataException.quote(name) + "; names must differ");
                }
                all.add(new CsvColumn(name, c));
            }
            chooseColumns(all, row.source());
        }
        forRows(row -> {
            boolean gap = false;
            for (var column : features) {
                gap |= !column.survey(row, options) && refuseGap(column, row);
            }
            gap |= !answer.survey(row, options) && refuseGap(answer, row);
            if (gap && options.fill() == CsvOptions.Fill.DROP) {
                dropped++;
            } else {
                kept++;
            }
        });
        if (kept == 0) {
            throw DataException.in(file, dropped > 0 ? "every row has a gap" : "there are no rows after the header");
        }
        if (dropped > 0) {
            notes.add(dropped + " of " + (kept + dropped) + " rows have gaps and were left out.");
        }
    }

    /** True, unless a gap in this column cannot be mended. */
    private boolean refuseGap(CsvColumn column, CsvScanner row) {
        if (options.fill() == CsvOptions.Fill.ERROR || options.fill() != CsvOptions.Fill.DROP && column == answer) {
            throw row.source().damaged("line " + row.line() + ", column " + DataException.quote(column.name())
                + ": the value is missing" + (column == answer ? "; use fill=drop to leave such rows out"
                    : "; choose fill=drop, mean or zero"));
        }
        return true;
    }

    /** Whether a row is left out for its gaps. */
    private boolean leftOut(CsvScanner row) {
        if (options.fill() != CsvOptions.Fill.DROP) {
            return false;
        }
        for (var column : features) {
            if (column.isGap(row, options)) {
                return true;
            }
        }
        return answer.isGap(row, options);
    }

    private void chooseColumns(List<CsvColumn> all, Source source) {
        for (String name : options.drop()) {
            all.remove(named(all, name, source));
        }
        if (all.size() < 2) {
            throw source.damaged("one column or less is left, expected features and an answer");
        }
        String wanted = options.label() + options.target();
        answer = !wanted.isEmpty() ? named(all, wanted, source)
            : all.stream().filter(c -> isLabelName(c.name())).findFirst()
                .or(() -> all.stream().filter(c -> c.name().equalsIgnoreCase("target")).findFirst())
                .orElse(all.getLast());
        for (var column : all) {
            if (column != answer) {
                features.add(column);
            }
        }
    }

    private static CsvColumn named(List<CsvColumn> all, String name, Source source) {
        return all.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow(() -> source.damaged("there is no column "
            + DataException.quote(name) + "; the columns are " + String.join(", ",
                all.stream().limit(8).map(CsvColumn::name).toList())
            + (all.size() > 8 ? ", ..." : "")));
    }

    private static boolean isLabelName(String name) {
        return name.equalsIgnoreCase("label") || name.equalsIgnoreCase("class");
    }

    private boolean isClassification() {
        if (!options.label().isEmpty()) {
            return true;
        }
        if (!options.target().isEmpty()) {
            return false;
        }
        boolean classify = isLabelName(answer.name()) || answer.isText();
        notes.add("Column " + DataException.quote(answer.name()) + " is taken as " + (classify ? "the label"
            : "the number to predict")
            + "; name another with label= or target=.");
        return classify;
    }

    /** Last pass: the numbers. */
    private Table fill(boolean classify) {
        boolean oneHot = options.categories() == CsvOptions.Categories.ONE_HOT;
        var names = new ArrayList<String>();
        for (var column : features) {
            if (column.isText() && oneHot) {
                column.categories().forEach(c -> names.add(column.name() + "=" + c));
            } else {
                names.add(column.name());
            }
        }
        int width = names.size();
        requireRoom((long) kept * width);
        var values = new float[kept * width];
        var labels = new int[classify ? kept : 0];
        var targets = new float[classify ? 0 : kept];
        forRows(new Consumer<>() {
            private int next;
            private int done;

            @Override
            public void accept(CsvScanner row) {
                if (leftOut(row) || done == kept) {
                    return;
                }
                for (var column : features) {
                    next += put(column, row, values, next, oneHot);
                }
                if (classify) {
                    labels[done] = answer.category(row, options);
                } else {
                    targets[done] = (float) answer.number(row, options);
                }
                done++;
            }
        });
        int[] test = IntStream.range(0, kept).filter(this::isTest).toArray();
        int[] train = IntStream.range(0, kept).filter(row -> !isTest(row)).toArray();
        if (train.length == 0) {
            throw DataException.in(file, kept + " rows are too few to keep some for the test; use test=none");
        }
        if (options.fill() != CsvOptions.Fill.DROP) {
            mend(values, width, train);
        }
        String name = file.getFileName().toString();
        Shape shape = Shape.of(width);
        Dataset all = classify
            ? Dataset.ofFloats(name, shape, answer.categories().size(), values, labels).withClassNames(answer.categories())
            : Dataset.ofTargets(name, shape, values, targets, 1);
        return new Table(new Splits(all.take(train), all.take(test), notes), List.copyOf(names), answer.name());
    }

    /** Writes one cell, as one number or one-hot, NaN for a gap; the number of values written. */
    private int put(CsvColumn column, CsvScanner row, float[] values, int at, boolean oneHot) {
        if (!column.isText()) {
            values[at] = (float) column.number(row, options);
            return 1;
        }
        int category = column.category(row, options);
        if (!oneHot) {
            values[at] = category < 0 ? Float.NaN : category;
            return 1;
        }
        int width = column.categories().size();
        if (category < 0) {
            Arrays.fill(values, at, at + width, Float.NaN);
        } else {
            values[at + category] = 1;
        }
        return width;
    }

    private boolean isTest(int row) {
        return switch (options.split()) {
            case CsvOptions.Split.Every(int n) -> row % n == 0;
            case CsvOptions.Split.Last(double fraction) -> row >= kept - Math.round(kept * fraction);
            case CsvOptions.Split.None() -> false;
        };
    }

    /** Fills gaps with 0 or the mean of the column's training rows: the test rows must not be seen. */
    private void mend(float[] values, int width, int[] train) {
        for (int c = 0; c < width; c++) {
            double sum = 0;
            int count = 0;
            for (int row : train) {
                float value = values[row * width + c];
                if (Float.isNaN(value)) {
                    continue;
                }
                sum += value;
                count++;
            }
            float with = options.fill() == CsvOptions.Fill.MEAN && count > 0 ? (float) (sum / count) : 0;
            for (int i = c; i < values.length; i += width) {
                if (Float.isNaN(values[i])) {
                    values[i] = with;
                }
            }
        }
    }

    /** Refuses a result out of proportion to the text, which only one-hot columns can make. */
    private void requireRoom(long count) {
        if (count * Float.BYTES > 2 * contentSize + Source.ALLOWANCE || count > Integer.MAX_VALUE - 8) {
            throw DataException.in(file, "one-hot columns would make " + count + " numbers of " + contentSize
                + " bytes of text; use categories=ids, or leave columns out with drop=");
        }
    }
}
