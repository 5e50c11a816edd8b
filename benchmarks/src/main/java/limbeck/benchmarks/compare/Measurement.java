package limbeck.benchmarks.compare;

/** What became of a run: a speed, or the reason why there is none. */
sealed interface Measurement {
    /**
     * It was measured.
     *
     * @param perSecond operations a second: the median over the JVMs
     */
    record Speed(double perSecond) implements Measurement {
    }

    /**
     * It could not be measured.
     *
     * @param reason one line
     * @param missing whether that is so because a library does not run on this machine at all
     */
    record Failure(String reason, boolean missing) implements Measurement {
    }
}
