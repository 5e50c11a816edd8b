package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.spi.View;

/**
 * Conversion between element types. Every pair goes through a short block of float, or of double where float cannot hold
 * one side: two loops for each type instead of one for each pair.
 */
final class Casts {
    private static final int BLOCK = 1024;
    /** At 128 bits there are no vectors of four bytes. */
    private static final boolean VECTORS = Simd.bits() >= 256;

    private Casts() {
    }

    static void run(View from, View to) {
        run(from.type(), array(from), from.layout(), to.type(), array(to), to.layout());
    }

    /** Converts from an array in one layout to another in another. */
    static void run(DType from, Object x, Layout in, DType to, Object z, Layout out) {
        if (isWide(from) || isWide(to)) {
            Nest.of(out, in).run((rows, n, w) -> {
                double[] block = new double[Math.min(n, BLOCK)];
                for (int r = 0; r < rows; r++) {
                    for (int i = 0; i < n; i += BLOCK) {
                        int length = Math.min(BLOCK, n - i);
                        read(from, x, w[1].at + r * w[1].row + i * w[1].step, w[1].step, length, block);
                        write(to, block, length, z, w[0].at + r * w[0].row + i);
                    }
                }
            });
            return;
        }
        Nest.of(out, in).run((rows, n, w) -> {
            float[] block = new float[Math.min(n, BLOCK)];
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < n; i += BLOCK) {
                    int length = Math.min(BLOCK, n - i);
                    read(from, x, w[1].at + r * w[1].row + i * w[1].step, w[1].step, length, block);
                    write(to, block, length, z, w[0].at + r * w[0].row + i);
                }
            }
        });
    }

    private static boolean isWide(DType type) {
        return switch (type) {
            case F64, I32 -> true;
            case F32, BF16, F16, I8, BOOL -> false;
        };
    }

    private static void read(DType type, Object array, int at, int step, int n, float[] block) {
        switch (type) {
            case F32 -> {
                if (step == 1) {
                    System.arraycopy(array, at, block, 0, n);
                    return;
                }
                float[] x = (float[]) array;
                for (int i = 0; i < n; i++) {
                    block[i] = x[at + i * step];
                }
            }
            case BF16 -> {
                short[] x = (short[]) array;
                for (int i = VECTORS && step == 1 ? VectorCasts.widen(n, x, at, block) : 0; i < n; i++) {
                    block[i] = DType.bfloat16ToFloat(x[at + i * step]);
                }
            }
            case F16 -> {
                short[] x = (short[]) array;
                // The compiler vectorises this conversion, but only over neighbours.
                for (int i = 0; i < n && step == 1; i++) {
                    block[i] = Float.float16ToFloat(x[at + i]);
                }
                for (int i = 0; i < n && step != 1; i++) {
                    block[i] = Float.float16ToFloat(x[at + i * step]);
                }
            }
            case I8, BOOL -> {
                byte[] x = (byte[]) array;
                for (int i = VECTORS && step == 1 ? VectorCasts.widen(n, x, at, block) : 0; i < n; i++) {
                    block[i] = x[at + i * step];
                }
            }
            case F64, I32 -> throw new AssertionError(type + " does not fit a float");
        }
    }

    private static void write(DType type, float[] block, int n, Object array, int at) {
        switch (type) {
            case F32 -> System.arraycopy(block, 0, array, at, n);
            case BF16 -> {
                short[] z = (short[]) array;
                for (int i = VECTORS ? VectorCasts.narrow(n, block, z, at) : 0; i < n; i++) {
                    z[at + i] = DType.floatToBfloat16(block[i]);
                }
            }
            case F16 -> {
                short[] z = (short[]) array;
                for (int i = 0; i < n; i++) {
                    z[at + i] = Float.floatToFloat16(block[i]);
                }
            }
            case I8 -> {
                byte[] z = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    z[at + i] = (byte) Math.clamp((int) block[i], Byte.MIN_VALUE, Byte.MAX_VALUE);
                }
            }
            case BOOL -> {
                byte[] z = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    z[at + i] = (byte) (block[i] != 0 ? 1 : 0);
                }
            }
            case F64, I32 -> throw new AssertionError(type + " does not fit a float");
        }
    }

    private static void read(DType type, Object array, int at, int step, int n, double[] block) {
        switch (type) {
            case F64 -> {
                double[] x = (double[]) array;
                for (int i = 0; i < n; i++) {
                    block[i] = x[at + i * step];
                }
            }
            case I32 -> {
                int[] x = (int[]) array;
                for (int i = 0; i < n; i++) {
                    block[i] = x[at + i * step];
                }
            }
            case F32, BF16, F16, I8, BOOL -> {
                float[] narrow = new float[n];
                read(type, array, at, step, n, narrow);
                for (int i = 0; i < n; i++) {
                    block[i] = narrow[i];
                }
            }
        }
    }

    private static void write(DType type, double[] block, int n, Object array, int at) {
        switch (type) {
            case F64 -> System.arraycopy(block, 0, array, at, n);
            case I32 -> {
                int[] z = (int[]) array;
                for (int i = 0; i < n; i++) {
                    z[at + i] = (int) block[i];
                }
            }
            case I8, BOOL -> {
                byte[] z = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    z[at + i] = (byte) type.round(block[i]);
                }
            }
            case F32, BF16, F16 -> {
                float[] narrow = new float[n];
                for (int i = 0; i < n; i++) {
                    narrow[i] = (float) block[i];
                }
                write(type, narrow, n, array, at);
            }
        }
    }
}
