package dev.hearth.controlplane.flyte;

import dev.hearth.controlplane.environment.DeclaredEnvironments;
import dev.hearth.controlplane.environment.EnvironmentCatalog.TaskTarget;
import dev.hearth.controlplane.flyte.connect.Code;
import dev.hearth.controlplane.flyte.connect.ConnectException;
import dev.hearth.controlplane.image.PythonImages;
import dev.hearth.controlplane.journal.Payload;
import flyteidl2.task.RunSpec;
import flyteidl2.task.TaskSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** From what the SDK declares to what the engine runs. */
@Component
final class Targets {
    private final FlyteTaskStore store;
    private final DeclaredEnvironments environments;
    private final PythonImages images;
    private final JsonMapper json;

    Targets(FlyteTaskStore store, DeclaredEnvironments environments, PythonImages images, JsonMapper json) {
        this.store = store;
        this.environments = environments;
        this.images = images;
        this.json = json;
    }

    /** Where a task runs, and what its replica gets. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Ready(TaskTarget target, byte[] input) {}

    /** Throws a {@link ConnectException} that says what cannot be run here. */
    Ready of(
            Place place,
            TaskSpec spec,
            RunSpec run,
            String inputsUri,
            String runBase,
            Instant start,
            @Nullable String group) {
        Declared declared = declared(spec, run);
        TaskTarget target = environments.target(
                place.hearthProject(), declared.environment(), declared.spec(), declared.task(), declared.terms());
        String prefix = run.getRawDataStorage().getRawDataPrefix();
        Call call = new Call(
                place.org(),
                place.project(),
                place.domain(),
                declared.args(),
                inputsUri,
                runBase,
                prefix.isEmpty() ? runBase + "/raw" : prefix,
                start.toString(),
                declared.sysPath(),
                store.save(spec),
                null,
                group);
        return new Ready(target, json.writeValueAsBytes(call));
    }

    /** Checked as if it were to run now. */
    void check(TaskSpec spec) {
        environments.check(declared(spec, RunSpec.getDefaultInstance()).spec());
    }

    private Declared declared(TaskSpec spec, RunSpec run) {
        Declared declared = Declared.of(spec, run);
        if (!declared.image().equals(ImageBuilds.IMAGE) && !images.isKnown(declared.image())) {
            throw new ConnectException(
                    Code.INVALID_ARGUMENT,
                    "task " + declared.task() + " wants the image " + declared.image()
                            + ". Replicas of this server are local processes: give it one that is made of pip packages,"
                            + " such as flyte.Image.from_debian_base().with_pip_packages(..). Others work where"
                            + " replicas are Docker containers or Kubernetes pods");
        }
        return declared;
    }

    byte[] trace(Place place, String name, String inputsUri, String runBase, @Nullable String group) {
        return json.writeValueAsBytes(new Call(
                place.org(),
                place.project(),
                place.domain(),
                List.of(),
                inputsUri,
                runBase,
                runBase,
                "",
                null,
                null,
                name,
                group));
    }

    byte[] bytes(Result result) {
        return json.writeValueAsBytes(result);
    }

    /** Null for an output that is not this door's. */
    @Nullable
    Result result(Payload output) {
        return Result.MEDIA_TYPE.equals(output.mediaType()) && output.bytes() != null
                ? json.readValue(output.bytes(), Result.class)
                : null;
    }
}
