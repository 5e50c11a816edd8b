package limbeck.distill.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.data.TeacherInputs;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.teachers.Confidence;
import limbeck.distill.teachers.Each;
import limbeck.distill.teachers.Ensemble;
import limbeck.distill.teachers.Fixed;
import limbeck.distill.teachers.FunctionTeacher;
import limbeck.distill.teachers.Learned;
import limbeck.distill.teachers.Mixture;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachedTest {
    private static final Shape GREY = Shape.of(1, 28, 28);
    private static final Shape COLOURED = Shape.of(3, 16, 16);

    @TempDir
    private Path folder;

    private final Dataset data = Small.images(45, GREY);
    private final Module model = Small.model("mlp-32", GREY, "teacher");

    private Cached cached(Teacher teacher, Loader loader, CacheFormat format) {
        return new Cached(teacher, loader.teacherInputs(), folder, format);
    }

    @Test
    void theTeacherRunsOnceForEachView() throws Exception {
        Loader loader = Small.loader(data, 16, 2);
        var teacher = new Small.Counting(model);
        try (var cached = cached(teacher, loader, CacheFormat.F32)) {
            for (int epoch = 0; epoch < 7; epoch++) {
                Small.look(cached, loader, epoch, 99);
                assertEquals(Math.min(2, epoch + 1) * 3, teacher.runs(), "epoch " + epoch);
            }
        }
        var again = new Small.Counting(model);
        try (var cached = cached(again, loader, CacheFormat.F32)) {
            Small.look(cached, loader, 3, 99);
        }
        assertEquals(0, again.runs(), "a later run");
        assertEquals(1, Small.files(folder).size());
    }

    /** The student, the teacher, whether layers are looked at, the batch: last batches of 13, 3 and 1. */
    @ParameterizedTest
    @CsvSource({"mlp-16, mlp-64-32, 16", "cnn-tiny, lenet, 14", "lenet, cnn-tiny, 42", "lenet, lenet, 44"})
    void aStudentHasTheSameBitsWithF32AsWithoutACache(String student, String teacher, int batch) {
        sameBits(GREY, student, teacher, batch, new LogitKd(4));
    }

    @ParameterizedTest
    @CsvSource({"resnet8, resnet14, 16", "resnet8, resnet14, 43"})
    void soHasAStudentOfLayers(String student, String teacher, int batch) {
        sameBits(COLOURED, student, teacher, batch, new Toward(List.of("layer1", "layer3", "pool")));
    }

    /** The mean square of what layers of one name differ in, with the teacher's scaled by its own mean: a sum in the order of the memory. */
    private record Toward(List<String> layers) implements Objective {
        @Override
        public Variable loss(Moment moment) {
            return layers.stream().map(layer -> {
                Tensor teacher = moment.teacher().feature(layer);
                return moment.student().feature(layer).sub(Variable.of(teacher.div(teacher.abs().mean()))).square().mean();
            }).reduce(Variable::add).orElseThrow();
        }

        @Override
        public Set<Tap> taps() {
            return layers.stream().flatMap(layer -> Stream.of(Tap.student(layer), Tap.teacher(layer))).collect(Collectors.toSet());
        }
    }

    private void sameBits(Shape example, String student, String teacher, int batch, Objective loss) {
        Loader loader = Small.loader(Small.images(45, example), batch, 2);
        var frozen = new Frozen(Small.model(teacher, example, "teacher"));
        Map<String, float[]> without = Small.taught(Small.model(student, example, "student"), new FullBatches(frozen, batch), loss, loader, 3);
        try (var cached = cached(frozen, loader, CacheFormat.F32)) {
            Map<String, float[]> with = Small.taught(Small.model(student, example, "student"), cached, loss, loader, 3);
            without.forEach((name, values) -> assertArrayEquals(values, with.get(name), name));
        }
        try (var cached = cached(frozen, loader, CacheFormat.F32)) {
            Map<String, float[]> later = Small.taught(Small.model(student, example, "student"), cached, loss, loader, 3);
            without.forEach((name, values) -> assertArrayEquals(values, later.get(name), name + ", in a later run"));
        }
    }

    /** Without full batches this fails: the last bits of an example in a small batch are others. */
    @Test
    void whatIsShownOfAnExampleDoesNotDependOnTheBatch() {
        for (String name : List.of("linear", "mlp-64-32", "lenet", "cnn-tiny")) {
            var frozen = new Frozen(Small.model(name, GREY, "teacher"));
            var full = new FullBatches(frozen, 32);
            Tensor all = Device.cpu().normal(Key.of(3), 32, 1, 28, 28);
            float[] expected = frozen.observe(batch(all), Set.of()).logits().toFloats();
            for (int count : new int[] {1, 2, 3, 7, 8, 9, 16, 31}) {
                // The last ones, which are elsewhere in this batch.
                float[] found = full.observe(batch(all.slice(0, 32 - count, 32).contiguous()), Set.of()).logits().toFloats();
                assertArrayEquals(Arrays.copyOfRange(expected, (32 - count) * 10, 320), found, name + " in a batch of " + count);
            }
        }
    }

    private static Batch batch(Tensor inputs) {
        int count = inputs.shape().dim(0);
        return new Batch(new long[count], inputs, inputs, Device.cpu().tensor(new int[count], count), 0);
    }

    /** By id and view, all that was shown in an epoch. */
    private static Map<String, List<float[]>> shown(Teacher teacher, Loader loader, int epoch, Tap... taps) {
        var shown = new TreeMap<String, List<float[]>>();
        try (Epoch pass = loader.epoch(epoch); var _ = Scope.open("shown")) {
            while (pass.hasNext()) {
                Batch batch = pass.next();
                Views<Tensor> views = teacher.observe(batch, Set.of(taps));
                for (int i = 0; i < batch.size(); i++) {
                    int row = i;
                    UnaryOperator<Tensor> one = all -> all.slice(0, row, row + 1);
                    var parts = new ArrayList<float[]>();
                    parts.add(one.apply(views.logits()).toFloats());
                    views.features().values().forEach(feature -> parts.add(one.apply(feature).toFloats()));
                    shown.put(batch.ids()[i] + " " + batch.augmentationSeed(), parts);
                }
            }
        }
        return shown;
    }

    @Test
    void allEpochsTeachTheSameInFormatsThatRound() {
        Loader loader = Small.loader(data, 16, 1);
        Map<String, List<float[]>> exact = shown(new Frozen(model), loader, 0);
        for (String format : List.of("f16", "top-3")) {
            try (var cached = cached(new Frozen(model), loader, CacheFormat.parse(format))) {
                Map<String, List<float[]>> first = shown(cached, loader, 0);
                Map<String, List<float[]>> second = shown(cached, loader, 1);
                assertEquals(45, first.size());
                first.forEach((example, parts) -> {
                    assertArrayEquals(parts.getFirst(), second.get(example).getFirst(), format);
                    assertFalse(Arrays.equals(exact.get(example).getFirst(), parts.getFirst()), format + " rounds");
                });
            }
        }
    }

    @Test
    void layersComeBackAsTheyWere() {
        Dataset coloured = Small.images(20, COLOURED);
        Loader loader = Small.loader(coloured, 8, 0);
        var frozen = new Frozen(Small.model("resnet8", COLOURED, "teacher"));
        Tap[] taps = {Tap.teacher("layer2"), Tap.teacher("pool"), Tap.teacher("layer1.0.preactivation")};
        Map<String, List<float[]>> exact = shown(new FullBatches(frozen, 8), loader, 0, taps);
        try (var cached = cached(frozen, loader, CacheFormat.F32); var _ = Scope.open("layers")) {
            shown(cached, loader, 0, taps).forEach((example, parts) -> {
                assertEquals(4, parts.size());
                for (int i = 0; i < parts.size(); i++) {
                    assertArrayEquals(exact.get(example).get(i), parts.get(i));
                }
            });
            try (Epoch pass = loader.epoch(1)) {
                Batch batch = pass.next();
                Views<Tensor> own = frozen.observe(batch, Set.of(taps));
                cached.observe(batch, Set.of(taps)).features().forEach((path, feature) ->
                        assertEquals(own.feature(path).layout().isChannelsLast(), feature.layout().isChannelsLast(), path));
            }
        }
    }

    @Test
    void halfWrittenByOneRunAndFinishedByTheNextIsTheSameFile() throws Exception {
        Loader loader = Small.loader(data, 16, 2);
        try (var cached = cached(new Frozen(model), loader, CacheFormat.F16)) {
            Small.look(cached, loader, 0, 99);
            Small.look(cached, loader, 1, 99);
        }
        byte[] whole = Files.readAllBytes(Small.file(folder));
        Path other = folder.resolve("other");
        var teacher = new Small.Counting(model);
        for (int[] part : new int[][] {{0, 1}, {1, 2}, {0, 99}, {1, 99}, {5, 99}}) {
            try (var cached = new Cached(teacher, loader.teacherInputs(), other, CacheFormat.F16)) {
                Small.look(cached, loader, part[0], part[1]);
            }
        }
        assertArrayEquals(whole, Files.readAllBytes(Small.file(other)));
        assertEquals(1 + 2 + 2 + 1, teacher.runs(), "what is there is not looked at again");
    }

    @Test
    void itsSizeIsKnownBefore() throws Exception {
        Loader loader = Small.loader(data, 16, 2);
        for (String format : List.of("f32", "f16", "top-3")) {
            CacheSize size = Cached.size(Views.of(Shape.of(10)), loader.teacherInputs(), CacheFormat.parse(format));
            Path own = folder.resolve(format);
            try (var cached = new Cached(new Frozen(model), loader.teacherInputs(), own, CacheFormat.parse(format))) {
                Small.look(cached, loader, 0, 1);
            }
            assertEquals(Files.size(Small.file(own)), size.file(), format);
            assertEquals(Map.of("f32", 44L, "f16", 24L, "top-3", 26L).get(format), size.example());
        }
        var layers = new HashMap<String, Shape>();
        layers.put("layer1", Shape.of(16, 32, 32));
        assertEquals(4 + 2 * 10 + 2 * 16 * 32 * 32,
                Cached.size(new Views<>(Shape.of(10), layers), loader.teacherInputs(), CacheFormat.F16).example());
    }

    @Test
    void eachTeacherAndSetOfLayersHasAFile() throws Exception {
        Loader loader = Small.loader(data, 16, 0);
        for (String key : List.of("teacher", "another", "teacher")) {
            try (var cached = cached(new Frozen(Small.model("mlp-32", GREY, key)), loader, CacheFormat.F32)) {
                Small.look(cached, loader, 0, 99);
                Small.look(cached, loader, 0, 99, Tap.teacher("input"));
            }
        }
        assertEquals(4, Small.files(folder).size());
    }

    @Test
    void oneWithoutAFingerprintIsRefused() {
        TeacherInputs inputs = Small.loader(data, 16, 0).teacherInputs();
        Teacher learns = (batch, taps) -> Views.of(batch.inputs());
        String sentence = assertThrows(IllegalArgumentException.class, () -> new Cached(learns, inputs, folder, CacheFormat.F32)).getMessage();
        assertTrue(sentence.contains("cannot be kept, since it learns or cannot say what it is made of"), sentence);
    }

    @Test
    void anEnsembleOfFinishedModelsIsKeptAndOneThatLearnsIsNot() {
        Loader loader = Small.loader(data, 16, 0);
        List<Teacher> members = List.of(new Frozen(model), new Frozen(Small.model("mlp-16", GREY, "other")));
        var ensemble = new Ensemble(members, Mixture.PROBABILITIES, new Confidence());
        Map<String, List<float[]>> exact = shown(new FullBatches(ensemble, 16), loader, 0);
        try (var cached = cached(ensemble, loader, CacheFormat.F32)) {
            shown(cached, loader, 0);
            shown(cached, loader, 1).forEach((example, parts) -> assertArrayEquals(exact.get(example).getFirst(), parts.getFirst()));
        }
        // Each shows the other teachers' logits under names that are no layers'.
        try (var cached = cached(new Each(members, Fixed.equal(2)), loader, CacheFormat.F16)) {
            shown(cached, loader, 0);
            shown(cached, loader, 1).values().forEach(parts -> assertEquals(2, parts.size()));
        }
        try (var cached = cached(new Each(members, Fixed.equal(2)), loader, CacheFormat.F16)) {
            shown(cached, loader, 1).values().forEach(parts -> assertEquals(2, parts.size(), "in a later run"));
        }
        assertNotEquals(ensemble.fingerprint(), new Ensemble(members, Mixture.LOGITS, new Confidence()).fingerprint());
        assertNotEquals(new Ensemble(members).fingerprint(), new Ensemble(members.reversed()).fingerprint());
        var learns = new Ensemble(members, Mixture.LOGITS, new Learned(2, Device.cpu(), 0.1));
        assertThrows(IllegalArgumentException.class, () -> cached(learns, loader, CacheFormat.F32));
        assertThrows(IllegalArgumentException.class, () -> cached(new Ensemble(List.of(members.getFirst(), learns)), loader, CacheFormat.F32));
        assertThrows(IllegalArgumentException.class, () -> cached(new FunctionTeacher(x -> x.flatten(1)), loader, CacheFormat.F32));
    }

    @Test
    void aFreshAugmentationInEachEpochIsRefused() {
        Loader fresh = Loader.of(data, 16).augment(Augment.shift(1), Key.of(1)).build();
        String sentence = assertThrows(IllegalArgumentException.class, fresh::teacherInputs).getMessage();
        assertTrue(sentence.startsWith("views: the teacher sees another augmentation in each epoch") && sentence.contains("set views to a number"),
                sentence);
        Loader plain = Loader.of(data, 16).augment(Augment.shift(1), Key.of(1)).teacherAugment(Augment.NONE, Key.of(1)).build();
        assertEquals(1, plain.teacherInputs().views(), "the teacher sees the examples as they are");
    }

    @Test
    void topKOfLayersIsRefused() {
        Loader loader = Small.loader(data, 16, 0);
        try (var cached = cached(new Frozen(model), loader, CacheFormat.parse("top-3"))) {
            String sentence = assertThrows(IllegalArgumentException.class, () -> Small.look(cached, loader, 0, 1, Tap.teacher("input"))).getMessage();
            assertEquals("cache: top-3 keeps logits alone, but the losses look at the teacher's [input]; choose f16 or f32", sentence);
            assertFalse(Files.exists(folder.resolve("anything")));
        }
    }

    @Test
    void anExampleOfOtherInputsIsRefused() {
        Loader loader = Small.loader(data, 16, 2);
        Loader other = Small.loader(Small.images(99, GREY), 16, 3);
        try (var cached = cached(new Frozen(model), loader, CacheFormat.F32)) {
            assertThrows(IllegalArgumentException.class, () -> Small.look(cached, other, 2, 1), "another view");
            assertThrows(IllegalArgumentException.class, () -> Small.look(cached, other, 0, 99), "another example");
        }
    }

    @Test
    void ofASubsetTheExamplesStandCloseTogether() throws Exception {
        Dataset some = data.take(new int[] {44, 3, 17, 3, 8});
        Loader loader = Small.loader(some, 2, 0);
        TeacherInputs inputs = loader.teacherInputs();
        assertEquals(4, inputs.examples(), "each counts once");
        try (var cached = cached(new Frozen(model), loader, CacheFormat.F32)) {
            Map<String, List<float[]>> exact = shown(new FullBatches(new Frozen(model), 2), loader, 0);
            shown(cached, loader, 1).forEach((example, parts) -> assertArrayEquals(exact.get(example).getFirst(), parts.getFirst()));
        }
        assertEquals(Cached.size(Views.of(Shape.of(10)), inputs, CacheFormat.F32).file(), Files.size(Small.file(folder)));
    }
}
