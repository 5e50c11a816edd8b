package limbeck.distill.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** A few random images, models for them, and short trainings. */
final class Small {
    static final int CLASSES = 10;
    private static final Key KEY = Key.of(31);

    private Small() {
    }

    static Dataset images(int count, Shape shape) {
        int size = (int) shape.size();
        var values = new float[count * size];
        KEY.split("images").uniform(values, 0, values.length, 0);
        int[] labels = IntStream.range(0, count).map(i -> (int) (values[i * size] * CLASSES)).toArray();
        return Dataset.ofFloats("small", shape, CLASSES, values, labels);
    }

    /** Augmented by a shift and noise, in so many views; 0 for no augmentation. */
    static Loader loader(Dataset data, int batch, int views) {
        Loader.Builder loader = Loader.of(data, batch).shuffle(KEY).normalise(data.statistics()).prefetch(0);
        return views == 0 ? loader.build() : loader.augment(Augment.parse("shift:2,noise:0.1"), KEY).views(views).build();
    }

    static Module model(String name, Shape example, String key) {
        return Models.build(name, example, CLASSES, KEY.split(key));
    }

    /** A finished model that counts how often it is run. */
    static final class Counting implements Teacher {
        private final Frozen frozen;
        private int runs;

        Counting(Module model) {
            frozen = new Frozen(model);
        }

        int runs() {
            return runs;
        }

        @Override
        public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
            runs++;
            return frozen.observe(batch, taps);
        }

        @Override
        public Optional<String> fingerprint() {
            return frozen.fingerprint();
        }
    }

    /** Shows the teacher one epoch, of which the losses may end it early. */
    static void look(Teacher teacher, Loader loader, int epoch, int batches, Tap... taps) {
        try (Epoch pass = loader.epoch(epoch)) {
            for (int i = 0; i < batches && pass.hasNext(); i++) {
                try (var _ = Scope.open("look")) {
                    teacher.observe(pass.next(), Set.of(taps));
                }
            }
        }
    }

    /** Trains a student, and tells all of its numbers. */
    static Map<String, float[]> taught(Module student, Teacher teacher, Objective loss, Loader loader, int epochs) {
        var recipe = new Recipe(teacher, List.of(new Term("ce", 0.5, new HardLabels()), new Term("kd", 0.5, loss)));
        var learning = new ArrayList<Parameter>(student.parameters().values());
        learning.addAll(recipe.parameters());
        var distiller = new Distiller(student, recipe, Sgd.of(learning, Schedule.constant(0.05), 0.9, 0));
        long step = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            try (Epoch pass = loader.epoch(epoch)) {
                while (pass.hasNext()) {
                    try (var _ = Scope.open("batch")) {
                        distiller.step(pass.next(), Progress.of(step++, loader.batches()));
                    }
                }
            }
        }
        var numbers = new TreeMap<String, float[]>();
        student.parameters().forEach((name, parameter) -> numbers.put(name, parameter.tensor().toFloats()));
        student.buffers().forEach((name, buffer) -> numbers.put(name, buffer.tensor().toFloats()));
        return numbers;
    }

    /** The only cache file in a folder. */
    static Path file(Path folder) throws IOException {
        return files(folder).getFirst();
    }

    static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
