package limbeck.distill.cli;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.DeviceInfo;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck devices}: what {@code --device} can be on this machine, and why not. */
final class DevicesCommand implements Command {
    private static final int WIDTH = 110;
    private static final int NAME = 12;

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Lists the devices of this machine, and says why one cannot be used.");
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        for (DeviceInfo device : Device.list()) {
            List<String> lines = Text.wrapped(device.description(), WIDTH - NAME);
            terminal.result(device.name() + " ".repeat(Math.max(1, NAME - device.name().length())) + lines.getFirst());
            lines.stream().skip(1).forEach(line -> terminal.result(" ".repeat(NAME) + line));
        }
    }
}
