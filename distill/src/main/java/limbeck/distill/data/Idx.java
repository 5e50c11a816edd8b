package limbeck.distill.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import limbeck.tensor.Shape;

/**
 * Reads IDX files, the format of MNIST: two zero bytes, a type, the number of dimensions, each dimension as a big-endian 32-bit
 * number, then the values, row-major. The type must be 0x08 (unsigned byte). Magic number 2051 is thus bytes in three dimensions
 * (n, rows, columns), 2049 bytes in one. Plain and gzip files are told apart by content.
 *
 * <pre>{@code
 * Splits letters = Idx.folder("letters", Path.of("my/letters"));
 * }</pre>
 *
 * <p>A damaged file is a {@link DataException} and never costs more memory than twice its size plus 64 MiB. See LeCun, Cortes and
 * Burges, "The MNIST database of handwritten digits" (1998), for the format.
 */
public final class Idx {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MAX_RANK = 4;
    private static final Pattern FILE_NAME = Pattern.compile("(.*?)(train|t10k|test)-(images|labels)[-.]idx[0-9]-ubyte(\\.gz)?");

    private Idx() {
    }

    /**
     * An IDX file's content.
     *
     * @param shape  all dimensions, the number of examples first
     * @param values the unsigned bytes, row-major
     */
    public record Content(Shape shape, byte[] values) {
    }

    /**
     * Reads one file of one to four dimensions.
     *
     * @param file the file, plain or gzip
     * @return its dimensions and values
     * @throws DataException if the file is missing, damaged, empty or not of unsigned bytes
     */
    public static Content read(Path file) {
        try (var source = Source.open(file)) {
            int magic = source.bigEndian32("the magic number");
            int rank = magic & 0xff;
            if (magic >>> 8 != UNSIGNED_BYTE || rank < 1 || rank > MAX_RANK) {
                throw source.damaged("the magic number is " + Integer.toUnsignedString(magic)
                    + ", expected 2049 (labels) or 2051 (images)"
                    + "; is it an IDX file of unsigned bytes?");
            }
            var dims = new int[rank];
            long count = 1;
            for (int d = 0; d < rank; d++) {
                dims[d] = source.bigEndian32("dimension " + d);
                if (dims[d] < 1) {
                    throw source.damaged("dimension " + d + " at byte " + (source.position() - 4) + " is "
                        + Integer.toUnsignedString(dims[d]) + ", expected 1 to " + Integer.MAX_VALUE);
                }
                count = dims[d] > Long.MAX_VALUE / 2 / count ? Long.MAX_VALUE / 2 : count * dims[d];
            }
            byte[] values = source.bytes(count, rank == 1 ? "labels" : "values");
            source.expectEnd("the " + count + " values that the header declares");
            return new Content(Shape.of(dims), values);
        }
    }

    /**
     * Reads a file of examples and the file of their labels, which must be 0 to {@code classes} - 1.
     *
     * @param name    what to call the set
     * @param images  (n, rows, columns), read as shape (1, rows, columns); (n, channels, rows, columns); or (n, features)
     * @param labels  (n)
     * @param classes the number of classes
     * @return the data set
     * @throws DataException if a file is missing or damaged, the counts differ, or a label is out of range
     */
    public static Dataset dataset(String name, Path images, Path labels, int classes) {
        return join(name, images, read(images), labels, labelsOf(labels), classes);
    }

