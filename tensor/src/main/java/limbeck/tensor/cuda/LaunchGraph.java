package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.cuGraphAddKernelNode;
import static org.bytedeco.cuda.global.cudart.cuGraphCreate;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecKernelNodeSetParams;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;

import org.bytedeco.cuda.cudart.CUDA_KERNEL_NODE_PARAMS_v2;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraphNode_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * A row of launches as one executable CUDA graph. Each node waits for the one before, as on a stream. It is replayed for any row of
 * the same {@link Launches.Form}: the nodes whose arguments differ are told the new ones.
 */
final class LaunchGraph implements AutoCloseable {
    private final CUgraph_st graph = new CUgraph_st();
    private final CUgraphExec_st executable = new CUgraphExec_st();
    private final CUgraphNode_st[] nodes;
    /** The arguments that the driver has. */
    private final byte[] values;
    private final CUDA_KERNEL_NODE_PARAMS_v2 node;

    private LaunchGraph(Launches launches, CUDA_KERNEL_NODE_PARAMS_v2 node) {
        this.nodes = new CUgraphNode_st[launches.count()];
        this.values = launches.values();
        this.node = node;
        check(cuGraphCreate(graph, 0), "cuGraphCreate");
        for (int i = 0; i < nodes.length; i++) {
            launches.describe(i, node);
            nodes[i] = new CUgraphNode_st();
            check(cuGraphAddKernelNode(nodes[i], graph, i == 0 ? null : nodes[i - 1], i == 0 ? 0 : 1, node), "cuGraphAddKernelNode");
        }
    }

    /**
     * A graph of launches.
     *
     * @param launches what to do
     * @param node scratch memory, all zero or used for this before
     * @return the graph, or null where the device has no memory left for it
     */
    static LaunchGraph of(Launches launches, CUDA_KERNEL_NODE_PARAMS_v2 node) {
        var made = new LaunchGraph(launches, node);
        int code = cuGraphInstantiate(made.executable, made.graph, 0);
        if (code == CUDA_ERROR_OUT_OF_MEMORY) {
            check(cuGraphDestroy(made.graph), "cuGraphDestroy");
            return null;
        }
        check(code, "cuGraphInstantiate");
        return made;
    }

    /**
     * Tells it new arguments; what has been launched before keeps its own.
     *
     * @param launches of the form that it was made of
     * @return the number of nodes that differed
     */
    int update(Launches launches) {
        if (launches.equalsAll(values)) {
            return 0;
        }
        int changed = 0;
        for (int i = 0; i < nodes.length; i++) {
            if (!launches.equalsAt(i, values)) {
                launches.describe(i, node);
                int code = cuGraphExecKernelNodeSetParams(executable, nodes[i], node);
                if (code != 0) {
                    check(code, "cuGraphExecKernelNodeSetParams of " + launches.text(i));
                }
                launches.copyTo(values, i);
                changed++;
            }
        }
        return changed;
    }

    void launch(CUstream_st stream) {
        check(cuGraphLaunch(executable, stream), "cuGraphLaunch");
    }

    /** Gives it back to the driver, which lets what is launched run to its end. */
    @Override
    public void close() {
        check(cuGraphExecDestroy(executable), "cuGraphExecDestroy");
        check(cuGraphDestroy(graph), "cuGraphDestroy");
    }
}
