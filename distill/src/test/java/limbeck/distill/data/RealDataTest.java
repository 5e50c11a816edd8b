package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

/** The public sets themselves, where LIMBECK_DATA or ../shared/data holds them; skipped by name where not. Downloads nothing. */
class RealDataTest {
    private static Path need(String set) {
        return Places.usual(Optional.empty()).foldersOf(set).stream().filter(Files::isDirectory).findFirst().orElseGet(() -> {
            assumeTrue(false, set + " is not on this machine; set LIMBECK_DATA to the folder that holds it");
            return null;
        });
    }

    private static Splits load(String set) {
        need(set);
        return Datasets.load(set, Optional.empty(), Datasets.Progress.NONE);
    }

    private static Splits table(String set, String file, String options) {
        return Csv.read(need(set).resolve(file), CsvOptions.parse(options)).splits();
    }

    @Test
    void mnist() {
        Splits mnist = load("mnist");
        assertEquals(60_000, mnist.train().size());
        assertEquals(Shape.of(1, 28, 28), mnist.test().shape());
        assertEquals(6131, mnist.train().where(label -> label == 3).size());
        Statistics s = mnist.train().statistics();
        assertEquals(0.1307, s.mean()[0], 5e-5);
        assertEquals(0.3081, s.std()[0], 5e-5);
    }

    @Test
    void fashionMnist() {
        Splits fashion = load("fashion-mnist");
        assertEquals(10_000, fashion.test().size());
        assertEquals("Ankle boot", fashion.train().classNames().get(fashion.train().label(0)));
        assertEquals(0.2860, fashion.train().statistics().mean()[0], 5e-5);
    }

    @Test
    void cifar10() {
        Splits cifar = load("cifar10");
        assertEquals(1000, cifar.train().where(label -> label == 7).size() * 10_000 / cifar.train().size());
        Statistics s = cifar.train().range(0, 10_000).statistics();
        assertArrayEquals(new float[] {0.493f, 0.483f, 0.448f}, s.mean(), 0.003f);
        assertArrayEquals(new float[] {0.247f, 0.2435f, 0.2616f}, s.std(), 0.002f);
    }

    @Test
    void californiaHousing() {
        Splits houses = table("california-housing", "housing.csv", "target=median_house_value&fill=drop");
        assertEquals(20_640 - 207, houses.train().size() + houses.test().size());
        assertEquals(Shape.of(8 + 5), houses.train().shape());
        assertEquals(206_855.8, table("california-housing", "housing.csv", "target=median_house_value&fill=mean&test=none").train()
            .targetStatistics().mean()[0], 0.1);
    }

    @Test
    void tablesOfEveryDialect() {
        assertEquals(35.818, table("concrete", "concrete.csv", "test=none").train().targetStatistics().mean()[0], 1e-3);
        assertEquals(124.8359, table("airfoil", "airfoil_self_noise.dat", "test=none").train().targetStatistics().mean()[0], 1e-3);
        Splits air = table("air-quality", "AirQualityUCI.csv", "target=CO(GT)&missing=-200&fill=drop&test=last:0.2"
            + "&drop=Date,Time,NMHC(GT),C6H6(GT),NOx(GT),NO2(GT)");
        assertEquals(7344, air.train().size() + air.test().size());
        assertEquals(17_420, table("ett", "ETTh1.csv", "target=OT&drop=date&test=none").train().size());
        assertTrue(table("power-plant", "power-plant.csv", "").notes().getFirst().contains("taken as the number to predict"));
    }
}
