package limbeck.distill.connect;

/** What follows a connector's linear map. */
public enum Tail {
    /** Nothing: for targets that may be negative and whose scale matters, such as what comes before a ReLU. */
    NONE(""),
    /** Batch norm. */
    NORM(", batch norm"),
    /** Batch norm and ReLU: for targets that went through a ReLU themselves. */
    NORM_RELU(", batch norm, ReLU");

    private final String words;

    Tail(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
