package limbeck.tensor;

import java.util.List;

/**
 * Shapes, axes or element types that do not fit an operation. The message is one sentence that names the operation,
 * what was given, what differs, and what to try.
 */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception with a finished sentence.
     *
     * @param message the sentence
     */
    public ShapeException(String message) {
        super(message);
    }

    private ShapeException(String message, ShapeException cause) {
        super(message, cause);
    }

    /**
     * Builds the usual sentence: {@code matmul: inner dimensions differ: left is (2, 3), right is (4, 5); 3 != 4. Did you mean right.t()?}
     *
     * @param op the operation's name as the user calls it
     * @param what what is wrong, without a full stop
     * @param shapes the operands' shapes: called input, or left and right, or input 1, input 2, ...
     * @param why the numbers that differ
     * @param hint what to try; empty for none
     * @return the exception, to be thrown
     */
    public static ShapeException of(String op, String what, List<Shape> shapes, String why, String hint) {
        var message = new StringBuilder(op).append(": ").append(what).append(": ");
        for (int i = 0; i < shapes.size(); i++) {
            message.append(i == 0 ? "" : ", ").append(operand(i, shapes.size())).append(" is ").append(shapes.get(i));
        }
        message.append("; ").append(why);
        if (!hint.isEmpty()) {
            message.append(hint.endsWith("?") ? ". " : "; ").append(hint);
        }
        return new ShapeException(message.toString());
    }

    /**
     * The same error with the path of the layer in which it happened put before it.
     *
     * @param path a layer's path, such as {@code layer3.1.conv2}
     * @return a new exception whose cause is this one
     */
    public ShapeException at(String path) {
        return new ShapeException("in " + path + ": " + getMessage(), this);
    }

    private static String operand(int index, int count) {
        return switch (count) {
            case 1 -> "input";
            case 2 -> index == 0 ? "left" : "right";
            default -> "input " + (index + 1);
        };
    }
}
