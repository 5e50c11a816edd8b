package limbeck.tensor.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import limbeck.tensor.spi.View;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The arguments of some launches in native memory, where the driver reads them: a table of addresses, and the values that they point
 * to. Allocated once and written anew for each row of launches; the driver copies them when it is called.
 */
final class Arguments {
    /** The driver's own limit for a kernel's arguments. */
    private static final int BYTES = 4096;
    private static final int COUNT = 64;

    private final BytePointer values;
    private final ByteBuffer bytes;
    private final LongPointer addresses;
    private final LongBuffer table;
    /** The table's memory as the driver's void**. */
    private final PointerPointer<Pointer> entry;
    /** Where the first value lies: vectors of four floats are aligned. */
    private final int start;
    private int end;
    private int count;

    /** Room for the arguments of so many launches. */
    Arguments(int launches) {
        values = new BytePointer(launches * (long) BYTES + 16);
        bytes = values.asByteBuffer().order(ByteOrder.nativeOrder());
        addresses = new LongPointer(launches * (long) COUNT);
        table = addresses.asBuffer();
        entry = new PointerPointer<>(addresses);
        start = (int) (-values.address() & 15);
        clear();
    }

    /** Forgets all. */
    void clear() {
        end = start;
        count = 0;
    }

    /** Where the next launch's values begin. */
    int end() {
        return end;
    }

    /** The number of arguments written. */
    int count() {
        return count;
    }

    /** The values, with zeros in gaps: equal bytes are equal arguments. */
    MemorySegment values() {
        return MemorySegment.ofBuffer(bytes);
    }

    /**
     * The table of addresses.
     *
     * @param first the number of the first argument
     * @return a pointer that the next call moves
     */
    PointerPointer<Pointer> table(int first) {
        return entry.position(first);
    }

    /**
     * Writes the arguments of one launch behind those of the one before.
     *
     * @param args each a View (the address of its first element), a Long (an address, or a 64-bit integer), an Integer, a Float, a
     *             Double, or an int[] (a struct of ints, passed by value)
     * @throws IllegalArgumentException for anything else, or for too many
     */
    void add(Object... args) {
        if (args.length > COUNT) {
            throw new IllegalArgumentException("a kernel takes at most " + COUNT + " arguments here, got " + args.length);
        }
        int at = end;
        int next = count;
        for (Object arg : args) {
            table.put(next++, values.address() + at);
            at = write(at, arg);
            if ((at & 7) != 0) {
                bytes.putInt(at, 0);
                at += 4;
            }
        }
        // Not before all are written: a view whose memory is gone throws, and then this launch has not been.
        end = (at - start + 15 & -16) + start;
        if (end > at) {
            bytes.putLong(at, 0);
        }
        count = next;
    }

    private int write(int at, Object arg) {
        return switch (arg) {
            case View view -> putLong(at, DeviceStorage.address(view));
            case Long number -> putLong(at, number);
            case Integer number -> {
                bytes.putInt(at, number);
                yield at + 4;
            }
            case Float number -> {
                bytes.putFloat(at, number);
                yield at + 4;
            }
            case Double number -> {
                bytes.putDouble(at, number);
                yield at + 8;
            }
            case int[] struct -> {
                for (int i = 0; i < struct.length; i++) {
                    bytes.putInt(at + 4 * i, struct[i]);
                }
                yield at + 4 * struct.length;
            }
            default -> throw new IllegalArgumentException("a kernel takes no " + arg.getClass().getSimpleName());
        };
    }

    private int putLong(int at, long number) {
        bytes.putLong(at, number);
        return at + 8;
    }
}
