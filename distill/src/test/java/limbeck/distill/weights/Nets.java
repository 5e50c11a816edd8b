package limbeck.distill.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Recipe;
import limbeck.nn.BatchNorm1d;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/** Small models with running statistics, and data that they can learn. */
final class Nets {
    static final Key KEY = Key.of(23);

    private Nets() {
    }

    /** 6 features, 3 classes. */
    static Sequential of(int hidden, String key) {
        return Sequential.of(Linear.of(6, hidden, KEY.split(key).split("a")), BatchNorm1d.of(hidden), new Relu(),
                Linear.of(hidden, 3, KEY.split(key).split("b")));
    }

    static Batch batch(int examples) {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), examples, 6);
        int[] labels = inputs.slice(1, 0, 3).argmax(1).toInts();
        return new Batch(new long[examples], inputs, inputs, Device.cpu().tensor(labels, examples), 0);
    }

    static Sgd sgd(Module model, Recipe recipe, double rate) {
        var all = new ArrayList<Parameter>(model.parameters().values());
        all.addAll(recipe.parameters());
        return Sgd.of(List.copyOf(all), Schedule.constant(rate), 0, 0);
    }

    /** All numbers of a model by name: parameters and buffers. */
    static Map<String, float[]> state(Module model) {
        var state = new TreeMap<String, float[]>();
        model.parameters().forEach((name, parameter) -> state.put(name, parameter.tensor().toFloats()));
        model.buffers().forEach((name, buffer) -> state.put(name, buffer.tensor().toFloats()));
        return state;
    }

    /** The squared distance of two models' parameters. */
    static double distance(Module one, Module other) {
        double sum = 0;
        for (String name : one.parameters().keySet()) {
            sum += one.parameters().get(name).tensor().sub(other.parameters().get(name).tensor()).square().sum().item();
        }
        return sum;
    }
}
