package limbeck.tensor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.View;

/** The optimizers' rules: one launch over all tensors that are changed. */
final class Updates {
    /** Elements that a block changes. */
    private static final int BLOCK = 1024;
    /** So many changes at most are arguments of the launch. */
    private static final int FEW = 4;
    /** Of the struct {@code Change} of {@code update.cu}. */
    private static final int BYTES = 4 * 8 + 4 * 4 + 12 * 4;

    private Updates() {
    }

    /** All tensors are float32, dense, and each change's lie in one order. */
    static void run(List<Update.Change<View>> changes, Temps temps) {
        int count = changes.size();
        int room = Math.max(count, FEW);
        ByteBuffer table = ByteBuffer.allocate(room * (BYTES + 4)).order(ByteOrder.nativeOrder());
        int blocks = 0;
        for (int i = 0; i < count; i++) {
            Update.Change<View> change = changes.get(i);
            table.position(i * BYTES);
            write(change, table);
            table.putInt(room * BYTES + 4 * i, blocks);
            blocks += Math.ceilDiv(change.target().shape().intSize(), BLOCK);
        }
        CudaContext cuda = temps.context();
        Kernels kernels = cuda.kernels("update.cu");
        if (room == FEW) {
            int[] struct = new int[table.capacity() / 4];
            table.clear().asIntBuffer().get(struct);
            kernels.kernel("update_few").launch(blocks, 1, 1, 256, 0, struct, count);
        } else if (blocks > 0) {
            long address = temps.workspace(table.capacity() / 4);
            cuda.upload(table.array(), address, table.capacity());
            kernels.kernel("update_many").launch(blocks, 1, 1, 256, 0, address, address + (long) count * BYTES, count);
        }
    }

    private static void write(Update.Change<View> change, ByteBuffer table) {
        table.putLong(DeviceStorage.address(change.target())).putLong(DeviceStorage.address(change.gradient()));
        for (int i = 0; i < 2; i++) {
            table.putLong(i < change.state().size() ? DeviceStorage.address(change.state().get(i)) : 0);
        }
        table.putInt(change.target().shape().intSize());
        switch (change.rule()) {
            case Update.Sgd(double rate, double momentum, boolean nesterov, double decay) ->
                    numbers(table, 0, nesterov, rate, decay, momentum);
            case Update.Adam(double rate, double beta1, double beta2, double epsilon, double decay, boolean decoupled, long step) ->
                    numbers(table, 1, decoupled, rate, decay, beta1, 1 - beta1, beta2, 1 - beta2, 1 / (1 - Math.pow(beta1, step)),
                            1 / (1 - Math.pow(beta2, step)), epsilon);
            case Update.Average(double decay, double scale) -> numbers(table, 2, false, decay, (1 - decay) * scale);
        }
    }

    private static void numbers(ByteBuffer table, int rule, boolean flag, double... numbers) {
        table.putInt(rule).putInt(flag ? 1 : 0).putInt(0);
        for (double number : numbers) {
            table.putFloat((float) number);
        }
    }
}
