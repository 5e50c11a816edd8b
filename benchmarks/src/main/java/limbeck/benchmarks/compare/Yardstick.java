package limbeck.benchmarks.compare;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A kernel that nobody will ever make faster, because it asks of the machine all that it has. Timed right before and after a
 * case it cancels the clock, the neighbours and most of the difference between machines.
 */
public interface Yardstick {
    /**
     * Runs it once, on the calling thread.
     *
     * @return something of the result, so that it is needed
     */
    double run();

    /**
     * The peak of arithmetic: 10^9 flops of fused multiply-adds between registers.
     *
     * @return the yardstick of cases that compute
     */
    static Yardstick fma() {
        return new Fma();
    }

    /**
     * The bandwidth of memory: a copy of 32 MiB.
     *
     * @return the yardstick of cases that move numbers
     */
    static Yardstick copy() {
        return new Copy();
    }

    /** Twelve independent sums keep two pipes of latency 4 busy, with registers left for the factors. */
    final class Fma implements Yardstick {
        private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
        private static final int SUMS = 12;
        private static final int ROUNDS = 1_000_000_000 / (2 * SUMS * S.length());

        private float factor = 0.999f;

        private Fma() {
        }

        @Override
        public double run() {
            FloatVector x = FloatVector.broadcast(S, factor);
            FloatVector y = FloatVector.broadcast(S, 1 - factor);
            FloatVector a0 = x;
            FloatVector a1 = x.add(1);
            FloatVector a2 = x.add(2);
            FloatVector a3 = x.add(3);
            FloatVector a4 = x.add(4);
            FloatVector a5 = x.add(5);
            FloatVector a6 = x.add(6);
            FloatVector a7 = x.add(7);
            FloatVector a8 = x.add(8);
            FloatVector a9 = x.add(9);
            FloatVector a10 = x.add(10);
            FloatVector a11 = x.add(11);
            for (int i = 0; i < ROUNDS; i++) {
                a0 = a0.fma(x, y);
                a1 = a1.fma(x, y);
                a2 = a2.fma(x, y);
                a3 = a3.fma(x, y);
                a4 = a4.fma(x, y);
                a5 = a5.fma(x, y);
                a6 = a6.fma(x, y);
                a7 = a7.fma(x, y);
                a8 = a8.fma(x, y);
                a9 = a9.fma(x, y);
                a10 = a10.fma(x, y);
                a11 = a11.fma(x, y);
            }
            return a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11)
                    .reduceLanes(VectorOperators.ADD);
        }
    }

    /** More than any cache holds. */
    final class Copy implements Yardstick {
        private final float[] from = new float[8 << 20];
        private final float[] to = new float[from.length];

        private Copy() {
        }

        @Override
        public double run() {
            System.arraycopy(from, 0, to, 0, from.length);
            return to[0];
        }
    }
}
