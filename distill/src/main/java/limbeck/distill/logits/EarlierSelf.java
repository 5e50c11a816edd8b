package limbeck.distill.logits;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Frozen;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.nn.Buffer;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;

/**
 * What a student has learned in an earlier stage, as its teacher. At the first training step that this teacher is asked in, student and
 * copy change places: the copy holds what was learned from then on, and the student begins again from the copy's first weights. A
 * dry run, which is no training step, changes nothing.
 */
final class EarlierSelf implements Teacher, Stateful {
    private static final String TAKEN = "taken";

    private final Module student;
    private final Module copy;
    private boolean taken;

    /**
     * Nothing is copied yet.
     *
     * @param student the model that learns
     * @param copy another of the same architecture, with the student's first weights
     */
    EarlierSelf(Module student, Module copy) {
        this.student = student;
        this.copy = copy;
    }

    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        if (!taken && Mode.isTraining()) {
            exchange();
            taken = true;
        }
        if (!taps.isEmpty()) {
            throw new IllegalArgumentException("method tf-kd: with mode=self the student's earlier self is the teacher, not the one whose layers "
                    + taps.stream().map(Tap::path).sorted().toList() + " another method looks at; leave one of the two out");
        }
        return new Frozen(copy).observe(batch, taps);
    }

    @Override
    public Map<String, Tensor> state() {
        var state = new LinkedHashMap<>(Stateful.of(copy).state());
        state.put(TAKEN, Device.cpu().tensor(new int[] {taken ? 1 : 0}, 1));
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        var rest = new LinkedHashMap<>(state);
        Tensor flag = rest.remove(TAKEN);
        if (flag == null) {
            throw new IllegalArgumentException("state: there is no '" + TAKEN + "', which says whether the student has begun again");
        }
        Stateful.of(copy).restore(rest);
        taken = flag.item() != 0;
    }

    private void exchange() {
        Map<String, Parameter> parameters = copy.parameters();
        student.parameters().forEach((path, parameter) -> {
            Tensor learned = parameter.tensor();
            parameter.set(parameters.get(path).tensor());
            parameters.get(path).set(learned);
        });
        Map<String, Buffer> buffers = copy.buffers();
        student.buffers().forEach((path, buffer) -> {
            Tensor learned = buffer.tensor();
            buffer.set(buffers.get(path).tensor());
            buffers.get(path).set(learned);
        });
    }
}
