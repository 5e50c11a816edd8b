package limbeck.distill.data;

import java.util.Arrays;
import limbeck.distill.data.DigitGlyph.Join;
import limbeck.tensor.Key;

/**
 * Draws one digit at a time, as a hand would: a glyph with misplaced control points, a slanted and turned frame, an elastic
 * deformation, a stroke of uneven pressure, and paper that is not clean. All variation comes from the key of the image, and all
 * distributions of the geometry are bounded, so that no digit is bent into another.
 *
 * <p>Not thread-safe: a pen holds its scratch memory. The pixels do not depend on what it drew before.
 */
final class DigitPen {
    static final int SIDE = 28;

    /** Line segments per curve between two control points; a segment is then under two pixels long. */
    private static final int SEGMENTS = 6;
    /** Knots per side of the elastic field: a cubic B-spline over three by three cells needs three more than its cells. */
    private static final int KNOTS = 6;
    private static final int MAX_POINTS = 16;
    /** The uniform numbers an image may take: two per coordinate of a knot, six per control point, under 64 for the rest. */
    private static final int MAX_DRAWS = 4 * KNOTS * KNOTS + 6 * MAX_POINTS + 64;

    // The dials of the difficulty; Digits names the accuracies they were set by. Lengths are in pixels, the jitter in parts of
    // the glyph box, the slant in pixels sideways per pixel down, grey values in parts of full ink.
    private static final float JITTER = 0.115f;
    private static final float MIN_HEIGHT = 14;
    private static final float MAX_HEIGHT = 22;
    private static final float MIN_ASPECT = 0.5f;
    private static final float MAX_ASPECT = 0.95f;
    private static final float SLANT = 0.4f;
    private static final float HALF_TURN_TANGENT = 0.16f;
    private static final float SHIFT = 2;
    private static final float ELASTIC = 4.2f;
    private static final float MIN_RADIUS = 0.65f;
    private static final float MAX_RADIUS = 1.7f;
    private static final float PRESSURE = 0.35f;
    private static final float MIN_SOFTNESS = 0.8f;
    private static final float MAX_SOFTNESS = 1.7f;
    private static final float MIN_DARKNESS = 0.6f;
    private static final float MAX_NOISE = 0.12f;
    private static final float GAP_CHANCE = 0.2f;
    private static final float SPECK_CHANCE = 0.25f;
    private static final float SCRAP_CHANCE = 0.2f;

    private final float[] ink = new float[SIDE * SIDE];
    private final float[] noise = new float[SIDE * SIDE];
    private final float[] draws = new float[MAX_DRAWS];
    private int drawn;

    private final float[] x = new float[MAX_POINTS];
    private final float[] y = new float[MAX_POINTS];
    private final float[] pressure = new float[MAX_POINTS];
    private final float[] elasticX = new float[KNOTS * KNOTS];
    private final float[] elasticY = new float[KNOTS * KNOTS];
    private final float[] weightX = new float[4];
    private final float[] weightY = new float[4];
    private float softness;
    private float penX;
    private float penY;
    private float penRadius;

    /** Draws the digit into {@code pixels[at]} and the 783 bytes after it, row by row; 0 is paper and 255 is ink. */
    void draw(int digit, Key key, byte[] pixels, int at) {
        key.split("shape").uniform(draws, 0, draws.length, 0);
        drawn = 0;
        Arrays.fill(ink, 0);

        var variants = DigitGlyph.OF_DIGIT.get(digit);
        var glyph = variants.get((int) (uniform() * variants.size()));
        place(glyph);
        for (int i = 0; i < KNOTS * KNOTS; i++) {
            elasticX[i] = spread(ELASTIC);
            elasticY[i] = spread(ELASTIC);
        }
        softness = between(MIN_SOFTNESS, MAX_SOFTNESS);
        press(glyph);
        trace(glyph);
        blemish();
        develop(key.split("noise"), pixels, at);
    }

