package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;

/** Optimizer steps on vectors; {@link ScalarSteps} does the end of a piece. */
final class VectorSteps implements Steps {
    private static final int L = S.length();

    private final ScalarSteps scalar = new ScalarSteps();

    @Override
    public void descend(int n, float rate, float decay, float[] p, int pi, float[] g, int gi) {
        int bulk = S.loopBound(n);
        FloatVector slower = FloatVector.broadcast(S, -rate);
        FloatVector pull = FloatVector.broadcast(S, decay);
        for (int i = 0; i < bulk; i += L) {
            FloatVector w = FloatVector.fromArray(S, p, pi + i);
            slower.fma(pull.fma(w, FloatVector.fromArray(S, g, gi + i)), w).intoArray(p, pi + i);
        }
        scalar.descend(n - bulk, rate, decay, p, pi + bulk, g, gi + bulk);
    }

    @Override
    public void momentum(int n, float rate, float decay, float momentum, boolean nesterov, float[] p, int pi, float[] g, int gi,
            float[] v, int vi) {
        int bulk = S.loopBound(n);
        FloatVector slower = FloatVector.broadcast(S, -rate);
        FloatVector pull = FloatVector.broadcast(S, decay);
        FloatVector inertia = FloatVector.broadcast(S, momentum);
        for (int i = 0; i < bulk; i += L) {
            FloatVector w = FloatVector.fromArray(S, p, pi + i);
            FloatVector slope = pull.fma(w, FloatVector.fromArray(S, g, gi + i));
            FloatVector speed = inertia.fma(FloatVector.fromArray(S, v, vi + i), slope);
            speed.intoArray(v, vi + i);
            FloatVector way = nesterov ? inertia.fma(speed, slope) : speed;
            slower.fma(way, w).intoArray(p, pi + i);
        }
        scalar.momentum(n - bulk, rate, decay, momentum, nesterov, p, pi + bulk, g, gi + bulk, v, vi + bulk);
    }

    @Override
    public void adam(int n, Adam c, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi) {
        int bulk = S.loopBound(n);
        FloatVector beta1 = FloatVector.broadcast(S, c.beta1());
        FloatVector share1 = FloatVector.broadcast(S, c.share1());
        FloatVector beta2 = FloatVector.broadcast(S, c.beta2());
        FloatVector share2 = FloatVector.broadcast(S, c.share2());
        FloatVector rate = FloatVector.broadcast(S, c.rate());
        FloatVector root = FloatVector.broadcast(S, c.root());
        FloatVector epsilon = FloatVector.broadcast(S, c.epsilon());
        FloatVector decay = FloatVector.broadcast(S, c.decay());
        FloatVector keep = FloatVector.broadcast(S, c.keep());
        for (int i = 0; i < bulk; i += L) {
            FloatVector w = FloatVector.fromArray(S, p, pi + i);
            FloatVector slope = decay.fma(w, FloatVector.fromArray(S, g, gi + i));
            FloatVector first = beta1.fma(FloatVector.fromArray(S, m, mi + i), share1.mul(slope));
            FloatVector second = beta2.fma(FloatVector.fromArray(S, v, vi + i), share2.mul(slope).mul(slope));
            first.intoArray(m, mi + i);
            second.intoArray(v, vi + i);
            FloatVector step = rate.mul(first).div(root.fma(second.sqrt(), epsilon));
            keep.fma(w, step.neg()).intoArray(p, pi + i);
        }
        scalar.adam(n - bulk, c, p, pi + bulk, g, gi + bulk, m, mi + bulk, v, vi + bulk);
    }

    @Override
    public void average(int n, float share, float scale, float[] p, int pi, float[] g, int gi) {
        int bulk = S.loopBound(n);
        FloatVector part = FloatVector.broadcast(S, share);
        for (int i = 0; i < bulk; i += L) {
            FloatVector w = FloatVector.fromArray(S, p, pi + i);
            part.fma(FloatVector.fromArray(S, g, gi + i).mul(scale).sub(w), w).intoArray(p, pi + i);
        }
        scalar.average(n - bulk, share, scale, p, pi + bulk, g, gi + bulk);
    }
}
