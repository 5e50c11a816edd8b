package limbeck.tensor.cpu;

import limbeck.tensor.Threads;

/**
 * How a {@link Gemm} is cut into tasks so that the threads are ready soonest. That may depend on their number, for any cut gives the
 * same bits: an element of C is computed by one task, in one order.
 *
 * @param rows of C a task
 * @param columns of C a task
 */
record GemmCut(int rows, int columns) {
    private static final int MR = MicroKernel.MR;
    private static final int PANEL = MicroKernel.WIDEST * MicroKernel.LANES;

    // Multiply-adds in the time that it takes to copy an element, to fetch one that is read where it lies, and to hand out a task.
    private static final int PACK = 16;
    private static final int FETCH = 8;
    private static final int TASK = 20_000;
    // How much longer a product takes whose rows are read where they lie, by the smaller tiles for them.
    private static final double IN_PLACE = 1.05;

    /**
     * Rectangles of C.
     *
     * @param m rows of C
     * @param n columns of C
     * @param inner the inner index
     * @param kc its blocks
     * @param inPlace whether A's rows can be read where they lie; that they are only if so few columns are not worth a copy
     * @param packed whether B is packed already
     */
    static GemmCut of(int m, int n, int inner, int kc, boolean inPlace, boolean packed) {
        int threads = Threads.count();
        int pack = packed ? 0 : PACK;
        // A panel that is packed already cannot be cut.
        int narrowest = packed ? PANEL : PANEL / 2;
        GemmCut best = new GemmCut(m, n);
        double soonest = Double.MAX_VALUE;
        for (int down = 1; down <= Math.max(16, 8 * threads); down += Math.max(1, down / 2)) {
            int rows = Math.ceilDiv(Math.ceilDiv(m, down), MR) * MR;
            if (down > 1 && rows < 8 * MR) {
                break;
            }
            int columns = Integer.MAX_VALUE;
            for (int across = 1; columns > narrowest; across += Math.max(1, across / 2)) {
                columns = Math.min(n, Math.ceilDiv(Math.ceilDiv(n, across), narrowest) * narrowest);
                boolean copied = !inPlace || Panels.widest(packed ? inner : kc, packed ? n : columns) == MicroKernel.STEP_PANEL;
                int left = copied ? PACK * Math.ceilDiv(columns, GemmTile.block(rows, columns, kc, PANEL)) : FETCH;
                double products = (double) columns * (rows + pack) * (copied ? 1 : IN_PLACE);
                double task = inner * (products + (double) left * rows) + TASK;
                double time = Math.ceilDiv(Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns), threads) * task;
                if (time < soonest) {
                    soonest = time;
                    best = new GemmCut(rows, columns);
                }
            }
        }
        return best;
    }

    /**
     * Rows of C a task, where each takes all columns: as many as fit the cache, or fewer where the threads then finish sooner.
     *
     * @param m rows of C
     * @param most that fit
     * @param least that are worth a task
     */
    static int rows(int m, int most, int least) {
        int threads = Threads.count();
        int best = most;
        double soonest = Double.MAX_VALUE;
        for (int rows = most; rows >= Math.max(least, 4 * MR); rows -= MR) {
            double time = (double) Math.ceilDiv(Math.ceilDiv(m, rows), threads) * rows;
            if (time < 0.98 * soonest) {
                best = rows;
                soonest = time;
            }
        }
        return best;
    }
}