    /** Jitters the control points and carries them from the glyph box to the image. */
    private void place(DigitGlyph glyph) {
        float height = between(MIN_HEIGHT, MAX_HEIGHT);
        float width = height * between(MIN_ASPECT, MAX_ASPECT);
        float slant = spread(SLANT);
        // A rotation by its half-angle tangent needs no sine, whose last bit may differ between machines.
        float t = spread(HALF_TURN_TANGENT);
        float cos = (1 - t * t) / (1 + t * t);
        float sin = 2 * t / (1 + t * t);
        float centreX = SIDE / 2f + spread(SHIFT);
        float centreY = SIDE / 2f + spread(SHIFT);
        for (int i = 0; i < glyph.points(); i++) {
            float v = (glyph.y()[i] - 0.5f + spread(JITTER)) * height;
            float u = (glyph.x()[i] - 0.5f + spread(JITTER)) * width - slant * v;
            x[i] = centreX + cos * u - sin * v;
            y[i] = centreY + sin * u + cos * v;
        }
    }

    /** Chooses the stroke radius at each control point, and sometimes lets the ink fail at one of them. */
    private void press(DigitGlyph glyph) {
        float radius = between(MIN_RADIUS, MAX_RADIUS);
        for (int i = 0; i < glyph.points(); i++) {
            pressure[i] = radius * (1 + spread(PRESSURE));
        }
        if (uniform() < GAP_CHANCE) {
            pressure[(int) (uniform() * glyph.points())] *= between(0.1f, 0.5f);
        }
    }

    /** Follows the strokes: a Catmull-Rom spline through the points, bent by the elastic field. */
    private void trace(DigitGlyph glyph) {
        Join[] join = glyph.join();
        for (int i = 0; i < glyph.points(); i++) {
            if (join[i] == Join.START) {
                lift(x[i], y[i], pressure[i]);
            }
            int next = i + 1;
            if (next == glyph.points() || join[next] == Join.START) {
                continue;
            }
            // At a corner or an end the neighbour is the mirror image, which makes the curve leave straight.
            boolean smoothHere = join[i] == Join.SMOOTH;
            boolean smoothThere = join[next] == Join.SMOOTH && next + 1 < glyph.points() && join[next + 1] != Join.START;
            float x0 = smoothHere ? x[i - 1] : 2 * x[i] - x[next];
            float y0 = smoothHere ? y[i - 1] : 2 * y[i] - y[next];
            float x3 = smoothThere ? x[next + 1] : 2 * x[next] - x[i];
            float y3 = smoothThere ? y[next + 1] : 2 * y[next] - y[i];
            for (int s = 1; s <= SEGMENTS; s++) {
                float t = (float) s / SEGMENTS;
                float radius = pressure[i] + t * (pressure[next] - pressure[i]);
                moveTo(catmullRom(x0, x[i], x[next], x3, t), catmullRom(y0, y[i], y[next], y3, t), radius);
            }
        }
    }

    /** Adds what is not the digit: specks, and scraps of a neighbouring stroke at the left or right edge. */
    private void blemish() {
        for (int i = 0; i < 2; i++) {
            if (uniform() < SPECK_CHANCE) {
                float atX = between(1, SIDE - 1);
                float atY = between(1, SIDE - 1);
                lift(atX, atY, between(0.3f, 0.8f));
                moveTo(atX + spread(2), atY + spread(2), between(0.3f, 0.8f));
            }
        }
        if (uniform() < SCRAP_CHANCE) {
            float edge = uniform() < 0.5f ? 0.5f : SIDE - 0.5f;
            float atY = between(4, SIDE - 4);
            lift(edge + spread(1), atY, between(0.6f, 1.2f));
            moveTo(edge + spread(1.5f), atY + spread(8), between(0.6f, 1.2f));
        }
    }

