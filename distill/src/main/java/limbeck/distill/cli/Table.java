package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in aligned columns: words at the left, numbers at the right. A header may have several lines; they stand at the bottom. */
final class Table {
    private static final String GAP = "  ";

    private final String alignment;
    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * A table without rows.
     *
     * @param alignment a letter a column: L for left, R for right
     * @param head one header a column
     */
    Table(String alignment, String... head) {
        this.alignment = alignment;
        this.head = List.of(head);
    }

    /** Adds a row of as many cells as the head has. */
    void row(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException("table: " + cells.length + " cells under " + head.size() + " headers");
        }
        rows.add(List.of(cells));
    }

    /** {@return the lines, without a line end after the last} */
    @Override
    public String toString() {
        List<List<String>> heads = head.stream().map(text -> List.of(text.split("\n"))).toList();
        int height = heads.stream().mapToInt(List::size).max().orElse(0);
        var lines = new ArrayList<List<String>>();
        for (int i = 0; i < height; i++) {
            int above = height - i;
            lines.add(heads.stream().map(h -> h.size() < above ? "" : h.get(h.size() - above)).toList());
        }
        lines.addAll(rows);
        int[] widths = new int[head.size()];
        lines.forEach(line -> {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], line.get(c).length());
            }
        });
        var text = new ArrayList<String>();
        lines.forEach(line -> text.add(format(line, widths)));
        text.add(height, "─".repeat(text.stream().mapToInt(String::length).max().orElse(0)));
        return String.join("\n", text);
    }

    private String format(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int c = 0; c < widths.length; c++) {
            String cell = cells.get(c);
            String padding = " ".repeat(widths[c] - cell.length());
            line.append(c == 0 ? "" : GAP).append(alignment.charAt(c) == 'L' ? cell + padding : padding + cell);
        }
        return line.toString().stripTrailing();
    }
}
