/** Layers, models, losses, optimizers and model files. */
module limbeck.nn {
    requires transitive limbeck.autograd;

    exports limbeck.nn;
    exports limbeck.nn.io;
    exports limbeck.nn.models;
    exports limbeck.nn.optim;
}
