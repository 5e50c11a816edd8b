package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command's options and their errors: one sentence, exit code 2. */
class BenchTest {
    @TempDir
    Path folder;

    @Test
    void helpNamesTheOptions() {
        Cli cli = Cli.run("--help");
        assertEquals(0, cli.code());
        for (String option : new String[] {"--peers", "--quick", "--jvms", "--only", "--json", "--markdown", "--guard", "--update",
            "--memory"}) {
            assertTrue(cli.out().contains(option), option);
        }
        assertTrue(cli.out().contains("10 %;"), cli.out());
        assertTrue(cli.out().contains("  2   wrong usage, or the guard has no ratios for this processor"), cli.out());
    }

    @Test
    void anUnknownOptionNamesTheNearest() {
        assertUsage("bench: there is no option '--pears'; the nearest are '--peers'", "--pears");
    }

    @Test
    void anOptionWithoutItsValue() {
        assertUsage("bench: Missing required parameter for option '--json'", "--json");
    }

    @Test
    void aPatternThatMatchesNothing() {
        assertUsage("--only: no case has 'lstm' in its name; limbeck bench --list shows them", "--only", "lstm");
    }

    @Test
    void aNumberOfJvmsThatIsNone() {
        for (String given : new String[] {"0", "-1", "many", "100"}) {
            assertUsage("--jvms: '" + given + "' is not a number from 1 to 99", "--only", "exp 64K", "--jvms=" + given);
        }
    }

    @Test
    void aPatternThatIsNone() {
        assertUsage("--only: '(' is no regular expression: Unclosed group", "--only", "(");
    }

    @Test
    void filesAreCheckedBeforeAnythingRuns() {
        Path file = folder.resolve("missing/ratios.json");
        assertUsage("--json: " + file + " cannot be written; give a file in a folder that is there", "--only", "exp 64K", "--json", file.toString());
        assertUsage("--markdown: " + folder + " cannot be written", "--only", "exp 64K", "--markdown", folder.toString());
    }

    @Test
    void withoutTheProfileThereAreNoRivals() {
        assumeFalse(new Harness().has(Rival.MKL.benchmark(Cases.all().getFirst())), "built with the profile peers");
        assertUsage("--peers: the rivals are not built in", "--peers");
    }

    @Test
    void updateBelongsToTheGuard() {
        assertUsage("--update: needs --guard", "--update");
    }

    @Test
    void theGuardGoesAlone() {
        assertUsage("--guard: does not go with --json", "--guard", "--json", "x.json");
        assertUsage("--memory: does not go with --quick", "--memory", "--quick");
    }

    @Test
    void theGuardNeedsRatiosOfThisProcessor() throws Exception {
        Path file = folder.resolve("guard.json");
        Files.writeString(file, new GuardFile(file, Map.of(new Processor("Abacus 1", 32), Map.of())).json());
        String home = System.getProperty(Bench.HOME);
        System.setProperty(Bench.HOME, folder.toString());
        try {
            assertUsage(file + ": has no ratios for this processor (" + Machine.processor() + "), only for Abacus 1 with vectors of 32 bits",
                    "--guard");
        } finally {
            if (home == null) {
                System.clearProperty(Bench.HOME);
            } else {
                System.setProperty(Bench.HOME, home);
            }
        }
    }

    @Test
    void anArgumentIsNoPattern() {
        assertUsage("bench: there is no argument 'gemm'; cases are chosen by --only 'gemm'", "gemm");
    }

    @Test
    void theListHoldsWhatIsCompared() {
        Cli all = Cli.run("--list");
        assertEquals(0, all.code());
        for (String name : new String[] {"gemm 50000x64x147", "train step resnet56 -> resnet20", "infer lenet, batch 1",
            "conv 3x3 16x32x32 -> 16, batch 128, weight gradient", "layer norm 4096x512, forward and backward"}) {
            assertTrue(all.out().lines().anyMatch(name::equals), name);
        }
        assertTrue(Cli.run("--list", "--quick").out().lines().count() < all.out().lines().count());
    }

    @Test
    void aFileIsReplacedAsAWhole() throws Exception {
        Path file = folder.resolve("out.json");
        Output.write(file, "old");
        Output.write(file, "new");
        assertEquals("new", Files.readString(file));
        try (var left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
    }

    private static void assertUsage(String sentence, String... args) {
        Cli cli = Cli.run(args);
        assertEquals(2, cli.code(), cli.err());
        assertTrue(cli.err().startsWith("limbeck: " + sentence), cli.err());
        assertEquals(1, cli.err().lines().count(), cli.err());
        assertEquals("", cli.out());
    }
}
