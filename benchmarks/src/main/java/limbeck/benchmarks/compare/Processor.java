package limbeck.benchmarks.compare;

/**
 * A kind of processor. What is counted in yardsticks can be compared within one kind alone: another does twice as many
 * multiply-adds a cycle, but no more loads.
 *
 * @param name what it calls itself
 * @param vectorBits bits of the vectors in use
 */
record Processor(String name, int vectorBits) {
    @Override
    public String toString() {
        return name + " with vectors of " + vectorBits + " bits";
    }
}
