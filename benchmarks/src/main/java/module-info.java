/** Benchmarks by JMH, each with a baseline beside it. JMH finds and runs them on the class path: {@code ./limbeck jmh}. */
module limbeck.benchmarks {
    requires limbeck.distill;
    requires jmh.core;
    requires jdk.incubator.vector;
    requires jdk.management;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;
}
