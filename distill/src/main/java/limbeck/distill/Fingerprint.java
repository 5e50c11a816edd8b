package limbeck.distill;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import limbeck.nn.Module;
import limbeck.tensor.DType;
import limbeck.tensor.Tensor;

/**
 * A name for something by all that it is made of: SHA-256 over texts and numbers, in order. What has the same fingerprint is the same, on
 * any day and machine.
 *
 * {@snippet :
 * String name = new Fingerprint("teacher").add(Fingerprint.of(model)).add("temperature 4").hex();
 * }
 */
public final class Fingerprint {
    private static final int CHUNK = 1 << 13;

    private final MessageDigest sha;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK * Double.BYTES);

    /**
     * A fingerprint to add to.
     *
     * @param kind what it is of: different kinds of things have different fingerprints
     */
    public Fingerprint(String kind) {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        update(kind);
    }

    /**
     * The fingerprint of a model: its layers with their classes and sizes, its parameters and buffers.
     *
     * @param model a model as it is now
     * @return 64 hexadecimal digits
     */
    public static String of(Module model) {
        var print = new Fingerprint("model");
        model.modules().forEach((path, module) -> print.add(path + ": " + module.getClass().getName()));
        // A record tells its components, such as strides and epsilons. An object without a text of its own tells where it lies in memory.
        print.add(model.toString().replaceAll("@[0-9a-f]+", ""));
        model.parameters().forEach((name, parameter) -> print.add("parameter " + name).add(parameter.tensor()));
        model.buffers().forEach((name, kept) -> print.add("buffer " + name).add(kept.tensor()));
        return print.hex();
    }

    /**
     * Adds a text.
     *
     * @param text any
     * @return this
     */
    public Fingerprint add(String text) {
        update(text);
        return this;
    }

    /**
     * Adds numbers, bit by bit.
     *
     * @param values any
     * @return this
     */
    public Fingerprint add(float[] values) {
        update("floats " + values.length);
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            buffer.clear().asFloatBuffer().put(values, from, count);
            sha.update(buffer.limit(count * Float.BYTES));
        }
        return this;
    }

    /**
     * Adds a tensor: type, shape and elements, wherever they lie.
     *
     * @param tensor any
     * @return this
     */
    public Fingerprint add(Tensor tensor) {
        update(tensor.dtype() + " " + tensor.shape());
        if (tensor.dtype() == DType.F32) {
            return add(tensor.toFloats());
        }
        double[] values = tensor.toDoubles();
        for (int from = 0; from < values.length; from += CHUNK) {
            int count = Math.min(CHUNK, values.length - from);
            buffer.clear().asDoubleBuffer().put(values, from, count);
            sha.update(buffer.limit(count * Double.BYTES));
        }
        return this;
    }

    /**
     * The fingerprint, after which nothing can be added.
     *
     * @return 64 hexadecimal digits
     */
    public String hex() {
        return HexFormat.of().formatHex(sha.digest());
    }

    /** With the length before it, so that no two lists of texts run together into the same bytes. */
    private void update(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update(buffer.clear().putInt(bytes.length).flip());
        sha.update(bytes);
    }
}