    /**
     * Reads a folder that holds the four files of a set under MNIST's names: {@code train-images-idx3-ubyte},
     * {@code train-labels-idx1-ubyte}, {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each plain or with
     * {@code .gz}. Also found: {@code test} for {@code t10k}, a dot for the dash before {@code idx}, and a prefix (as in EMNIST).
     *
     * <p>Labels that start at 0 are kept. Others are renumbered 0 to C-1 in the order of the distinct labels of the training part,
     * which {@link Splits#notes} then says.
     *
     * @param name   what to call the set
     * @param folder the folder
     * @return both parts
     * @throws DataException if a file is missing, ambiguous or damaged, or a test label does not occur in training
     */
    public static Splits folder(String name, Path folder) {
        var files = Source.list(folder);
        Path trainLabelFile = find(folder, files, "train", "labels");
        Path testLabelFile = find(folder, files, "t10k", "labels");
        Path trainImageFile = find(folder, files, "train", "images");
        Path testImageFile = find(folder, files, "t10k", "images");
        int[] trainLabels = labelsOf(trainLabelFile);
        int[] testLabels = labelsOf(testLabelFile);
        int[] distinct = Arrays.stream(trainLabels).distinct().sorted().toArray();
        var notes = new ArrayList<String>();
        boolean renumber = distinct[0] != 0;
        for (int i = 0; i < testLabels.length; i++) {
            if (Arrays.binarySearch(distinct, testLabels[i]) < 0) {
                throw DataException.in(testLabelFile, "label " + testLabels[i] + " of test example " + i
                    + " does not occur in the training labels");
            }
        }
        int highest = distinct[distinct.length - 1];
        int classes = renumber ? distinct.length : highest + 1;
        List<String> classNames = null;
        if (renumber) {
            notes.add("The labels run from " + distinct[0] + " to " + highest + " and were renumbered 0 to " + (classes - 1) + ".");
            classNames = Arrays.stream(distinct).mapToObj(Integer::toString).toList();
            renumber(trainLabels, distinct);
            renumber(testLabels, distinct);
        } else if (distinct.length < classes) {
            notes.add("Only " + distinct.length + " of the " + classes + " classes from 0 to " + highest + " occur in training.");
        }
        Dataset train = join(name, trainImageFile, read(trainImageFile), trainLabelFile, trainLabels, classes);
        Dataset test = join(name, testImageFile, read(testImageFile), testLabelFile, testLabels, classes);
        if (!train.shape().equals(test.shape())) {
            throw DataException.in(testImageFile, "test examples have shape " + test.shape()
                + ", training examples " + train.shape()
                + "; they must be equal");
        }
        return classNames == null ? new Splits(train, test, notes)
            : new Splits(train.withClassNames(classNames), test.withClassNames(classNames), notes);
    }

    /** Whether a folder holds at least one file named as {@link #folder} expects. */
    static boolean recognises(Path folder) {
        return Files.isDirectory(folder)
            && Source.list(folder).stream().anyMatch(f -> FILE_NAME.matcher(f.getFileName().toString()).matches());
    }

    private static Dataset join(String name, Path imageFile, Content images, Path labelFile, int[] labels, int classes) {
        int[] dims = images.shape().dims();
        if (dims.length < 2) {
            throw DataException.in(imageFile, "has one dimension, so it holds labels; expected images");
        }
        if (dims[0] != labels.length) {
            throw DataException.in(imageFile, "holds " + dims[0] + " examples, but " + labelFile.getFileName()
                + " holds " + labels.length
                + " labels; they must agree");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= classes) {
                throw DataException.in(labelFile, "label " + labels[i] + " of example " + i
                    + " is out of range, expected 0 to " + (classes - 1));
            }
        }
        Shape shape = switch (dims.length) {
            case 2 -> Shape.of(dims[1]);
            case 3 -> Shape.of(1, dims[1], dims[2]);
            default -> Shape.of(dims[1], dims[2], dims[3]);
        };
        return Dataset.ofBytes(name, shape, classes, images.values(), labels);
    }

    private static int[] labelsOf(Path file) {
        Content content = read(file);
        if (content.shape().rank() != 1) {
            throw DataException.in(file, "has " + content.shape().rank()
                + " dimensions, expected 1 (magic number 2049) for labels");
        }
        var labels = new int[content.values().length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = content.values()[i] & 0xff;
        }
        return labels;
    }

    private static void renumber(int[] labels, int[] distinct) {
        for (int i = 0; i < labels.length; i++) {
            labels[i] = Arrays.binarySearch(distinct, labels[i]);
        }
    }

    /** The file of one part and kind; of a plain and a gzip copy of the same file, the plain one. */
    private static Path find(Path folder, List<Path> files, String part, String kind) {
        Path found = null;
        String foundPrefix = null;
        for (Path file : files) {
            var name = FILE_NAME.matcher(file.getFileName().toString());
            if (!name.matches() || !name.group(3).equals(kind)) {
                continue;
            }
            if (!name.group(2).equals(part) && !(part.equals("t10k") && name.group(2).equals("test"))) {
                continue;
            }
            if (found == null) {
                found = file;
                foundPrefix = name.group(1);
            } else if (!name.group(1).equals(foundPrefix)) {
                throw DataException.in(folder, "holds both " + found.getFileName() + " and " + file.getFileName()
                    + "; keep one set to a folder");
            }
        }
        if (found == null) {
            String example = part + "-" + kind + (kind.equals("images") ? "-idx3" : "-idx1") + "-ubyte";
            throw DataException.in(folder, "there is no " + example + " or " + example + ".gz in this folder");
        }
        return found;
    }
}
