package limbeck.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Method;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class MethodBenchTest {
    @Test
    void measuresEveryMethodOfTheCatalogue() throws NoSuchFieldException {
        var expected = new ArrayList<>(List.of("alone"));
        Methods.all().stream().map(Method::name).forEach(expected::add);
        assertEquals(expected, List.of(MethodBench.class.getField("method").getAnnotation(Param.class).value()));
    }
}
