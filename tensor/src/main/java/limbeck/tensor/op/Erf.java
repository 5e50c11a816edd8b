package limbeck.tensor.op;

/** The error function in double, which the Java library lacks. */
final class Erf {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private Erf() {
    }

    /**
     * erf(x) to about 1e-15: a series of positive terms for small |x| (Abramowitz and Stegun, 7.1.6), the continued
     * fraction of erfc (7.1.14) for large.
     */
    static double erf(double x) {
        double z = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        double value = z < 3 ? series(z) : z > 6 ? 1 : 1 - complement(z);
        return Math.copySign(value, x);
    }

    private static double series(double z) {
        double term = z;
        double sum = z;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * z * z / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-z * z) * sum;
    }

    private static double complement(double z) {
        double fraction = z;
        for (int n = 60; n >= 1; n--) {
            fraction = z + n / 2.0 / fraction;
        }
        return Math.exp(-z * z) / (fraction * Math.sqrt(Math.PI));
    }
}
