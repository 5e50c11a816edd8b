package limbeck.tensor.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the classes of {@link MicroKernel}, one for each width of a tile and each order of the left operand. C2 keeps a sum in a
 * register only if it is a local variable, so the loops over the rows and columns of a tile are unrolled here, in the text; what
 * differs from class to class is the number of vectors and the place of an element of A. It needs no other class. From the root of
 * the project:
 *
 * <pre>{@code java tensor/src/test/java/limbeck/tensor/cpu/MicroKernelSources.java}</pre>
 */
final class MicroKernelSources {
    /** Rows of a tile; the text says six. */
    static final int ROWS = 6;

    /** The most vectors of columns in a tile. */
    static final int WIDEST = 4;

    private MicroKernelSources() {
    }

    static void main() throws IOException {
        for (int vectors = 1; vectors <= WIDEST; vectors++) {
            for (boolean sliver : new boolean[] {false, true}) {
                Path file = Path.of("tensor/src/main/java/limbeck/tensor/cpu", name(vectors, sliver) + ".java");
                Files.writeString(file, source(vectors, sliver));
            }
        }
    }

    static String name(int vectors, boolean sliver) {
        return "Kernel" + ROWS + "x" + vectors + (sliver ? "Sliver" : "Rows");
    }

    /** The text of a class. */
    static String source(int vectors, boolean sliver) {
        String body = each(vectors, "FloatVector cIJ = FloatVector.zero(S);\n")
                + (sliver ? "for (int k = 0; k < inner; k++) {\n" : rowsLoop(vectors))
                + products(vectors, sliver).indent(4) + "}\n" + result(vectors);
        return head(vectors, sliver) + body.indent(8) + "    }\n}\n";
    }

    private static String head(int vectors, boolean sliver) {
        return """
                package limbeck.tensor.cpu;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /** Six rows by %s of columns; the left operand is %s. Written by {@code MicroKernelSources}. */
                final class %s extends MicroKernel {
                    private static final VectorSpecies<Float> S = Vectors.FLOATS;
                    private static final int L = S.length();
                %s
                    @Override
                    void run(int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
                """.formatted(new String[] {"one vector", "two vectors", "three vectors", "four vectors"}[vectors - 1],
                sliver ? "a sliver {@code [k][6]}" : "read from its rows", name(vectors, sliver),
                vectors == 1 ? "" : "    private static final int NR = " + vectors + " * L;\n");
    }

    private static String rowsLoop(int vectors) {
        return """
                // The rows are counted from the loop's own variable: one invariant fewer than with a row each, and all of them fit
                // into the processor's general registers. Otherwise C2 keeps two in vector registers, which costs 8 %% of the speed.
                %sint bk = bo - ao * %s;
                int end = ao + inner;
                for (int k = ao; k < end; k++) {
                """.formatted(each(2, ROWS, i -> "int a" + i + " = " + i + " * lda;\n"), width(vectors));
    }

    /** The body of the loop: a row of the panel, then for each row of the tile an element of A and its products. */
    private static String products(int vectors, boolean sliver) {
        IntFunction<String> panel = j -> "FloatVector b%d = FloatVector.fromArray(S, b, %s + k * %s%s);\n"
                .formatted(j, sliver ? "bo" : "bk", width(vectors), plus(j));
        IntFunction<String> inSliver = i -> "ao + k * MR" + (i == 0 ? "" : " + " + i);
        IntFunction<String> inRow = i -> "k" + (i == 0 ? "" : i == 1 ? " + lda" : " + a" + i);
        IntFunction<String> row = i -> "FloatVector x%d = FloatVector.broadcast(S, a[%s]);\n"
                .formatted(i, (sliver ? inSliver : inRow).apply(i))
                + each(0, vectors, j -> "cIJ = xI.fma(bJ, cIJ);\n".replace("I", "" + i).replace("J", "" + j));
        return each(0, vectors, panel) + each(0, ROWS, row);
    }

    private static String result(int vectors) {
        return each(1, ROWS, i -> "int r" + i + " = " + (i == 1 ? "co" : "r" + (i - 1)) + " + ldc;\n")
                + "if (accumulate) {\n" + each(vectors, "cIJ = FloatVector.fromArray(S, c, AT).add(cIJ);\n").indent(4) + "}\n"
                + each(vectors, "cIJ.intoArray(c, AT);\n");
    }

    /** A line for each sum of the tile: I stands for its row, J for its vector, AT for its place in C. */
    private static String each(int vectors, String line) {
        return each(0, ROWS, i -> each(0, vectors, j -> line.replace("IJ", "" + i + j)
                .replace("AT", (i == 0 ? "co" : "r" + i) + plus(j))));
    }

    private static String each(int from, int to, IntFunction<String> line) {
        return IntStream.range(from, to).mapToObj(line).collect(Collectors.joining());
    }

    /** The columns of a panel. */
    private static String width(int vectors) {
        return vectors == 1 ? "L" : "NR";
    }

    /** How far vector j lies behind the first. */
    private static String plus(int j) {
        return j == 0 ? "" : j == 1 ? " + L" : " + " + j + " * L";
    }
}
