package limbeck.distill.data;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How to read a table; {@link #DEFAULTS} suits a file with a header whose last column is the answer.
 *
 * <pre>{@code
 * CsvOptions.DEFAULTS.withTarget("median_house_value").withFill(CsvOptions.Fill.MEAN)
 * CsvOptions.parse("target=median_house_value&fill=mean&test=every:5")   // the same
 * }</pre>
 *
 * @param label      the column of class labels; empty: see {@link Csv}
 * @param target     the column of the number to predict; empty: see {@link Csv}
 * @param drop       columns to leave out, such as a date or a row number
 * @param fill       what to do about gaps
 * @param missing    a number that marks a gap besides an empty field, NA, NaN, null and ?, such as -200
 * @param categories how columns of text become numbers
 * @param split      which rows are kept for the test
 * @param header     whether the first row holds names
 */
public record CsvOptions(String label, String target, List<String> drop, Fill fill, OptionalDouble missing, Categories categories,
                         Split split, Header header) {
    /** A header is detected, a gap is an error, texts become one-hot columns, every fifth row is for the test. */
    public static final CsvOptions DEFAULTS = new CsvOptions("", "", List.of(), Fill.ERROR, OptionalDouble.empty(),
        Categories.ONE_HOT,
        new Split.Every(5), Header.DETECT);

    /** What to do about a gap in a feature; a gap in the answer is an error unless rows are dropped. */
    public enum Fill {
        /** Refuse the file, naming line and column. */
        ERROR,
        /** Put 0. */
        ZERO,
        /** Put the mean of the column over the training rows. */
        MEAN,
        /** Leave out rows with a gap, before the split. */
        DROP
    }

    /** How a column of text becomes numbers; its categories are sorted by text first. */
    public enum Categories {
        /** One column of 0 or 1 per category. */
        ONE_HOT,
        /** One column with the category's number. */
        IDS
    }

    /** Whether the first row holds names. */
    public enum Header {
        /** It does if none of its fields is a number. */
        DETECT,
        /** It does. */
        YES,
        /** It does not; columns are then called by their number from 0. */
        NO
    }

    /** Which rows are kept for the test. */
    public sealed interface Split {
        /**
         * Rows 0, n, 2n, ...: for rows in no particular order.
         *
         * @param n one row in n, at least 2
         */
        record Every(int n) implements Split {
        }

        /**
         * The last rows: for rows in the order of time.
         *
         * @param fraction their part of all rows, within 0 and 1
         */
        record Last(double fraction) implements Split {
        }

        /** None: all rows are for training, to be split by {@link Dataset#take}. */
        record None() implements Split {
        }
    }

    /**
     * Checks that the options agree.
     *
     * @throws DataException if both a label and a target are named, or the split leaves no rows on one side
     */
    public CsvOptions {
        drop = List.copyOf(drop);
        if (!label.isEmpty() && !target.isEmpty()) {
            throw new DataException("csv: both label=" + label + " and target=" + target
                + " are given; name one column to predict");
        }
        switch (split) {
            case Split.Every(int n) -> {
                if (n < 2) {
                    throw new DataException("csv: test=every:" + n + " leaves no training rows; use 2 or more");
                }
            }
            case Split.Last(double fraction) -> {
                if (!(fraction > 0 && fraction < 1)) {
                    throw new DataException("csv: test=last:" + fraction + " is not within 0 and 1");
                }
            }
            case Split.None() -> { }
        }
    }

    /**
     * Reads options as they stand after the question mark of {@code csv:FILE?...}: {@code key=value} pairs joined by {@code &}. The
     * keys: {@code label}, {@code target}, {@code drop} (names joined by commas), {@code fill} (error, zero, mean, drop),
     * {@code missing} (a number), {@code categories} (onehot, ids), {@code test} (every:N, last:FRACTION, none), {@code header}
     * (detect, yes, no).
     *
     * @param text the options; empty for {@link #DEFAULTS}
     * @return the options
     * @throws DataException if a key or value is not one of these
     */
    public static CsvOptions parse(String text) {
        var options = DEFAULTS;
        if (text.isEmpty()) {
            return options;
        }
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            options = switch (key) {
                case "label" -> options.withLabel(value);
                case "target" -> options.withTarget(value);
                case "drop" -> options.withDrop(List.of(value.split(",")));
                case "missing" -> options.withMissing(number(key, value));
                case "test" -> options.withSplit(split(value));
                case "fill" -> options.withFill(switch (value) {
                    case "error" -> Fill.ERROR;
                    case "zero" -> Fill.ZERO;
                    case "mean" -> Fill.MEAN;
                    case "drop" -> Fill.DROP;
                    default -> throw unknown(key, value, "error, zero, mean or drop");
                });
                case "categories" -> options.withCategories(switch (value) {
                    case "onehot" -> Categories.ONE_HOT;
                    case "ids" -> Categories.IDS;
                    default -> throw unknown(key, value, "onehot or ids");
                });
                case "header" -> options.withHeader(switch (value) {
                    case "detect" -> Header.DETECT;
                    case "yes" -> Header.YES;
                    case "no" -> Header.NO;
                    default -> throw unknown(key, value, "detect, yes or no");
                });
                default -> throw new DataException("csv: there is no option " + DataException.quote(key)
                    + "; known are label, target, drop, fill, missing, categories, test and header");
            };
        }
        return options;
    }

    private static Split split(String value) {
        if (value.equals("none")) {
            return new Split.None();
        }
        if (value.startsWith("every:")) {
            return new Split.Every((int) number("test", value.substring(6)));
        }
        if (value.startsWith("last:")) {
            return new Split.Last(number("test", value.substring(5)));
        }
        throw unknown("test", value, "every:5, last:0.2 or none");
    }

    private static double number(String key, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw unknown(key, value, "a number");
        }
    }

    private static DataException unknown(String key, String value, String expected) {
        return new DataException("csv: option " + key + " is " + DataException.quote(value) + ", expected " + expected);
    }

    /**
     * These options for classification by a column.
     *
     * @param column its name
     * @return changed options
     */
    public CsvOptions withLabel(String column) {
        return new CsvOptions(column, target, drop, fill, missing, categories, split, header);
    }

    /**
     * These options for regression of a column.
     *
     * @param column its name
     * @return changed options
     */
    public CsvOptions withTarget(String column) {
        return new CsvOptions(label, column, drop, fill, missing, categories, split, header);
    }

    /**
     * These options without some columns.
     *
     * @param columns their names
     * @return changed options
     */
    public CsvOptions withDrop(List<String> columns) {
        return new CsvOptions(label, target, columns, fill, missing, categories, split, header);
    }

    /**
     * These options with a policy for gaps.
     *
     * @param policy what to do about a gap
     * @return changed options
     */
    public CsvOptions withFill(Fill policy) {
        return new CsvOptions(label, target, drop, policy, missing, categories, split, header);
    }

    /**
     * These options with a number that marks a gap.
     *
     * @param marker the number
     * @return changed options
     */
    public CsvOptions withMissing(double marker) {
        return new CsvOptions(label, target, drop, fill, OptionalDouble.of(marker), categories, split, header);
    }

    /**
     * These options with a way to encode columns of text.
     *
     * @param encoding one-hot or numbers
     * @return changed options
     */
    public CsvOptions withCategories(Categories encoding) {
        return new CsvOptions(label, target, drop, fill, missing, encoding, split, header);
    }

    /**
     * These options with another choice of test rows.
     *
     * @param rule which rows are kept for the test
     * @return changed options
     */
    public CsvOptions withSplit(Split rule) {
        return new CsvOptions(label, target, drop, fill, missing, categories, rule, header);
    }

    /**
     * These options with or without a header.
     *
     * @param names whether the first row holds names
     * @return changed options
     */
    public CsvOptions withHeader(Header names) {
        return new CsvOptions(label, target, drop, fill, missing, categories, split, names);
    }
}
