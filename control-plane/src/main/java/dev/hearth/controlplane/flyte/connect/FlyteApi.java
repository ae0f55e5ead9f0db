package dev.hearth.controlplane.flyte.connect;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.util.JsonFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the vendored files of the Flyte API declare. */
final class FlyteApi {
    private static final List<FileDescriptor> FILES = List.of(
            flyteidl2.actions.ActionsServiceProto.getDescriptor(),
            flyteidl2.auth.AuthServiceProto.getDescriptor(),
            flyteidl2.auth.IdentityProto.getDescriptor(),
            flyteidl2.cluster.ServiceProto.getDescriptor(),
            flyteidl2.dataproxy.DataproxyServiceProto.getDescriptor(),
            flyteidl2.imagebuilder.ServiceProto.getDescriptor(),
            flyteidl2.project.ProjectServiceProto.getDescriptor(),
            flyteidl2.secret.SecretProto.getDescriptor(),
            flyteidl2.settings.SettingsServiceProto.getDescriptor(),
            flyteidl2.task.TaskServiceProto.getDescriptor(),
            flyteidl2.trigger.TriggerServiceProto.getDescriptor(),
            flyteidl2.workflow.RunServiceProto.getDescriptor(),
            flyteidl2.workflow.StateServiceProto.getDescriptor());

    /** What an {@code Any} may hold in JSON: every message that these files declare or use. */
    static final JsonFormat.TypeRegistry TYPES = types();

    private FlyteApi() {}

    static @Nullable MethodDescriptor method(String service, String method) {
        return FILES.stream()
                .flatMap(file -> file.getServices().stream())
                .filter(known -> known.getFullName().equals(service))
                .map(known -> known.findMethodByName(method))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static JsonFormat.TypeRegistry types() {
        JsonFormat.TypeRegistry.Builder types = JsonFormat.TypeRegistry.newBuilder();
        FILES.forEach(file -> types.add(file.getMessageTypes()));
        return types.build();
    }
}
