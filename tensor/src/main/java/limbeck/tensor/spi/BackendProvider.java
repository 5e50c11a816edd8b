package limbeck.tensor.spi;

import java.util.List;
import limbeck.tensor.DeviceInfo;

/**
 * Finds a backend that may be absent, such as a GPU's. Found by {@link java.util.ServiceLoader}, so that a program that
 * never asks for the device never loads its classes.
 */
public interface BackendProvider {
    /**
     * The kind of device.
     *
     * @return such as {@code cuda}
     */
    String kind();

    /**
     * The backend of one device.
     *
     * @param index which one, from 0
     * @return the backend
     * @throws IllegalStateException in one sentence, if the device cannot be used, saying what is missing
     */
    Backend open(int index);

    /**
     * The devices of this kind on this machine, none of which is opened.
     *
     * @return at least one; where there is none to use, one that says why
     */
    List<DeviceInfo> devices();
}
