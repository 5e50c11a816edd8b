package limbeck.tensor.cuda;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import limbeck.tensor.DeviceInfo;
import limbeck.tensor.spi.Backend;
import limbeck.tensor.spi.BackendProvider;

/**
 * Finds NVIDIA GPUs. This class touches no class of CUDA until a device is asked for, so that a program that never asks loads none.
 */
public final class CudaProvider implements BackendProvider {
    private static final ReentrantLock LOCK = new ReentrantLock();
    /** Why no device can be used, or null. A library that failed to load fails in other words the second time. */
    private static String unusable;

    /** A provider; the service loader makes one. */
    public CudaProvider() {
    }

    @Override
    public String kind() {
        return "cuda";
    }

    @Override
    public Backend open(int index) {
        LOCK.lock();
        try {
            String reason = reason();
            if (reason != null) {
                throw new IllegalStateException("device: 'cuda:" + index + "' cannot be used, because " + reason);
            }
            int count = Driver.start();
            if (index >= count) {
                throw new IllegalStateException("device: 'cuda:" + index + "' is not there; the driver lists " + count
                        + (count == 1 ? " GPU, cuda:0" : " GPUs, cuda:0 to cuda:" + (count - 1)));
            }
            return new CudaBackend(new CudaContext(index));
        } finally {
            LOCK.unlock();
        }
    }

    @Override
    public List<DeviceInfo> devices() {
        LOCK.lock();
        try {
            String reason = reason();
            if (reason != null) {
                return List.of(new DeviceInfo("cuda:0", "cannot be used, because " + reason, false));
            }
            return IntStream.range(0, Driver.start()).mapToObj(i -> new DeviceInfo("cuda:" + i, Driver.describe(i), true)).toList();
        } finally {
            LOCK.unlock();
        }
    }

    /** Why no device can be used, or null. */
    private static String reason() {
        if (unusable == null) {
            unusable = probe();
        }
        return unusable;
    }

    /** Touches the driver for the first time. */
    private static String probe() {
        // JavaCPP would count the memory that a driver maps into the process against Java's heap, and refuse to work.
        for (String limit : List.of("org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes")) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        try {
            Class.forName("org.bytedeco.cuda.global.cudart", false, CudaProvider.class.getClassLoader());
            Driver.start();
            return null;
        } catch (ClassNotFoundException _) {
            return Missing.artifacts();
        } catch (LinkageError error) {
            return Missing.library("libcuda.so.1", error);
        } catch (IllegalStateException error) {
            return error.getMessage();
        }
    }
}
