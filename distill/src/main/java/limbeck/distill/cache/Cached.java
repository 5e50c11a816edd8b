package limbeck.distill.cache;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import limbeck.distill.Batch;
import limbeck.distill.Fingerprint;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.data.TeacherInputs;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * A finished teacher that is run once for each example in each of its views, and never again: what it shows is kept in a file, and read from
 * there in later epochs, later runs, and by other students.
 *
 * {@snippet :
 * Loader loader = Loader.of(train, 128).shuffle(key).augment(Augment.parse("crop:4,flip"), key).views(4).build();
 * try (var teacher = new Cached(new Frozen(model), loader.teacherInputs(), Path.of("cache"), CacheFormat.F32)) {
 *     var recipe = new Recipe(teacher, List.of(new Term("ce", 0.1, new HardLabels()), new Term("kd", 0.9, new LogitKd(4))));
 * }
 * }
 *
 * <p>There is one file for each set of layers that the losses look at, under a name made of all that decides its content: the teacher's
 * {@link Teacher#fingerprint}, the {@link TeacherInputs}, the batch size, the precision, the device, the format and the layers. So one folder
 * serves any number of teachers. Before a file is used, all of it is checked; one that was cut short is gone on with, one that is damaged or
 * that is not what its name says is refused, and while one run is writing a file, no other can.
 *
 * <p>Students learn from what the file holds in the first epoch too, so that with a format that rounds all epochs teach the same. With
 * {@link CacheFormat#F32} they learn, bit by bit, what {@link FullBatches} of the same teacher would teach them.
 *
 * <p>For one thread at a time.
 */
public final class Cached implements Teacher, AutoCloseable {
    private final Teacher teacher;
    private final String name;
    private final TeacherInputs inputs;
    private final Path folder;
    private final CacheFormat format;
    private final Map<CacheOrigin, CacheFile> files = new HashMap<>();
    private final Map<CacheFile, List<float[]>> rooms = new IdentityHashMap<>();

    /**
     * A teacher and a folder; nothing is read or written yet.
     *
     * @param teacher a finished one
     * @param inputs all that it will be shown
     * @param folder where the files are; made if it is not there
     * @param format how numbers are kept
     * @throws IllegalArgumentException if the teacher has no fingerprint, as one that learns has none
     */
    public Cached(Teacher teacher, TeacherInputs inputs, Path folder, CacheFormat format) {
        this.teacher = new FullBatches(teacher, inputs.batchSize());
        String print = teacher.fingerprint().orElseThrow(() -> new IllegalArgumentException("cache: what a teacher of class "
                + teacher.getClass().getSimpleName() + " shows cannot be kept, since it learns or cannot say what it is made of; cache finished "
                + "models, as in new Cached(new Frozen(model), ...), and put what changes around them"));
        this.name = new Fingerprint("teacher").add(print).hex();
        this.inputs = inputs;
        this.folder = folder;
        this.format = format;
    }

    /**
     * The size of a file with all its records, known before anything is written.
     *
     * @param shown the shapes of what the teacher shows of one example, without the batch: its logits, and the layers that are looked at
     * @param inputs all that the teacher will be shown
     * @param format how numbers are kept
     * @return bytes of one example in one view, and of the whole file
     * @throws IllegalArgumentException if layers are looked at and the format keeps none
     */
    public static CacheSize size(Views<Shape> shown, TeacherInputs inputs, CacheFormat format) {
        RecordLayout layout = RecordLayout.planned(format, shown);
        CacheOrigin origin = CacheOrigin.of("", inputs, format, Device.cpu(), Set.of());
        return new CacheSize(layout.bytes() + Integer.BYTES, CacheFile.bytes(new CacheHeader(origin.entries(), layout), origin.places()));
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        int[] places = Arrays.stream(batch.ids()).mapToInt(id -> inputs.place(id, batch.augmentationSeed())).toArray();
        Device device = batch.teacherInputs().device();
        CacheOrigin origin = CacheOrigin.of(name, inputs, format, device, taps);
        CacheFile file = files.computeIfAbsent(origin, this::open);
        if (file == null || !Arrays.stream(places).allMatch(file::isWritten)) {
            file = write(batch, taps, places, origin);
        }
        return read(file, places, device);
    }

    private Path path(CacheOrigin origin) {
        return folder.resolve(origin.fileName());
    }

    private CacheFile open(CacheOrigin origin) {
        return CacheFile.open(path(origin), origin);
    }

    private CacheFile write(Batch batch, Set<Tap> taps, int[] places, CacheOrigin origin) {
        // All that the teacher computes is given back at once.
        try (var _ = Scope.open("teacher")) {
            Views<Tensor> shown = teacher.observe(batch, taps);
            CacheFile file = files.computeIfAbsent(origin, _ -> CacheFile.create(path(origin), origin, RecordLayout.of(format, shown)));
            RecordLayout layout = file.header().layout();
            List<float[]> values = layout.values(shown);
            for (int i = 0; i < places.length; i++) {
                layout.put(values, i, file.blank());
                file.write(places[i]);
            }
            return file;
        }
    }

    private Views<Tensor> read(CacheFile file, int[] places, Device device) {
        RecordLayout layout = file.header().layout();
        // Kept for the next batch: new arrays for whole feature maps would be filled with zeros each time.
        List<float[]> values = rooms.compute(file,
                (_, room) -> room != null && layout.fits(room, places.length) ? room : layout.arrays(places.length));
        for (int i = 0; i < places.length; i++) {
            layout.get(file.read(places[i]), values, i);
        }
        return layout.views(values, places.length, device);
    }

    @Override
    public Optional<String> fingerprint() {
        return teacher.fingerprint();
    }

    @Override
    public void close() {
        files.values().forEach(CacheFile::close);
        files.clear();
        rooms.clear();
    }
}
