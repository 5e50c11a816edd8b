/** Reverse-mode automatic differentiation over tensors. */
module limbeck.autograd {
    requires transitive limbeck.tensor;

    exports limbeck.autograd;
}
