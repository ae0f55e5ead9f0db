package dev.hearth.controlplane.flyte;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hearth.controlplane.image.ImageBuildException;
import dev.hearth.controlplane.image.ImageLayers;
import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.model.Violation;
import flyteidl2.core.Container;
import flyteidl2.core.Identifier;
import flyteidl2.core.LiteralType;
import flyteidl2.core.ResourceType;
import flyteidl2.core.SimpleType;
import flyteidl2.core.TaskMetadata;
import flyteidl2.core.TaskTemplate;
import flyteidl2.core.TypedInterface;
import flyteidl2.core.Variable;
import flyteidl2.core.VariableEntry;
import flyteidl2.core.VariableMap;
import flyteidl2.imagebuilder.ImageSpec;
import flyteidl2.task.Environment;
import flyteidl2.task.TaskIdentifier;
import flyteidl2.task.TaskSpec;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Builds images. The SDK asks for the task {@code build-image} and runs it like any other: the runner has it, reads the spec and
 * sends it here, and prints what is answered. So a build is a run, with a log.
 */
@Controller
class ImageBuilds {
    static final String PROJECT = "system";
    static final String TASK = "build-image";
    static final String PATH = "/flyte/images";

    /** Nothing but the runner. */
    static final String IMAGE = "hearth/runner";

    private static final String VERSION = "1";
    private static final String FAILED = "failed: ";

    /** Unpacked: of a small zip a bomb can be made. */
    private static final int MOST_BYTES = 8 << 20;

    private static final int MOST_FILES = 1_000;

    private final PythonImages images;

    ImageBuilds(PythonImages images) {
        this.images = images;
    }

    static boolean isBuild(TaskIdentifier id) {
        return id.getProject().equals(PROJECT) && id.getName().equals(TASK);
    }

    /** The task as if it had been deployed. */
    static TaskSpec spec(String domain) {
        Identifier id = Identifier.newBuilder()
                .setResourceType(ResourceType.TASK)
                .setProject(PROJECT)
                .setDomain(domain)
                .setName(TASK)
                .setVersion(VERSION)
                .build();
        VariableMap.Builder inputs = VariableMap.newBuilder();
        for (String name : List.of("spec", "context", "target_image")) {
            inputs.addVariables(VariableEntry.newBuilder().setKey(name).setValue(text()));
        }
        return TaskSpec.newBuilder()
                .setShortName(TASK)
                .setEnvironment(Environment.newBuilder().setName("images"))
                .setTaskTemplate(TaskTemplate.newBuilder()
                        .setId(id)
                        .setType("python")
                        .setMetadata(TaskMetadata.getDefaultInstance())
                        .setInterface(TypedInterface.newBuilder()
                                .setInputs(inputs)
                                .setOutputs(VariableMap.newBuilder()
                                        .addVariables(VariableEntry.newBuilder()
                                                .setKey("o0")
                                                .setValue(text()))))
                        .setContainer(Container.newBuilder()
                                .setImage(IMAGE)
                                .addAllArgs(List.of(
                                        "a0",
                                        "--inputs",
                                        "{{.input}}",
                                        "--outputs-path",
                                        "{{.outputPrefix}}",
                                        "--version",
                                        VERSION,
                                        "--raw-data-path",
                                        "{{.rawOutputDataPrefix}}",
                                        "--checkpoint-path",
                                        "{{.checkpointOutputPrefix}}",
                                        "--prev-checkpoint",
                                        "{{.prevCheckpointPrefix}}",
                                        "--run-name",
                                        "{{.runName}}",
                                        "--name",
                                        "{{.actionName}}",
                                        "--run-start-time",
                                        "{{.runStartTime}}",
                                        "--resolver",
                                        "flyte._internal.resolvers.default.DefaultTaskResolver",
                                        "mod",
                                        "hearth_runner.images",
                                        "instance",
                                        "build_image")))
                        .setReusePolicy(flyteidl2.core.ReusePolicy.newBuilder()
                                .setMinReplicas(0)
                                .setMaxReplicas(1)
                                .setConcurrency(8)
                                .setIdleTtl(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(60))))
                .build();
    }

    private static Variable text() {
        return Variable.newBuilder()
                .setType(LiteralType.newBuilder().setSimple(SimpleType.STRING))
                .build();
    }

    /**
     * The body is a zip of {@code spec.pb} and the files that it names. The answer is what pip prints, line by line, and
     * at last a line {@code built} or {@code failed: } with the reason.
     */
    @PostMapping(PATH)
    ResponseEntity<StreamingResponseBody> build(@RequestParam String name, HttpServletRequest request)
            throws IOException {
        ImageLayers layers = layers(request.getInputStream());
        images.register(name, layers);
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_PLAIN, UTF_8))
                .body(out -> build(name, new PrintStream(out, true, UTF_8)));
    }

    private void build(String name, PrintStream out) {
        try {
            images.build(name, out::println);
            out.println("built");
        } catch (ImageBuildException e) {
            out.println(FAILED + String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    private static ImageLayers layers(InputStream body) throws IOException {
        Map<String, byte[]> files = files(body);
        byte[] spec = files.get("spec.pb");
        if (spec == null) {
            throw ProblemException.invalid(new Violation("spec.pb", null, "is required in the zip"));
        }
        try {
            return ImageSpecs.read(ImageSpec.parseFrom(spec), files);
        } catch (InvalidProtocolBufferException e) {
            throw ProblemException.invalid(new Violation("spec.pb", null, "cannot be read: " + e.getMessage()));
        }
    }

    private static Map<String, byte[]> files(InputStream body) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        int left = MOST_BYTES;
        try (ZipInputStream zip = new ZipInputStream(body)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] content = zip.readNBytes(left + 1);
                left -= content.length;
                if (left < 0 || files.size() == MOST_FILES) {
                    throw ProblemException.invalid(new Violation(
                            "body",
                            null,
                            "must unpack to at most " + MOST_FILES + " files of " + MOST_BYTES + " bytes together"));
                }
                files.put(entry.getName(), content);
            }
            return files;
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw ProblemException.invalid(new Violation("body", null, "is no zip: " + e.getMessage()));
        }
    }
}
