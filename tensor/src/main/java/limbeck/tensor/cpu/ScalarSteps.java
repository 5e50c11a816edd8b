package limbeck.tensor.cpu;

/** Optimizer steps without vectors, with the same roundings as {@link VectorSteps}. */
final class ScalarSteps implements Steps {
    @Override
    public void descend(int n, float rate, float decay, float[] p, int pi, float[] g, int gi) {
        for (int i = 0; i < n; i++) {
            float w = p[pi + i];
            p[pi + i] = Math.fma(-rate, Math.fma(decay, w, g[gi + i]), w);
        }
    }

    @Override
    public void momentum(int n, float rate, float decay, float momentum, boolean nesterov, float[] p, int pi, float[] g, int gi,
            float[] v, int vi) {
        for (int i = 0; i < n; i++) {
            float w = p[pi + i];
            float slope = Math.fma(decay, w, g[gi + i]);
            float speed = Math.fma(momentum, v[vi + i], slope);
            v[vi + i] = speed;
            p[pi + i] = Math.fma(-rate, nesterov ? Math.fma(momentum, speed, slope) : speed, w);
        }
    }

    @Override
    public void adam(int n, Adam c, float[] p, int pi, float[] g, int gi, float[] m, int mi, float[] v, int vi) {
        for (int i = 0; i < n; i++) {
            float w = p[pi + i];
            float slope = Math.fma(c.decay(), w, g[gi + i]);
            float first = Math.fma(c.beta1(), m[mi + i], c.share1() * slope);
            float second = Math.fma(c.beta2(), v[vi + i], c.share2() * slope * slope);
            m[mi + i] = first;
            v[vi + i] = second;
            float step = c.rate() * first / Math.fma(c.root(), (float) Math.sqrt(second), c.epsilon());
            p[pi + i] = Math.fma(c.keep(), w, -step);
        }
    }

    @Override
    public void average(int n, float share, float scale, float[] p, int pi, float[] g, int gi) {
        for (int i = 0; i < n; i++) {
            p[pi + i] = Math.fma(share, scale * g[gi + i] - p[pi + i], p[pi + i]);
        }
    }
}
