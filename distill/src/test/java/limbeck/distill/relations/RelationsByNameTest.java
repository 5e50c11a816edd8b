package limbeck.distill.relations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.StepReport;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Sgd;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The relations as a user chooses them, on whole models. */
class RelationsByNameTest {
    private static final Shape IMAGE = Shape.of(1, 12, 12);

    private static Module model(String name, int seed) {
        return Models.build(name, IMAGE, 4, Key.of(seed));
    }

    private static Curriculum curriculum(String methods, String student, String teacher) {
        Module learner = model(student, 1);
        Module known = model(teacher, 2);
        Task task = Task.of(learner, known, () -> model(student, 1), IMAGE, 4, 24, 3, 8, Key.of(3));
        return Curriculum.of(Methods.parse(methods), task, new Frozen(known), new HardLabels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rkd-d", "rkd-a", "sp", "pkt", "cc", "cc(form=rd, weight=0.02)", "crd", "crd(negatives=5)", "mmd",
        "mmd(kernel=linear)", "mmd(kernel=polynomial, degree=3)", "kd,rkd-d,rkd-a"})
    void trainsByName(String methods) {
        for (String student : new String[] {"resnet8", "mlp-16"}) {
            Curriculum curriculum = curriculum(methods, student, "cnn-tiny");
            var stage = curriculum.stages().getLast();
            var distiller = new Distiller(curriculum.deployed(), stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(0.001), 0.9, 0));
            for (int step = 0; step < 3; step++) {
                Tensor images = Device.cpu().normal(Key.of(4).split(step), 8, 1, 12, 12);
                Tensor labels = Device.cpu().tensor(new int[] {0, 1, 2, 3, 0, 1, 2, 3}, 8);
                long[] ids = LongStream.range(8L * step, 8L * step + 8).toArray();
                StepReport report = distiller.step(new Batch(ids, images, images, labels, 0), Progress.of(step, 3));
                assertTrue(report.losses().get(Methods.parse(methods).getLast().method().name()) > 0, methods + " for " + student);
            }
        }
    }

    @Test
    void thePlanSaysWhatWasChosen() {
        assertTrue(curriculum("crd", "resnet8", "cnn-tiny").notes()
                .contains("crd contrasts with 24 negatives, as many as there are examples"));
        assertTrue(curriculum("mmd", "resnet8", "mlp-16").notes().stream().anyMatch(note -> note.contains("by a linear connector")));
    }

    @Test
    void theAuthorsFormOfCcNeedsItsOwnWeight() {
        var e = assertThrows(IllegalArgumentException.class, () -> curriculum("cc(form=rd)", "resnet8", "cnn-tiny"));
        assertEquals("method cc: form=rd sums over all dimensions and needs a weight of its own; the authors use weight=0.02",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> curriculum("cc(form=other)", "resnet8", "cnn-tiny"));
    }

    @Test
    void defaultsAreThoseOfThePapers() {
        assertEquals(List.of(25.0, 50.0, 3000.0, 30000.0, 100.0, 0.8), Methods.parse("rkd-d,rkd-a,sp,pkt,cc,crd").stream()
                .map(choice -> choice.number("weight")).toList());
        assertEquals(16384, Methods.parse("crd").getFirst().number("negatives"));
    }
}
