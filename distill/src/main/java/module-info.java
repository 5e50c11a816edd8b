/**
 * Knowledge distillation: recipes of small values, the data they are taught with, and the comparison that says whether it helped.
 */
module limbeck.distill {
    requires transitive limbeck.nn;
    requires java.net.http;
    // Only the command line and its recipe files use these; whoever uses the library needs none of them.
    requires static info.picocli;
    requires static com.fasterxml.jackson.core;
    requires static com.fasterxml.jackson.databind;
    requires static com.fasterxml.jackson.dataformat.yaml;

    exports limbeck.distill;
    exports limbeck.distill.cache;
    exports limbeck.distill.catalogue;
    exports limbeck.distill.connect;
    exports limbeck.distill.control;
    exports limbeck.distill.features;
    exports limbeck.distill.logits;
    exports limbeck.distill.method;
    exports limbeck.distill.data;
    exports limbeck.distill.experiment;
    exports limbeck.distill.progressive;
    exports limbeck.distill.peers;
    exports limbeck.distill.relations;
    exports limbeck.distill.tasks;
    exports limbeck.distill.teachers;
    exports limbeck.distill.weights;
}
