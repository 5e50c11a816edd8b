package limbeck.tensor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import limbeck.tensor.spi.View;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The arguments of a launch in native memory, where the driver reads them: a table of addresses, and the values that they point to.
 * Allocated once and written anew for each launch, which copies them before it returns.
 */
final class Arguments {
    /** The driver's own limit for a kernel's arguments. */
    private static final int BYTES = 4096;
    private static final int COUNT = 64;

    private final BytePointer values = new BytePointer(BYTES + 16);
    private final ByteBuffer bytes = values.asByteBuffer().order(ByteOrder.nativeOrder());
    private final LongPointer addresses = new LongPointer(COUNT);
    /** The same memory as the driver's void**. */
    private final PointerPointer<Pointer> table = new PointerPointer<>(addresses);
    /** To where arguments may start: vectors of four floats are aligned. */
    private final int shift = (int) (-values.address() & 15);

    /**
     * Writes the arguments of one launch.
     *
     * @param args each a View (the address of its first element), a Long (an address, or a 64-bit integer), an Integer, a Float, a
     *             Double, or an int[] (a struct of ints, passed by value)
     * @return the table of addresses
     * @throws IllegalArgumentException for anything else, or for too many
     */
    PointerPointer<Pointer> of(Object... args) {
        if (args.length > COUNT) {
            throw new IllegalArgumentException("a kernel takes at most " + COUNT + " arguments here, got " + args.length);
        }
        int at = shift;
        for (int i = 0; i < args.length; i++) {
            at = (at + 7) & -8;
            addresses.put(i, values.address() + at);
            at = write(at, args[i]);
        }
        return table;
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
