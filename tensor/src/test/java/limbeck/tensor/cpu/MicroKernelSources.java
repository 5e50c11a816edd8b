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
 * Writes the classes of {@link MicroKernel} and {@link TapKernel}, one for each shape of a tile and each order of the left operand. C2 keeps a sum in a
 * register only if it is a local variable, so the loops over the rows and columns of a tile are unrolled here, in the text; what
 * differs from class to class is the numbers of rows and vectors and the place of an element of A. It needs no other class. From the root of
 * the project:
 *
 * <pre>{@code java tensor/src/test/java/limbeck/tensor/cpu/MicroKernelSources.java}</pre>
 */
final class MicroKernelSources {
    /** How the left operand of a tile lies. */
    enum Left {
        /** In rows, anywhere. */
        ROWS("read from its rows"),
        /** In slivers: a column of the tile after the other. */
        SLIVER("a sliver {@code [k][6]}"),
        /** In rows a constant distance apart. */
        NEAR("read from rows %d floats apart"),
        /** Side by side, pixels of a line, for each tap elsewhere. */
        TAPS("read side by side under each tap");

        private final String words;

        Left(String words) {
            this.words = words;
        }
    }

    /**
     * A tile.
     *
     * @param rows how many
     * @param vectors of columns
     * @param panel vectors of columns in a row of the right operand's panel
     * @param left how the left operand lies
     * @param distance the constant distance of its rows, or 0
     */
    record Tile(int rows, int vectors, int panel, Left left, int distance) {
        Tile(int rows, int vectors, Left left) {
            this(rows, vectors, vectors, left, 0);
        }

        String name() {
            String order = switch (left) {
                case ROWS -> "Rows";
                case SLIVER -> "Sliver";
                case NEAR -> "By" + distance;
                case TAPS -> "Taps";
            };
            return "Kernel" + rows + "x" + vectors + order;
        }

        /** The text of the class. */
        String source() {
            return new MicroKernelSources(this).source();
        }
    }

    private static final Map<Integer, String> NUMBERS = Map.of(1, "one vector", 2, "two vectors", 3, "three vectors", 4, "four vectors",
            6, "Six", 8, "Eight", 12, "Twelve", 14, "Fourteen", 16, "Sixteen", 24, "Twenty-four");

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
        tiles.add(new Tile(24, 1, 1, Left.NEAR, 16));
        tiles.add(new Tile(12, 2, 2, Left.NEAR, 32));
        tiles.add(new Tile(12, 2, 4, Left.NEAR, 64));
        tiles.add(new Tile(24, 1, 1, Left.NEAR, 48));
        tiles.add(new Tile(12, 2, 2, Left.NEAR, 528));
        tiles.add(new Tile(8, 2, 2, Left.NEAR, 528));
        for (int rows : new int[] {6, 8, 12, 14}) {
            tiles.add(new Tile(rows, 2, Left.TAPS));
        }
        for (int rows : new int[] {8, 16}) {
            tiles.add(new Tile(rows, 1, Left.TAPS));
        }
        return tiles;
    }

    private String source() {
        String loop = switch (tile.left) {
            case SLIVER -> "for (int k = 0; k < inner; k++) {\n";
            case TAPS -> "int inner = taps.length;\nfor (int k = 0; k < inner; k++) {\n";
            case ROWS, NEAR -> "int bk = bo - ao * " + width() + ";\nint end = ao + inner;\nfor (int k = ao; k < end; k++) {\n";
        };
        String body = tile("FloatVector cIJ = FloatVector.zero(S);\n") + loop + products().indent(4) + "}\n" + result();
        return head() + body.indent(8) + "    }\n}\n";
    }

    private String head() {
        return """
                package limbeck.tensor.cpu;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /** %s rows by %s of columns; the left operand is %s. Written by {@code MicroKernelSources}. */
                final class %s extends %s {
                    private static final VectorSpecies<Float> S = Vectors.FLOATS;
                    private static final int L = S.length();
                %s%s
                    @Override
                    void run(%s, float[] b, int bo, float[] c, int co, int ldc%s) {
                """.formatted(NUMBERS.get(rows), NUMBERS.get(vectors), tile.left.words.formatted(tile.distance), tile.name(),
                isTaps() ? "TapKernel" : "MicroKernel",
                tile.panel == 1 ? "" : "    private static final int NR = " + tile.panel + " * L;\n",
                tile.left == Left.NEAR ? "\n    /** The distance of the rows. */\n    static final int DISTANCE = " + tile.distance + ";\n" : "",
                isTaps() ? "int[] taps, float[] a, int ao" : "int inner, float[] a, int ao, int lda", isTaps() ? "" : ", boolean accumulate");
    }

    private boolean isTaps() {
        return tile.left == Left.TAPS;
    }

    /** The body of the loop: a row of the panel, then for each row of the tile an element of A and its products. */
    private String products() {
        IntFunction<String> panel = j -> "FloatVector b%d = FloatVector.fromArray(S, b, %s + k * %s%s);\n"
                .formatted(j, tile.left == Left.SLIVER || isTaps() ? "bo" : "bk", width(), plus(j));
        IntFunction<String> place = i -> switch (tile.left) {
            case ROWS -> i == 0 ? "k" : "row";
            case TAPS -> "row" + (i == 0 ? "" : " + " + i);
            case SLIVER -> "ao + k * MR" + (i == 0 ? "" : " + " + i);
            case NEAR -> "k" + (i == 0 ? "" : " + " + i * tile.distance);
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
            case SLIVER, NEAR -> "";
        };
    }

    private String result() {
        return each(1, rows, i -> "int r" + i + " = " + (i == 1 ? "co" : "r" + (i - 1)) + " + ldc;\n")
                + (isTaps() ? "" : "if (accumulate) {\n" + tile("cIJ = FloatVector.fromArray(S, c, AT).add(cIJ);\n").indent(4) + "}\n")
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
        return tile.panel == 1 ? "L" : "NR";
    }

    private static String each(int from, int to, IntFunction<String> line) {
        return IntStream.range(from, to).mapToObj(line).collect(Collectors.joining());
    }

    /** How far vector j lies behind the first. */
    private static String plus(int j) {
        return j == 0 ? "" : j == 1 ? " + L" : " + " + j + " * L";
    }
}
