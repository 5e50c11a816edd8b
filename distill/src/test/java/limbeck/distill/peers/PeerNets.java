package limbeck.distill.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Stage;
import limbeck.distill.method.Curriculum;
import limbeck.nn.BatchNorm1d;
import limbeck.nn.Dropout;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** Small models with running statistics and dropout, batches of which the same ones come again, and the state of models in numbers. */
final class PeerNets {
    static final Key KEY = Key.of(67);
    static final int CLASSES = 3;

    private PeerNets() {
    }

    /** 6 features in. */
    static Sequential model(String key) {
        Key own = KEY.split(key);
        return Sequential.of(Linear.of(6, 8, own.split("a")), BatchNorm1d.of(8), new Relu(), new Dropout(0.2, own.split("drop")),
                Linear.of(8, CLASSES, own.split("b")));
    }

    static Optimizer sgd(Module model, double rate) {
        return sgd(List.copyOf(model.parameters().values()), rate);
    }

    static Optimizer sgd(List<Parameter> parameters, double rate) {
        return Sgd.of(parameters, Schedule.constant(rate), 0.9, 1e-3);
    }

    /** Examples with labels that can be learned; the teacher's inputs are others. */
    static Batch batch(int number, int examples) {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs").split(number), examples, 6);
        Tensor other = inputs.add(Device.cpu().normal(KEY.split("other").split(number), examples, 6).mul(0.1));
        return new Batch(LongStream.range(0, examples).toArray(), inputs, other, inputs.slice(1, 0, CLASSES).argmax(1), 0);
    }

    /** The total losses of some steps of a curriculum's last stage on one random batch. */
    static double[] totals(Curriculum curriculum, int steps, Shape inputs, int classes) {
        Stage main = curriculum.stages().getLast();
        var distiller = new Distiller(curriculum.deployed(), main.recipe(), sgd(main.trained(), 0.02));
        Tensor images = Device.cpu().normal(KEY.split("images"), 0, 1, inputs);
        int count = inputs.dim(0);
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % classes;
        }
        var batch = new Batch(LongStream.range(0, count).toArray(), images, images, Device.cpu().tensor(labels, count), 0);
        double[] totals = new double[steps];
        for (int step = 0; step < steps; step++) {
            totals[step] = distiller.step(batch, Progress.of(step, steps)).total();
        }
        return totals;
    }

    static Map<String, float[]> state(Module model) {
        var state = new TreeMap<String, float[]>();
        model.parameters().forEach((name, parameter) -> state.put(name, parameter.tensor().toFloats()));
        model.buffers().forEach((name, buffer) -> state.put(name, buffer.tensor().toFloats()));
        return state;
    }

    static List<Parameter> all(Module... models) {
        var all = new ArrayList<Parameter>();
        for (Module model : models) {
            all.addAll(model.parameters().values());
        }
        return all;
    }
}
