package limbeck.tensor;

import limbeck.tensor.spi.Backend;

/** What a device hides, for tests of backends. */
public final class Backends {
    private Backends() {
    }

    /** The backend of a device. */
    public static Backend of(Device device) {
        return device.backend();
    }
}
