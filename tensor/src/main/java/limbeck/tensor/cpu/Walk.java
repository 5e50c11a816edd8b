package limbeck.tensor.cpu;

/** Where one operand of a block of rows lies in its array: element (r, i) is at {@code at + r * row + i * step}. */
final class Walk {
    int at;
    int row;
    int step;

    static Walk of(int at, int row, int step) {
        var walk = new Walk();
        walk.at = at;
        walk.row = row;
        walk.step = step;
        return walk;
    }

    /** Whether neighbours within a row lie side by side. */
    boolean isUnit() {
        return step == 1;
    }

    /** Whether a row is a run of neighbours, or one element repeated: what the vector loops can read. */
    boolean isSimple() {
        return step == 1 || step == 0;
    }

    /** The rest of each row behind its first n elements. */
    Walk past(int n) {
        return of(at + n * step, row, step);
    }

    @Override
    public String toString() {
        return at + " + " + row + " r + " + step + " i";
    }
}
