package limbeck.tensor.cuda;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;

/**
 * What a program does that asks for a device, for tests in a JVM of its own: the device's name, or {@code list}, then the emulated libraries that
 * are to be found.
 */
public final class OpenDevice {
    private OpenDevice() {
    }

    /** Prints the sum of a product, or twice why there is none: what failed once must say the same again. */
    public static void main(String[] args) {
        if (args.length > 1) {
            Emulator.load(List.of(args).subList(1, args.length));
        }
        for (int i = 0; i < 2; i++) {
            if (args[0].equals("list")) {
                Device.list().forEach(System.out::println);
                continue;
            }
            try {
                Device device = Device.of(args[0]);
                System.out.println("computed: " + device.normal(Key.of(1), 3, 4).matmul(device.ones(4, 2)).sum().shape());
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }
}
