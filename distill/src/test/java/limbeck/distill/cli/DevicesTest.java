package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {
    @Test
    void listsTheProcessorAndSaysWhatIsWithTheGpu() {
        Cli run = Cli.run("devices");
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.getFirst().startsWith("cpu "), run.out());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("cuda")), run.out());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("reference ")), run.out());
        assertTrue(lines.stream().allMatch(line -> line.length() <= 110), run.out());
        assertEquals("", run.err());
    }

    @Test
    void aDeviceThatCannotBeUsedIsOneSentence() {
        Cli run = Cli.run("distill", "--device", "cuda:77", "--train-size", "8");
        assertEquals(1, run.code(), run.out());
        assertTrue(run.err().contains("cuda:77"), run.err());
        assertEquals(1, run.err().strip().lines().count(), run.err());
    }
}
