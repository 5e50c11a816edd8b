package limbeck.tensor.cuda;

import static org.bytedeco.cuda.global.nccl.ncclBcast;
import static org.bytedeco.cuda.global.nccl.ncclAllReduce;
import static org.bytedeco.cuda.global.nccl.ncclBfloat16;
import static org.bytedeco.cuda.global.nccl.ncclCommDestroy;
import static org.bytedeco.cuda.global.nccl.ncclCommInitAll;
import static org.bytedeco.cuda.global.nccl.ncclFloat16;
import static org.bytedeco.cuda.global.nccl.ncclFloat32;
import static org.bytedeco.cuda.global.nccl.ncclFloat64;
import static org.bytedeco.cuda.global.nccl.ncclGetErrorString;
import static org.bytedeco.cuda.global.nccl.ncclGroupEnd;
import static org.bytedeco.cuda.global.nccl.ncclGroupStart;
import static org.bytedeco.cuda.global.nccl.ncclInt32;
import static org.bytedeco.cuda.global.nccl.ncclInt8;
import static org.bytedeco.cuda.global.nccl.ncclSum;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.spi.Link;
import limbeck.tensor.spi.View;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** GPUs of one machine that exchange tensors by NCCL, on the stream where their kernels run. */
final class NcclLink implements Link {
    private final CudaContext cuda;
    private final ncclComm communicator;

    private NcclLink(CudaContext cuda, ncclComm communicator) {
        this.cuda = cuda;
        this.communicator = communicator;
    }

    /** An end for each of several different devices. */
    static List<Link> connect(List<CudaContext> devices) {
        int[] numbers = devices.stream().mapToInt(CudaContext::index).toArray();
        try (var communicators = new PointerPointer<ncclComm>(numbers.length)) {
            check(ncclCommInitAll(communicators, numbers.length, numbers), "ncclCommInitAll of " + numbers.length + " devices");
            var links = new ArrayList<Link>();
            for (int i = 0; i < numbers.length; i++) {
                links.add(new NcclLink(devices.get(i), communicators.get(ncclComm.class, i)));
            }
            return links;
        } catch (LinkageError error) {
            throw new IllegalStateException("collective: the GPUs cannot exchange tensors, because " + Missing.library("libnccl.so.2", error)
                    + ", or use Collective.runThroughJava", error);
        }
    }

    /** What is to be done with one tensor. */
    private interface Call {
        int of(Pointer elements, long count, int type, CUstream_st stream);
    }

    @Override
    public void sum(List<View> tensors) {
        each(tensors, "ncclAllReduce", (elements, count, type, stream) ->
                ncclAllReduce(elements, elements, count, type, ncclSum, communicator, stream));
    }

    @Override
    public void broadcast(List<View> tensors, int from) {
        each(tensors, "ncclBcast", (elements, count, type, stream) -> ncclBcast(elements, count, type, from, communicator, stream));
    }

    private void each(List<View> tensors, String name, Call call) {
        synchronized (cuda) {
            cuda.enter();
            CUstream_st stream = cuda.stream();
            check(ncclGroupStart(), "ncclGroupStart");
            for (View tensor : tensors) {
                int count = tensor.shape().intSize();
                if (count > 0) {
                    check(call.of(new Address(DeviceStorage.address(tensor)), count, type(tensor.type()), stream), name);
                }
            }
            check(ncclGroupEnd(), "ncclGroupEnd");
        }
    }

    private static int type(DType type) {
        return switch (type) {
            case F32 -> ncclFloat32;
            case F64 -> ncclFloat64;
            case F16 -> ncclFloat16;
            case BF16 -> ncclBfloat16;
            case I32 -> ncclInt32;
            case I8, BOOL -> ncclInt8;
        };
    }

    @Override
    public void close() {
        synchronized (cuda) {
            cuda.enter();
            cuda.synchronize();
            check(ncclCommDestroy(communicator), "ncclCommDestroy");
        }
    }

    private static void check(int code, String what) {
        if (code != 0) {
            throw new IllegalStateException("nccl: " + what + " failed with " + ncclGetErrorString(code).getString() + " (" + code + ")");
        }
    }

    /** An address on a device as NCCL's calls want it. */
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
