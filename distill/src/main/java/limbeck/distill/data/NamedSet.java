package limbeck.distill.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A public data set known by name: where its files come from, and how a folder that holds them is read.
 *
 * @param name       what the user calls it
 * @param base       the address its files lie under
 * @param files      its files, with size and checksum
 * @param format     how a folder is read
 * @param classNames the names of the classes, empty for numbers
 */
record NamedSet(String name, URI base, List<File> files, Format format, List<String> classNames) {
    /** One file of a set. */
    record File(String name, long size, String sha256) {
    }

    /** How a folder is recognised and read. */
    enum Format { IDX, CIFAR }

    static final NamedSet MNIST = new NamedSet("mnist", URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"), List.of(
        new File("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        new File("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        new File("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        new File("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
        Format.IDX, List.of());

    static final NamedSet FASHION_MNIST = new NamedSet("fashion-mnist",
        URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"), List.of(
        new File("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        new File("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        new File("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        new File("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")),
        Format.IDX,
        List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"));

    static final NamedSet CIFAR10 = new NamedSet("cifar10", URI.create("https://www.cs.toronto.edu/~kriz/"), List.of(
        new File("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")),
        Format.CIFAR, CifarBinary.CLASS_NAMES);

    static final List<NamedSet> ALL = List.of(MNIST, FASHION_MNIST, CIFAR10);

    /** The set from the first of the places that has it, else downloaded into the cache. */
    Splits load(Places places, Datasets.Progress progress) {
        for (Path folder : places.foldersOf(name)) {
            if (isIn(folder)) {
                return read(folder);
            }
        }
        places.dataDir().ifPresent(dir -> {
            throw new DataException(name + " is neither in " + DataException.show(dir) + " nor in its subfolder " + name + "; put "
                + files.getFirst().name() + others() + " there, or leave --data-dir away");
        });
        Path folder = places.cache().resolve(name);
        try {
            URI from = places.mirror().map(m -> m.resolve(name + "/")).orElse(base);
            for (File file : files) {
                Download.fetch(from.resolve(file.name()), folder.resolve(file.name()), file, progress);
            }
        } catch (IOException e) {
            String reason = Source.reason(e);
            throw new DataException(name + " could not be downloaded (" + reason.substring(0, Math.min(reason.length(),
                50)) + "); put "
                + files.getFirst().name() + others() + " into " + DataException.show(folder)
                    + ", or name their folder with --data-dir", e);
        }
        return read(folder);
    }

    private String others() {
        return files.size() > 1 ? " and the other " + (files.size() - 1) + " files" : "";
    }

    private boolean isIn(Path folder) {
        return switch (format) {
            case IDX -> Idx.recognises(folder);
            case CIFAR -> CifarBinary.recognises(folder);
        };
    }

    private Splits read(Path folder) {
        Splits splits = switch (format) {
            case IDX -> Idx.folder(name, folder);
            case CIFAR -> CifarBinary.folder(name, folder);
        };
        // A folder may hold a set of the user's own under the public name; its classes then need not be the public ones.
        if (classNames.size() != splits.train().classes()) {
            return splits;
        }
        return new Splits(splits.train().withClassNames(classNames), splits.test().withClassNames(classNames), splits.notes());
    }
}
