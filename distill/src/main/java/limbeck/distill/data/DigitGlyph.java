package limbeck.distill.data;

import java.util.Arrays;
import java.util.List;

/**
 * One way to write a digit: the control points of its strokes, in a box of width 1 and height 1 with y pointing down.
 *
 * <p>Notation: points {@code x,y} in hundredths of the box, in the order of the pen. The pen draws a smooth curve through them;
 * {@code ^} before a point makes it a corner, and a lone {@code ;} lifts the pen.
 */
record DigitGlyph(float[] x, float[] y, Join[] join) {
    /** How the pen goes through a control point. */
    enum Join { START, SMOOTH, CORNER }

    /** The ways to write each digit, 0 to 9. */
    static final List<List<DigitGlyph>> OF_DIGIT = List.of(
            variants(
                    "50,0 18,16 2,50 18,86 50,100 82,86 98,50 82,16 48,1",
                    "62,3 28,8 4,42 8,82 40,100 76,88 97,50 88,14 58,0 40,8",
                    "40,2 10,30 6,70 34,99 70,92 94,58 86,18 54,1 36,6"),
            variants(
                    "50,0 50,50 50,100",
                    "22,24 ^56,0 54,50 54,100",
                    "24,22 ^54,0 ^54,100 ; 22,100 84,100"),
            variants(
                    "8,26 26,4 58,0 84,18 78,44 46,72 ^8,100 54,98 96,98",
                    "6,22 32,2 70,4 88,28 66,62 28,92 10,92 18,76 44,86 70,100 98,90",
                    "10,14 46,0 86,12 84,40 ^6,98 96,100"),
            variants(
                    "10,10 44,0 80,14 74,40 ^38,48 80,56 92,78 64,98 28,100 4,86",
                    "8,2 ^88,4 ^44,42 82,52 94,76 66,98 30,100 4,88",
                    "6,16 36,0 74,8 82,28 60,44 36,48 72,52 94,74 70,96 32,100 6,84"),
            variants(
                    "20,0 14,32 ^8,62 50,60 96,58 ; 70,22 68,60 66,100",
                    "68,100 68,50 ^70,0 ^4,68 98,68",
                    "24,2 10,44 26,60 58,58 84,50 ; 84,4 78,50 72,100"),
            variants(
                    "24,4 ^20,46 56,38 90,58 84,86 46,100 6,90 ; 24,4 56,4 90,2",
                    "92,2 ^28,4 ^20,44 60,38 92,62 78,92 40,100 6,88",
                    "88,6 58,2 26,8 18,30 26,44 62,44 90,66 74,94 38,100 6,86"),
            variants(
                    "74,2 38,22 10,60 18,92 52,100 86,84 84,58 52,46 22,58 12,74",
                    "84,8 46,6 14,36 4,72 28,98 66,98 92,76 76,52 44,50 10,72",
                    "46,0 20,40 8,76 36,100 76,92 82,66 52,54 16,72"),
            variants(
                    "4,6 50,4 ^94,4 62,44 40,100",
                    "4,6 50,6 ^94,2 64,46 38,100 ; 28,50 84,48",
                    "6,22 ^10,4 50,6 ^92,4 70,36 48,66 44,100"),
            variants(
                    "82,12 46,0 14,18 34,42 70,56 90,80 52,100 10,82 24,58 62,42 86,22 74,6",
                    "50,2 20,10 18,34 50,46 84,32 80,10 48,0 ; 50,46 12,60 8,86 50,100 92,86 88,60 50,46",
                    "50,46 18,30 24,6 52,0 80,10 80,32 48,48 12,64 10,88 48,100 90,88 88,64 50,46"),
            variants(
                    "86,16 52,0 14,14 10,42 44,54 80,34 ^86,14 84,56 80,100",
                    "84,18 48,0 12,16 12,44 46,54 84,30 ^88,12 90,60 68,94 22,98",
                    "82,24 46,2 12,22 22,50 60,50 84,20 82,50 56,100"));

    int points() {
        return x.length;
    }

    private static List<DigitGlyph> variants(String... notations) {
        return Arrays.stream(notations).map(DigitGlyph::parse).toList();
    }

    private static DigitGlyph parse(String notation) {
        String[] tokens = notation.replace(" ; ", " ;").split(" ");
        var x = new float[tokens.length];
        var y = new float[tokens.length];
        var join = new Join[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            String token = tokens[i];
            join[i] = i == 0 || token.startsWith(";") ? Join.START : token.startsWith("^") ? Join.CORNER : Join.SMOOTH;
            String[] xy = token.replaceFirst("^[;^]", "").split(",");
            x[i] = Integer.parseInt(xy[0]) / 100f;
            y[i] = Integer.parseInt(xy[1]) / 100f;
        }
        return new DigitGlyph(x, y, join);
    }
}
