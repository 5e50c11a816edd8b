package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Keeper;
import limbeck.distill.experiment.Role;
import limbeck.nn.io.Safetensors;
import limbeck.nn.io.SafetensorsException;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;

/**
 * A training after an epoch, in one file, which is replaced by one move: its tensors as safetensors, all else as JSON in the header.
 *
 * @param identity what the run has to be the same in
 * @param steps how many rows the log had
 * @param training the training; read without its state where only the rest is asked for
 */
record KeptFile(Map<String, String> identity, long steps, Keeper.Kept training) {
    private static final String KEY = "limbeck.resume";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Writes it. */
    void write(Path file) {
        ObjectNode root = JSON.createObjectNode();
        identity.forEach(root.putObject("identity")::put);
        root.put("steps", steps);
        root.put("finished", training.finished());
        role(root, training.role(), training.seed());
        var reports = root.putArray("epochs");
        training.reports().forEach(report -> write(report, reports.addObject()));
        Safetensors.write(file, training.state(), Map.of(KEY, root.toString()));
    }

    private static void role(ObjectNode node, Role role, long seed) {
        node.put("role", role.part().name()).put("number", role.number()).put("seed", seed);
    }

    // As text, which is exact, and knows what is not finite.
    private static void write(EpochReport report, ObjectNode node) {
        role(node, report.role(), report.seed());
        node.put("epoch", report.epoch()).put("learning_rate", Double.toString(report.learningRate())).put("loss", Double.toString(report.loss()));
        report.losses().forEach((name, loss) -> node.withObject("/losses").put(name, loss.toString()));
        report.values().forEach((name, value) -> node.withObject("/values").put(name, value.toString()));
        node.put("train_accuracy", Double.toString(report.trainAccuracy())).put("test_accuracy", Double.toString(report.testAccuracy()))
                .put("seconds", Double.toString(report.seconds()));
    }

    /**
     * Reads one; its tensors belong to the current scope.
     *
     * @param whole whether the tensors are wanted
     * @throws SafetensorsException if it is damaged or no such file
     */
    static KeptFile read(Path file, boolean whole) {
        try (var tensors = Safetensors.open(file)) {
            String text = tensors.metadata().get(KEY);
            if (text == null) {
                throw new CommandException("--resume: " + file + " holds no training to go on with; leave --resume out to begin anew", null);
            }
            JsonNode root = JSON.readTree(text);
            var state = new LinkedHashMap<String, Tensor>();
            if (whole) {
                // Where each type stays as it is.
                tensors.names().forEach(name -> state.put(name,
                        tensors.read(name, tensors.type(name) == DType.F64 ? Device.reference() : Device.cpu())));
            }
            var reports = new ArrayList<EpochReport>();
            root.path("epochs").forEach(node -> reports.add(report(node)));
            return new KeptFile(texts(root.path("identity")), root.path("steps").asLong(), new Keeper.Kept(role(root), root.path("seed").asLong(),
                    reports, root.path("finished").asBoolean(), state));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CommandException("--resume: " + file + " cannot be understood; leave --resume out to begin anew", e);
        }
    }

    private static Role role(JsonNode node) {
        return new Role(Role.Part.valueOf(node.path("role").asText()), node.path("number").asInt());
    }

    private static EpochReport report(JsonNode node) {
        return new EpochReport(role(node), node.path("seed").asLong(), node.path("epoch").asInt(), number(node, "learning_rate"), number(node, "loss"),
                numbers(node.path("losses")), numbers(node.path("values")), number(node, "train_accuracy"), number(node, "test_accuracy"),
                number(node, "seconds"));
    }

    private static double number(JsonNode node, String name) {
        return Double.parseDouble(node.path(name).asText());
    }

    private static Map<String, Double> numbers(JsonNode node) {
        var numbers = new LinkedHashMap<String, Double>();
        texts(node).forEach((name, text) -> numbers.put(name, Double.valueOf(text)));
        return numbers;
    }

    private static Map<String, String> texts(JsonNode node) {
        var texts = new LinkedHashMap<String, String>();
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        names.forEach(name -> texts.put(name, node.path(name).asText()));
        return texts;
    }
}
