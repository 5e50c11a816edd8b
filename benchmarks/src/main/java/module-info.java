/** JMH benchmarks. */
module limbeck.benchmarks {
    requires limbeck.distill;
    requires jmh.core;
}
