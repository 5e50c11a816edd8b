package limbeck.distill.features;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.SameSize;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.Identity;
import limbeck.nn.Init;
import limbeck.nn.Layers.Layer;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;

/** Random maps in double and what is made of them. */
final class Maps {
    static final Device DEVICE = Device.reference();
    static final Key KEY = Key.of(2015);

    private Maps() {
    }

    static Tensor random(String name, int... dims) {
        return DEVICE.normal(KEY.split(name), dims);
    }

    static SameSize place(Tensor student, Tensor teacher) {
        return new SameSize(ObjectiveCheck.pairing(student, teacher));
    }

    /** A pair of equal shapes with nothing between. */
    static Connected bare(Tensor student, Tensor teacher) {
        return new Connected(ObjectiveCheck.pairing(student, teacher), new Identity());
    }

    static Connected connected(Tensor student, Tensor teacher, Tail tail) {
        return inDouble(() -> Connected.of(ObjectiveCheck.pairing(student, teacher), tail, KEY.split("connector")));
    }

    static <R> R inDouble(Supplier<R> block) {
        return Init.on(DEVICE, block);
    }

    /** A step in which the layers s and t showed this. */
    static Moment moment(Variable student, Tensor teacher) {
        return new Moment(Progress.START, new Views<>(null, Map.of("s", student)), new Views<>(null, Map.of("t", teacher)), null,
                new long[teacher.shape().dim(0)]);
    }

    /** A pair of layers of any names. */
    static Pairing pairing(String student, Tensor seen, String teacher, Tensor shown) {
        return new Pairing(new Layer(student, "test", seen.shape().without(List.of(0), false)),
                new Layer(teacher, "test", shown.shape().without(List.of(0), false)));
    }

    /** The pairs s1 and t1, s2 and t2. */
    static List<SameSize> places(List<Tensor> student, List<Tensor> teacher) {
        return List.of(new SameSize(pairing("s1", student.getFirst(), "t1", teacher.getFirst())),
                new SameSize(pairing("s2", student.getLast(), "t2", teacher.getLast())));
    }

    /** Two places, called s1 and t1, s2 and t2. */
    static ObjectiveCheck two(Objective objective, List<Tensor> student, List<Tensor> teacher) {
        return ObjectiveCheck.of(objective, new Views<>(null, Map.of("s1", student.getFirst(), "s2", student.getLast())),
                new Views<>(null, Map.of("t1", teacher.getFirst(), "t2", teacher.getLast())),
                DEVICE.tensor(new int[student.getFirst().shape().dim(0)], student.getFirst().shape().dim(0)));
    }
}
