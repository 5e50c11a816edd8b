package limbeck.tensor.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the classes of {@link MicroKernel}, {@link TapKernel} and {@link TapSums}, one for each shape of a tile and each order of the
 * left operand. C2 keeps a sum in a register only if it is a local variable, so the loops over the rows and columns of a tile are unrolled
 * here, in the text; what differs from class to class is the numbers of rows and vectors and the place of an element of A. It needs no other
 * class. From the root of the project:
 *
 * <pre>{@code java tensor/src/test/java/limbeck/tensor/cpu/MicroKernelSources.java}</pre>
 */
final class MicroKernelSources {
    private static final String PRODUCT = "int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate";

    /** How the left operand of a tile lies. */
    enum Left {
        /** In rows, anywhere. */
        ROWS("the left operand is read from its rows", "MicroKernel", PRODUCT),
        /** In slivers: a column of the tile after the other. */
        SLIVER("the left operand is a sliver {@code [k][6]}", "MicroKernel", PRODUCT),
        /** In rows a constant distance apart. */
        NEAR("the left operand is read from rows %d floats apart", "MicroKernel", PRODUCT),
        /** Side by side, pixels of a line, for each tap elsewhere. */
        TAPS("the rows are pixels side by side under each tap", "TapKernel",
                "int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc"),
        /** For each tap elsewhere, and pixel after pixel of some lines. */
        SUMS("the rows are taps, whose products are added up over the pixels of some lines", "TapSums",
                "int[] taps, int first, int lines, int pixels, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co");

        private final String words;
        private final String superclass;
        private final String parameters;

        Left(String words, String superclass, String parameters) {
            this.words = words;
            this.superclass = superclass;
            this.parameters = parameters;
        }
    }

    /**
     * A tile.
     *
     * @param rows how many
     * @param vectors of columns
     * @param left how the left operand lies
     * @param distance the constant distance of its rows, or 0
     */
    record Tile(int rows, int vectors, Left left, int distance) {
        Tile(int rows, int vectors, Left left) {
            this(rows, vectors, left, 0);
        }

        String name() {
            String order = switch (left) {
                case ROWS -> "Rows";
                case SLIVER -> "Sliver";
                case NEAR -> "By" + distance;
                case TAPS -> "Taps";
                case SUMS -> "Sums";
            };
            return "Kernel" + rows + "x" + vectors + order;
        }

        /** The text of the class. */
        String source() {
            return new MicroKernelSources(this).source();
        }
    }

    private static final Map<Integer, String> ROWS = Map.of(6, "Six", 8, "Eight", 9, "Nine", 12, "Twelve", 14, "Fourteen", 16, "Sixteen", 24,
            "Twenty-four");
    private static final List<String> VECTORS = List.of("no vector", "one vector", "two vectors", "three vectors", "four vectors");

    private final Tile tile;
    private final int rows;
    private final int vectors;

    private MicroKernelSources(Tile tile) {
        this.tile = tile;
        rows = tile.rows;
        vectors = tile.vectors;
    }

    static void main() throws IOException {
        for (Tile tile : tiles()) {
            Files.writeString(Path.of("tensor/src/main/java/limbeck/tensor/cpu", tile.name() + ".java"), tile.source());
        }
    }

    /** All that are written. */
    static List<Tile> tiles() {
        var tiles = new ArrayList<Tile>();
        for (int vectors = 1; vectors <= 4; vectors++) {
            tiles.add(new Tile(6, vectors, Left.ROWS));
            tiles.add(new Tile(6, vectors, Left.SLIVER));
        }
        tiles.add(new Tile(24, 1, Left.NEAR, 16));
        tiles.add(new Tile(12, 2, Left.NEAR, 32));
        tiles.add(new Tile(12, 2, Left.NEAR, 64));
        tiles.add(new Tile(12, 2, Left.NEAR, 528));
        tiles.add(new Tile(8, 2, Left.NEAR, 528));
        for (int rows : new int[] {6, 8, 12, 14}) {
            tiles.add(new Tile(rows, 2, Left.TAPS));
        }
        for (int rows : new int[] {8, 16}) {
            tiles.add(new Tile(rows, 1, Left.TAPS));
        }
        tiles.add(new Tile(6, 2, Left.SUMS));
        for (int rows : new int[] {9, 14}) {
            tiles.add(new Tile(rows, 1, Left.SUMS));
            tiles.add(new Tile(rows, 2, Left.SUMS));
        }
        return tiles;
    }

