package limbeck.tensor.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;
import static org.bytedeco.cuda.global.cudart.cuInit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The CUDA driver as a whole: whether it is there, how many devices it has, and what its error codes mean. */
final class Driver {
    /** The compiler's images are for drivers of CUDA 13 and later; an older one refuses them. */
    private static final int OLDEST = 13_000;

    private Driver() {
    }

    /**
     * Starts the driver.
     *
     * @return the number of devices, at least 1
     * @throws IllegalStateException in one sentence, if it is too old or has no device
     * @throws LinkageError if its libraries cannot be loaded; the first touch of the driver on this machine
     */
    static int start() {
        check(cuInit(0), "cuInit");
        int[] version = new int[1];
        check(cuDriverGetVersion(version), "cuDriverGetVersion");
        if (version[0] < OLDEST) {
            throw new IllegalStateException("the NVIDIA driver supports CUDA " + version[0] / 1000 + "." + version[0] % 1000 / 10
                    + " and " + OLDEST / 1000 + "." + OLDEST % 1000 / 10 + " is needed; install driver 580 or later");
        }
        int[] count = new int[1];
        check(cuDeviceGetCount(count), "cuDeviceGetCount");
        if (count[0] == 0) {
            throw new IllegalStateException("the NVIDIA driver lists no GPU; is CUDA_VISIBLE_DEVICES empty?");
        }
        return count[0];
    }

    /**
     * Refuses an error.
     *
     * @param code what a call of the driver returned
     * @param what the call, and with what it was made where that matters
     * @throws IllegalStateException in one sentence, for any code but success
     */
    static void check(int code, String what) {
        if (code != CUDA_SUCCESS) {
            throw new IllegalStateException("cuda: " + what + " failed with " + error(code));
        }
    }

    /** A device in words: its name, memory, compute capability, and the driver. */
    static String describe(int index) {
        int[] device = new int[1];
        int[] version = new int[1];
        byte[] text = new byte[256];
        try (var bytes = new SizeTPointer(1)) {
            check(cuDeviceGet(device, index), "cuDeviceGet of device " + index);
            check(cuDeviceGetName(text, text.length, device[0]), "cuDeviceGetName");
            check(cuDeviceTotalMem(bytes, device[0]), "cuDeviceTotalMem");
            check(cuDriverGetVersion(version), "cuDriverGetVersion");
            return String.format(Locale.ROOT, "%s, %.1f GiB, compute capability %d.%d, multiprocessors: %d, driver for CUDA %d.%d",
                    name(text), bytes.get() / (double) (1 << 30), attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device[0]),
                    attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device[0]),
                    attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device[0]), version[0] / 1000, version[0] % 1000 / 10);
        }
    }

    /** A name as the driver writes it, ended by a zero. */
    static String name(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).split("\0", 2)[0];
    }

    /** A number that the driver knows of a device. */
    static int attribute(int which, int device) {
        int[] value = new int[1];
        check(cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute " + which);
        return value[0];
    }

    /** An error's name and text, as the driver gives them. */
    private static String error(int code) {
        try (var name = new BytePointer((Pointer) null); var text = new BytePointer((Pointer) null)) {
            // These overloads take a const char**: they set the pointers' addresses.
            cuGetErrorName(code, name);
            cuGetErrorString(code, text);
            return (name.isNull() ? "error" : name.getString()) + " (" + code + ")" + (text.isNull() ? "" : ", " + text.getString());
        }
    }
}
