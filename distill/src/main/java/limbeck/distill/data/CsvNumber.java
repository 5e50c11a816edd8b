package limbeck.distill.data;

import java.nio.charset.StandardCharsets;

/** Reads decimal numbers from bytes without making a string for each, which for a table is most of the garbage. */
final class CsvNumber {
    private static final double[] POWERS_OF_TEN = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
        1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    private static final int EXACT_DIGITS = 15;
    private static final int LONG_DIGITS = 18;

    private CsvNumber() {
    }

    /**
     * The value of {@code [+-]digits[.digits][e[+-]digits]}, or NaN if the bytes are anything else. Up to 15 digits it is the nearest
     * double: they and a power of ten up to 22 are exact, and so is the rounding of their one product or quotient (Clinger, "How to
     * read floating point numbers accurately", PLDI 1990). Beyond, it is a double that rounds to the same float as the number itself.
     */
    static double parse(byte[] text, int from, int to) {
        int i = from;
        boolean negative = false;
        if (i < to && (text[i] == '-' || text[i] == '+')) {
            negative = text[i++] == '-';
        }
        long mantissa = 0;
        int digits = 0;
        int significant = 0;
        int scale = 0;
        boolean point = false;
        for (; i < to; i++) {
            int d = text[i] - '0';
            if (d >= 0 && d <= 9) {
                digits++;
                if (significant > 0 || d > 0) {
                    significant++;
                }
                if (significant <= LONG_DIGITS) {
                    mantissa = mantissa * 10 + d;
                }
                if (point) {
                    scale--;
                }
            } else if (text[i] == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        if (digits == 0) {
            return Double.NaN;
        }
        if (i < to && (text[i] == 'e' || text[i] == 'E')) {
            i++;
            boolean down = false;
            if (i < to && (text[i] == '-' || text[i] == '+')) {
                down = text[i++] == '-';
            }
            int exponent = 0;
            int first = i;
            for (; i < to && text[i] >= '0' && text[i] <= '9'; i++) {
                exponent = Math.min(exponent * 10 + text[i] - '0', 100_000);
            }
            if (i == first) {
                return Double.NaN;
            }
            scale += down ? -exponent : exponent;
        }
        if (i < to) {
            return Double.NaN;
        }
        if (significant <= LONG_DIGITS && Math.abs(scale) < POWERS_OF_TEN.length) {
            double value = scale < 0 ? mantissa / POWERS_OF_TEN[-scale] : mantissa * POWERS_OF_TEN[scale];
            // Two roundings: off by less than a part in 10^15, which hardly ever decides between two floats.
            if (significant <= EXACT_DIGITS || (float) (value * (1 - 1e-15)) == (float) (value * (1 + 1e-15))) {
                return negative ? -value : value;
            }
        }
        return Double.parseDouble(new String(text, from, to - from, StandardCharsets.US_ASCII));
    }
}
