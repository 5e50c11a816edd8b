package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    private static final CsvOptions ALL = CsvOptions.DEFAULTS.withSplit(new CsvOptions.Split.None());

    @TempDir
    private Path folder;

    private Csv.Table read(String text, CsvOptions options) {
        return Csv.read(Samples.write(folder.resolve("t.csv"), text), options);
    }

    private Dataset rows(String text, CsvOptions options) {
        return read(text, options).splits().train();
    }

    private void refused(String part, String text, CsvOptions options) {
        var e = assertThrows(DataException.class, () -> read(text, options));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private static float[] row(Dataset data, int i) {
        var out = new float[(int) data.shape().size()];
        data.read(i, out, 0);
        return out;
    }

    @Test
    void regressionOfTheLastColumn() {
        var table = read("a,b,y\n1,2,3\n-4.5,+5e-1,6.25\n\n\n", ALL);
        Dataset rows = table.splits().train();
        assertEquals(List.of("a", "b"), table.features());
        assertEquals("y", table.answer());
        assertEquals(Shape.of(2), rows.shape());
        assertArrayEquals(new float[] {-4.5f, 0.5f}, row(rows, 1));
        assertEquals(6.25f, rows.target(1, 0));
        assertTrue(table.splits().notes().getFirst().contains("is taken as the number to predict"));
    }

    @Test
    void delimitersLineEndsQuotesAndMarks() {
        for (String text : List.of("\ufeffx,\"y \"\"z\"\"\",c\r\n1,\"2\",\"a,\nb\"\r\n3,4,c\r\n\r\n",
            "x\t\"y \"\"z\"\"\"\tc\r1\t2\t\"a,\nb\"\r3\t4\tc",
            "x;\"y \"\"z\"\"\";c\n1; 2 ;\"a,\nb\"\n3;4;c\n")) {
            var table = read(text, ALL);
            assertEquals(List.of("x", "y \"z\""), table.features(), text);
            assertEquals(List.of("a,\nb", "c"), table.splits().train().classNames());
            assertArrayEquals(new float[] {1, 2}, row(table.splits().train(), 0));
            assertArrayEquals(new int[] {0, 1}, table.splits().train().labels());
        }
    }

    @Test
    void gzipIsRead() {
        Path file = Samples.write(folder.resolve("t.csv.gz"), Samples.gzip("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8)));
        assertEquals(4, Csv.read(file, ALL).splits().train().target(1, 0));
    }

    @Test
    void aDecompressionBombIsRefused() {
        Path file = Samples.write(folder.resolve("bomb.csv.gz"), Samples.gzip("1,2\n".repeat(13 << 20).getBytes(StandardCharsets.UTF_8)));
        var e = assertThrows(DataException.class, () -> Csv.read(file, ALL));
        assertTrue(e.getMessage().contains("over 100 times its size"), e.getMessage());
    }

    @Test
    void aFileWithoutHeaderNamesColumnsByNumber() {
        var table = read("5.1,3.5,setosa\n6.0,2.2,virginica\n", ALL);
        assertEquals(List.of("0", "1"), table.features());
        assertEquals(List.of("setosa", "virginica"), table.splits().train().classNames());
        assertEquals(2, read("1,2\n3,4\n", ALL.withTarget("0").withHeader(CsvOptions.Header.NO)).splits().train().size());
        assertEquals(1, read("1,2\n3,4\n", ALL.withTarget("1").withHeader(CsvOptions.Header.YES)).splits().train().size());
    }

    @Test
    void labelsOfNumbersAreSortedAsNumbers() {
        Dataset rows = rows("label,a\n10,1\n9,2\n10.0,3\n", ALL);
        assertEquals(List.of("9", "10"), rows.classNames());
        assertArrayEquals(new int[] {1, 0, 1}, rows.labels());
        refused("line 3, column 'a': label '2.5' is not a whole number", "a,b\n1,1\n2.5,1\n", ALL.withLabel("a"));
    }

    @Test
    void textsBecomeOneHotOrIds() {
        String text = "a,place,y\n1,sea,1\n2,land,2\n3,sea,3\n";
        var oneHot = read(text, ALL);
        assertEquals(List.of("a", "place=land", "place=sea"), oneHot.features());
        assertArrayEquals(new float[] {1, 0, 1}, row(oneHot.splits().train(), 0));
        assertArrayEquals(new float[] {2, 0}, row(rows(text, ALL.withCategories(CsvOptions.Categories.IDS)), 1));
        assertEquals(List.of("a"), read(text, ALL.withDrop(List.of("place"))).features());
    }

    @Test
    void gapsAreRefusedFilledOrLeftOut() {
        String text = "a,b,y\n1,x,1\n,x,2\n3,NA,3\n5,z,-200\n7,z,5\n";
        refused("line 3, column 'a': the value is missing", text, ALL);
        assertArrayEquals(new float[] {0, 1, 0}, row(rows(text, ALL.withFill(CsvOptions.Fill.ZERO)), 1));
        var kept = read(text, ALL.withFill(CsvOptions.Fill.DROP).withMissing(-200).withTarget("y")).splits();
        assertEquals(2, kept.train().size());
        assertArrayEquals(new float[] {7, 0, 1}, row(kept.train(), 1));
        assertEquals(List.of("3 of 5 rows have gaps and were left out."), kept.notes());
        refused("line 5, column 'y': the value is missing; use fill=drop", text,
            ALL.withFill(CsvOptions.Fill.MEAN).withMissing(-200));
        // Row 0 is for the test, so its 100 must not enter the mean.
        var split = read("a,y\n100,1\n1,1\n,1\n3,1\n", CsvOptions.DEFAULTS.withFill(CsvOptions.Fill.MEAN)).splits();
        assertEquals(2, row(split.train(), 1)[0]);
        assertEquals(1, split.test().size());
    }

    @Test
    void splitsAreByRow() {
        String text = "a,y\n0,0\n1,1\n2,2\n3,3\n4,4\n5,5\n";
        var every = read(text, CsvOptions.parse("target=y&test=every:3")).splits();
        assertEquals(2, every.test().size());
        assertEquals(3, every.test().target(1, 0));
        var last = read(text, CsvOptions.parse("target=y&test=last:0.5")).splits();
        assertEquals(2, last.train().target(2, 0));
        assertEquals(3, last.test().target(0, 0));
        assertTrue(last.notes().isEmpty());
    }

    @Test
    void damageIsNamedByLineAndColumn() {
        refused("line 4, column 'b': 'x7' is not a number", "a,b\n1,2\n3,4\n5,x7\n", ALL);
        refused("line 3 has 3 fields, expected 2 as in the header", "a,b\n1,2\n3,4,5\n", ALL);
        refused("the quote opened on line 2 in field 2 is never closed", "a,b\n1,\"2\n3,4\n", ALL);
        refused("line 2 has text after the closing quote of field 1", "a,b\n\"1\"x,2\n", ALL);
        refused("line 3 is blank, but line 4 is not", "a,b\n1,2\n\n3,4\n", ALL);
        refused("line 2 holds byte 0 in field 2", "a,b\n1,\0\n", ALL);
        refused("'1e39' is too large for a float", "a,b\n1,1e39\n", ALL);
        refused("there are no rows", "", ALL);
        refused("there are no rows after the header", "a,b\n", ALL);
        refused("two columns are called 'a'", "a,a\n1,2\n", ALL);
        refused("there is no column 'z'; the columns are a, b", "a,b\n1,2\n", ALL.withTarget("z"));
        refused("one column or less", "a\n1\n", ALL);
        refused("column 'a' holds no value at all", "a,b\n,2\n", ALL.withFill(CsvOptions.Fill.MEAN));
        refused("holds texts; for classes name it with label=", "a,b\n1,x\n", ALL.withTarget("b"));
        refused("is not UTF-8 text", "a,b\n1,\ufffd\n", ALL);
        var many = new StringBuilder("d,y\n");
        for (int i = 0; i < 1100; i++) {
            many.append("day").append(i).append(",1\n");
        }
        refused("column 'd' holds over 1000 different texts by line 1002; leave it out with drop=", many.toString(), ALL);
    }

    @Test
    void optionsAreNamed() {
        for (String bad : List.of("fil=mean", "fill=median", "test=0.2", "test=every:1", "test=last:2", "missing=x",
            "label=a&target=b", "header")) {
            var e = assertThrows(DataException.class, () -> CsvOptions.parse(bad));
            assertTrue(e.getMessage().startsWith("csv: "), e.getMessage());
        }
        assertEquals(CsvOptions.DEFAULTS, CsvOptions.parse(""));
    }

    @Test
    void numbersAreThoseOfTheLibrary() {
        for (String good : List.of("0", "-0.0", "1.", ".5", "00012.50", "3.141592653589793238", "1e22", "1e-22",
            "9007199254740993", "4.9e-324", "1E+5",
            "0.000000000000000000000000000001")) {
            byte[] bytes = good.getBytes(StandardCharsets.US_ASCII);
            assertEquals(Float.parseFloat(good), (float) CsvNumber.parse(bytes, 0, bytes.length), good);
        }
        for (String bad : List.of("", ".", "-", "1e", "1e+", "0x1p3", "1f", "NaN", "Infinity", "1 2", "1,5", "--1", "1.2.3")) {
            byte[] bytes = bad.getBytes(StandardCharsets.US_ASCII);
            assertTrue(Double.isNaN(CsvNumber.parse(bytes, 0, bytes.length)), bad);
        }
        var key = Key.of(5).split("numbers");
        for (int i = 0; i < 20_000; i++) {
            String text = key.below(100, 3L * i) + "." + key.below(1_000_000_000, 3L * i + 1) + key.below(100_000_000, 3L * i + 2);
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            assertEquals(Float.parseFloat(text), (float) CsvNumber.parse(bytes, 0, bytes.length), text);
        }
        for (int i = 0; i < 20_000; i++) {
            String text = (key.below(2, 4L * i) == 0 ? "-" : "") + key.below(100_000_000, 4L * i + 1)
                + "." + key.below(1_000_000, 4L * i + 2)
                + "e" + (key.below(60, 4L * i + 3) - 30);
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            assertEquals(Double.parseDouble(text), CsvNumber.parse(bytes, 0, bytes.length), text);
        }
    }

    @Test
    void manyOneHotColumnsAreRefusedBeforeTheyAreMade() {
        var text = new StringBuilder("a,b,c,d,y\n");
        for (int i = 0; i < 30_000; i++) {
            for (int c = 0; c < 4; c++) {
                text.append('t').append(i % 999).append(',');
            }
            text.append("1\n");
        }
        refused("one-hot columns would make 119880000 numbers", text.toString(), ALL);
        assertEquals(30_000, rows(text.toString(), ALL.withCategories(CsvOptions.Categories.IDS)).size());
    }
}
