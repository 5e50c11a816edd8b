package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * The Gaussian error linear unit {@code x Phi(x)} (Hendrycks and Gimpel, 2016), where Phi is the normal distribution function, or
 * its tanh form {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. Both are 0 at minus infinity.
 *
 * @param approximate true for the tanh form, at most 5e-4 from the exact one
 */
public record Gelu(boolean approximate) implements FusedOp {
    /** Phi is 0 or 1 long before this: numbers beyond it count as it, lest infinity be multiplied by 0. */
    private static final double FAR = 100;
    private static final double CUBIC = 0.044715;
    private static final double ROOT = Math.sqrt(2 / Math.PI);

    @Override
    public String name() {
        return "gelu";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 1);
        return in.getFirst();
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst().clamp(-FAR, Double.POSITIVE_INFINITY);
        return x.mul(share(x, approximate));
    }

    /** Phi, or what the tanh form has in its place. */
    private static <T extends TensorOps<T>> T share(T x, boolean approximate) {
        T signed = approximate ? inner(x).tanh() : x.mul(Math.sqrt(0.5)).erf();
        return signed.add(1).mul(0.5);
    }

    private static <T extends TensorOps<T>> T inner(T x) {
        return x.mul(x.square().mul(CUBIC).add(1)).mul(ROOT);
    }

    /** The derivative: Phi and x times its own derivative. */
    static <T extends TensorOps<T>> T slope(T given, boolean approximate) {
        T x = given.clamp(-FAR, FAR);
        T density = approximate
                ? inner(x).tanh().square().rsub(1).mul(x.square().mul(3 * CUBIC).add(1)).mul(ROOT / 2)
                : x.square().mul(-0.5).exp().mul(ROOT / 2);
        return share(x, approximate).add(x.mul(density));
    }
}