    /** Turns coverage into grey values with the darkness of the ink and the grain of the paper. */
    private void develop(Key key, byte[] pixels, int at) {
        float darkness = between(MIN_DARKNESS, 1);
        float grain = between(0, MAX_NOISE);
        key.gaussian(noise, 0, noise.length, 0);
        for (int i = 0; i < ink.length; i++) {
            float grey = darkness * ink[i] + grain * noise[i];
            pixels[at + i] = (byte) (255 * Math.clamp(grey, 0f, 1f) + 0.5f);
        }
    }

    private void lift(float toX, float toY, float radius) {
        penX = toX + elastic(elasticX, toX, toY);
        penY = toY + elastic(elasticY, toX, toY);
        penRadius = radius;
    }

    private void moveTo(float toX, float toY, float radius) {
        float fromX = penX;
        float fromY = penY;
        float fromRadius = penRadius;
        lift(toX, toY, radius);
        ink(fromX, fromY, fromRadius, penX, penY, penRadius);
    }

    /** Inks a segment with round ends whose radius runs from {@code ra} to {@code rb}; overlapping ink does not add. */
    private void ink(float ax, float ay, float ra, float bx, float by, float rb) {
        float reach = Math.max(ra, rb) + 0.5f * softness;
        int left = Math.max(0, (int) (Math.min(ax, bx) - reach - 0.5f));
        int right = Math.min(SIDE - 1, (int) (Math.max(ax, bx) + reach + 0.5f));
        int top = Math.max(0, (int) (Math.min(ay, by) - reach - 0.5f));
        int bottom = Math.min(SIDE - 1, (int) (Math.max(ay, by) + reach + 0.5f));
        float dx = bx - ax;
        float dy = by - ay;
        float perLength2 = 1 / (dx * dx + dy * dy + 1e-6f);
        float perSoftness = 1 / softness;
        for (int row = top; row <= bottom; row++) {
            for (int column = left; column <= right; column++) {
                float px = column + 0.5f - ax;
                float py = row + 0.5f - ay;
                float t = Math.clamp((px * dx + py * dy) * perLength2, 0f, 1f);
                float ox = px - t * dx;
                float oy = py - t * dy;
                float distance = (float) Math.sqrt(ox * ox + oy * oy);
                float coverage = (ra + t * (rb - ra) - distance) * perSoftness + 0.5f;
                int i = row * SIDE + column;
                ink[i] = Math.max(ink[i], Math.min(coverage, 1));
            }
        }
    }

    /** The displacement at a point: a cubic B-spline through random knots, the smoothed random field of Simard et al. (2003). */
    private float elastic(float[] knots, float atX, float atY) {
        int column = bSpline(atX, weightX);
        int row = bSpline(atY, weightY);
        float sum = 0;
        for (int r = 0; r < 4; r++) {
            for (int c = 0; c < 4; c++) {
                sum += weightY[r] * weightX[c] * knots[(row + r) * KNOTS + column + c];
            }
        }
        return sum;
    }

    /** The cubic B-spline weights at a coordinate of the image, and the index of the first knot they belong to. */
    private static int bSpline(float at, float[] weights) {
        int cells = KNOTS - 3;
        float position = Math.clamp(at / SIDE, 0f, 0.9999f) * cells;
        int cell = (int) position;
        float t = position - cell;
        float s = 1 - t;
        weights[0] = s * s * s / 6;
        weights[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
        weights[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
        weights[3] = t * t * t / 6;
        return cell;
    }

    private static float catmullRom(float p0, float p1, float p2, float p3, float t) {
        float slope1 = (p2 - p0) / 2;
        float slope2 = (p3 - p1) / 2;
        float a = 2 * (p1 - p2) + slope1 + slope2;
        float b = 3 * (p2 - p1) - 2 * slope1 - slope2;
        return ((a * t + b) * t + slope1) * t + p1;
    }

    private float uniform() {
        return draws[drawn++];
    }

    private float between(float low, float high) {
        return low + (high - low) * uniform();
    }

    /** A number within the amplitude of zero, small values more likely: a bounded stand-in for the normal distribution. */
    private float spread(float amplitude) {
        return amplitude * (uniform() + uniform() - 1);
    }
}
