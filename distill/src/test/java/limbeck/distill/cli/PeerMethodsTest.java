package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Methods that need no better teacher, from the command line on a few digits. */
class PeerMethodsTest {
    @TempDir
    private static Path folder;

    private static Cli distill(String method, String out, String... more) {
        List<String> args = new ArrayList<>(List.of("distill", "--train-size", "80", "--validation", "32", "--teacher", "cnn-tiny", "--student", "cnn-tiny",
                "--teacher-epochs", "1", "--epochs", "2", "--batch", "16", "--seeds", "1", "--trust-teacher", "--method", method, "--out",
                folder.resolve(out).toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                Arguments.of("byot", "1 x byot(alpha=0.3, temperature=3, hint=0.03) + 1 x cross-entropy with the labels",
                        "byot puts exits on stage1 (16, 14, 14), which learn from the end behind stage3"),
                Arguments.of("dml(peers=3, order=turns)", "1 x dml(peers=3, order=turns, temperature=1) + 1 x cross-entropy with the labels",
                        "dml trains 2 more students beside the one that is kept, with first weights and an optimizer of its own each"),
                Arguments.of("kdcl,kd", "1 x kdcl(peers=2, order=together, target=minlogit, temperature=2) + 0.9 x tau^2 KL(teacher || student) at "
                        + "temperature 2 + 1 x cross-entropy with the labels",
                        "kdcl trains 1 more student beside the one that is kept, with first weights and an optimizer of its own"),
                Arguments.of("views,dml", "1 x dml(peers=2, order=together, temperature=1) + 1 x cross-entropy with the labels; before it "
                        + "views(views-epochs=0.25, temperature=0.04)", "in stages: views for 1 epoch, then main for 1 epoch"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aRunByNameKeepsThePlainStudent(String method, String loss, String note) throws IOException {
        String out = method.replaceAll("\\W.*", "");
        Cli run = distill(method, out, "--teacher-view", "shift:1");
        assertEquals(0, run.code(), run.err());
        String flat = (run.out() + run.err()).replaceAll("\\s+", " ");
        assertTrue(flat.contains(loss), flat);
        assertTrue(flat.contains(note), flat);
        // What learned beside the student, or on it, is thrown away.
        var summary = new ObjectMapper().readTree(folder.resolve(out).resolve("summary.json").toFile());
        assertEquals(method, summary.get("recipe").get("method").asText());
        var models = summary.get("models");
        assertEquals(models.get(1).get("parameters").asLong(), models.get(2).get("parameters").asLong());
    }

    @Test
    void sameSeedsGiveTheSameBitsWithOneThreadAndTwo() throws IOException {
        for (String threads : List.of("1", "2")) {
            assertEquals(0, distill("dml,byot", "threads" + threads, "--threads", threads, "--quiet").code());
        }
        assertArrayEquals(Files.readAllBytes(folder.resolve("threads1").resolve("student.safetensors")),
                Files.readAllBytes(folder.resolve("threads2").resolve("student.safetensors")));
    }

    @Test
    void whatCannotBeIsSaidBeforeAnythingIsTrained() {
        Cli run = distill("dml(peers=1)", "none");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("method dml: peers needs a whole number of 2 or more, the student that is kept among them, got '1'"), run.err());
    }
}
