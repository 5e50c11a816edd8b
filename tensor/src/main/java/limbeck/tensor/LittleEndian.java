package limbeck.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;

/** Elements as files hold them: the lowest byte of each first, in row-major order, without gaps. */
final class LittleEndian {
    private LittleEndian() {
    }

    /** The elements in the kind of array that {@link limbeck.tensor.spi.Backend#write} takes. */
    static Object array(DType type, int size, MemorySegment bytes) {
        return switch (type) {
            case F32 -> {
                float[] array = new float[size];
                MemorySegment.copy(bytes, JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN), 0, array, 0, size);
                yield array;
            }
            case F64 -> {
                double[] array = new double[size];
                MemorySegment.copy(bytes, JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN), 0, array, 0, size);
                yield array;
            }
            case BF16, F16 -> {
                short[] array = new short[size];
                MemorySegment.copy(bytes, JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN), 0, array, 0, size);
                yield array;
            }
            case I32 -> {
                int[] array = new int[size];
                MemorySegment.copy(bytes, JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN), 0, array, 0, size);
                yield array;
            }
            case I8 -> bytes(size, bytes);
            case BOOL -> {
                byte[] array = bytes(size, bytes);
                // Kernels count on 0 and 1.
                for (int i = 0; i < size; i++) {
                    array[i] = (byte) (array[i] == 0 ? 0 : 1);
                }
                yield array;
            }
        };
    }

    private static byte[] bytes(int size, MemorySegment bytes) {
        byte[] array = new byte[size];
        MemorySegment.copy(bytes, JAVA_BYTE, 0, array, 0, size);
        return array;
    }
}