    private String source() {
        String loop = switch (tile.left) {
            case SLIVER -> "for (int k = 0; k < inner; k++) {\n" + products().indent(4) + "}\n";
            case TAPS -> "int inner = taps.length;\nfor (int k = 0; k < inner; k++) {\n" + products().indent(4) + "}\n";
            case ROWS, NEAR -> "int bk = bo - ao * " + width() + ";\nint end = ao + inner;\nfor (int k = ao; k < end; k++) {\n"
                    + products().indent(4) + "}\n";
            case SUMS -> each(0, rows, i -> "int t" + i + " = taps[first" + (i == 0 ? "" : " + " + i) + "];\n") + """
                    int bk = bo;
                    for (int i = 0; i < lines; i++) {
                        int line = ao + i * lda;
                        for (int k = line; k < line + pixels; k++) {
                    """ + (products() + "bk += ldb;\n").indent(8) + "    }\n}\n";
        };
        String body = tile("FloatVector cIJ = FloatVector.zero(S);\n") + loop + result();
        return head() + body.indent(8) + "    }\n}\n";
    }

    private String head() {
        return """
                package limbeck.tensor.cpu;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /** %s rows by %s of columns; %s. Written by {@code MicroKernelSources}. */
                final class %s extends %s {
                    private static final VectorSpecies<Float> S = Vectors.FLOATS;
                    private static final int L = S.length();
                %s%s
                    @Override
                    void run(%s) {
                """.formatted(ROWS.get(rows), VECTORS.get(vectors), tile.left.words.formatted(tile.distance), tile.name(), tile.left.superclass,
                vectors == 1 ? "" : "    private static final int NR = " + vectors + " * L;\n",
                tile.left == Left.NEAR ? "\n    /** The distance of the rows. */\n    static final int DISTANCE = " + tile.distance + ";\n" : "",
                tile.left.parameters);
    }

    /** The body of the loop: a row of the panel, then for each row of the tile an element of A and its products. */
    private String products() {
        String right = switch (tile.left) {
            case SLIVER, TAPS -> "bo + k * " + width();
            case ROWS, NEAR -> "bk + k * " + width();
            case SUMS -> "bk";
        };
        IntFunction<String> panel = j -> "FloatVector b%d = FloatVector.fromArray(S, b, %s%s);\n".formatted(j, right, plus(j));
        IntFunction<String> place = i -> switch (tile.left) {
            case ROWS -> i == 0 ? "k" : "row";
            case TAPS -> "row" + (i == 0 ? "" : " + " + i);
            case SLIVER -> "ao + k * MR" + (i == 0 ? "" : " + " + i);
            case NEAR -> "k" + (i == 0 ? "" : " + " + i * tile.distance);
            case SUMS -> "t" + i + " + k";
        };
        IntFunction<String> row = i -> next(i) + "FloatVector x%d = FloatVector.broadcast(S, a[%s]);\n".formatted(i, place.apply(i))
                + each(0, vectors, j -> sum("cIJ = x%d.fma(b%d, cIJ);\n".formatted(i, j), i, j));
        return each(0, vectors, panel) + each(0, rows, row);
    }

    /**
     * Where the row of A lies, from the row before. Of that C2 makes a distance for each row, and has a register for each of them; of
     * {@code k + 2 * lda} and so on it keeps three in memory.
     */
    private String next(int i) {
        return switch (tile.left) {
            case ROWS -> i == 0 ? "" : i == 1 ? "int row = k + lda;\n" : "row += lda;\n";
            case TAPS -> i == 0 ? "int row = ao + taps[k];\n" : "";
            case SLIVER, NEAR, SUMS -> "";
        };
    }

    private String result() {
        String add = tile("cIJ = FloatVector.fromArray(S, c, AT).add(cIJ);\n");
        return each(1, rows, i -> "int r" + i + " = " + (i == 1 ? "co" : "r" + (i - 1)) + " + " + (tile.left == Left.SUMS ? width() : "ldc") + ";\n")
                + switch (tile.left) {
                    case ROWS, SLIVER, NEAR -> "if (accumulate) {\n" + add.indent(4) + "}\n";
                    case SUMS -> add;
                    case TAPS -> "";
                }
                + tile("cIJ.intoArray(c, AT);\n");
    }

    /** A line for each sum of the tile: cIJ stands for it, AT for its place in C. */
    private String tile(String line) {
        return each(0, rows, i -> each(0, vectors, j -> sum(line, i, j).replace("AT", (i == 0 ? "co" : "r" + i) + plus(j))));
    }

    /** The name of a sum: its row and its vector. */
    private String sum(String line, int i, int j) {
        return line.replace("cIJ", "c" + i + (rows > 10 ? "_" : "") + j);
    }

    /** The columns of a panel. */
    private String width() {
        return vectors == 1 ? "L" : "NR";
    }

    private static String each(int from, int to, IntFunction<String> line) {
        return IntStream.range(from, to).mapToObj(line).collect(Collectors.joining());
    }

    /** How far vector j lies behind the first. */
    private static String plus(int j) {
        return j == 0 ? "" : j == 1 ? " + L" : " + " + j + " * L";
    }
}
